"""What the web chat keeps in memory."""

import pytest

from bot.core.conversation.events import Message
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
    session.replace(reference, Message("words"))
    assert session.size == 0


def test_sessions_are_given_up_when_old_or_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """The least recently used go first, and those unused for as long as photos are kept."""
    monkeypatch.setattr(sessions, "SESSIONS", 2)
    time = 0.0
    kept = Sessions(keep_for=10, clock=lambda: time)
    first = kept.get("a")
    kept.get("b")
    kept.get("a")
    kept.get("c")
    assert kept.known("b") is None
    assert kept.known("a") is first
    time = 11.0
    kept.get("c")
    assert kept.known("a") is None
    assert first.closed
