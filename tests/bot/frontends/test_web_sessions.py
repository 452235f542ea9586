"""What the web chat keeps in memory."""

import pytest

from bot.core.conversation.events import Message
from bot.core.restoring import Restored
from bot.frontends.web import sessions
from bot.frontends.web.sessions import Session, Sessions


def test_session_keeps_a_bounded_number_of_messages_and_bytes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The oldest messages go first, with their pictures."""
    monkeypatch.setattr(sessions, "MESSAGES", 3)
    monkeypatch.setattr(sessions, "SESSION_BYTES", 100)
    session = Session()
    for number in range(5):
        session.add("bot", Message(str(number)))
    assert [shown.message and shown.message.text for shown in session.since(0)] == ["2", "3", "4"]
    for _ in range(3):
        reference = session.add("bot", Message("sticker", sticker=bytes(60)))
        assert session.size <= 100
    session.remove(reference)
    assert session.size == 0


def test_a_page_may_still_ask_for_a_picture_that_another_took_the_place_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The last few stay, as far as there is room; what is taken away goes at once."""
    monkeypatch.setattr(sessions, "REPLACED", 2)
    session = Session()
    reference = session.add("bot", Message("card", picture=b"0"))
    tokens = []
    for number in range(1, 5):
        (shown,) = session.since(0)
        tokens.append(str(shown.picture))
        session.replace(reference, Message("card", picture=b"%d" % number))
    assert [session.picture(token) is not None for token in tokens] == [False, False, True, True]
    assert session.size == 3
    monkeypatch.setattr(sessions, "SESSION_BYTES", 3)
    session.replace(reference, Message("card", picture=b"44"))
    assert session.size == 2
    session.replace(reference, Message("words"))
    session.remove(reference)
    session.give_way()
    assert session.size == 0


async def nothing(_person: str) -> list[Restored]:
    return []


async def test_sessions_are_given_up_when_old_or_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """The least recently used go first, and those unused for as long as photos are kept."""
    monkeypatch.setattr(sessions, "SESSIONS", 2)
    time = 0.0
    kept = Sessions(10, nothing, clock=lambda: time)
    first = await kept.get("a")
    await kept.get("b")
    await kept.get("a")
    await kept.get("c")
    assert kept.known("b") is None
    assert kept.known("a") is first
    time = 11.0
    await kept.get("c")
    assert kept.known("a") is None
    assert first.closed


async def test_memory_is_bounded_over_all_pages_and_filled_again_from_the_rows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Pictures of who is away give way; the page stands, and whoever looks at it has them again."""
    monkeypatch.setattr(sessions, "TOTAL_BYTES", 100)
    monkeypatch.setattr(sessions, "SESSIONS", 2)
    asked = []
    rows = [
        Restored(Message("", name="photo", picture=bytes(30)), key="web:a:photo-0001"),
        Restored(Message("sticker", sticker=bytes(60)), reference="one"),
    ]

    async def restore(person: str) -> list[Restored]:
        asked.append(person)
        return rows if person == "a" else []

    kept = Sessions(10, restore)
    first = await kept.get("a")
    assert [(one.author, one.key) for one in first.since(0)] == [
        ("person", "photo-0001"),
        ("bot", ""),
    ]
    (await kept.get("b")).add("bot", Message("sticker", sticker=bytes(60)))
    await kept.get("b")
    photo, sticker = first.since(0)
    tokens = [str(photo.picture), str(sticker.sticker)]
    assert await kept.get("a") is first
    assert (first.size, first.lacks(tokens)) == (0, True)
    first.replace("two", Message("words"))
    assert asked == ["a", "b"]
    assert await kept.having("a", tokens) is first
    found = [first.picture(token) for token in tokens]
    assert [len((one and one.data) or b"") for one in found] == [30, 60]
    assert first.size == 90
    assert asked == ["a", "b", "a"]
    await kept.get("b")
    await kept.get("c")
    assert kept.known("a") is None
    again = await kept.get("a")
    assert again is not first
    assert again.epoch != first.epoch
    assert [one.reference for one in again.since(0)][1] == "one"
    assert not again.first_time("photo-0001")


def test_a_picture_joins_a_message_that_still_stands() -> None:
    """One that was taken away, or went with everything, does not come back for it."""
    session = Session()
    standing = session.add("person", Message("me", name="photo"), "key")
    gone = session.add("person", Message("gone", name="photo"))
    session.remove(gone)
    known = session.version
    picture = bytes(60)
    session.illustrate(standing, picture)
    session.illustrate(gone, picture)
    session.illustrate("never", picture)
    (shown,) = session.since(known)
    assert (shown.reference, shown.author, shown.key) == (standing, "person", "key")
    assert shown.picture is not None
    kept = session.picture(shown.picture)
    assert kept is not None
    assert kept.data == picture
