"""A group's pack on Telegram, from the first tap to the set and back, privacy mode on."""

import asyncio

from bot.core.language.texts import load
from storage import members, people
from tests.bot.bot_api_objects import Json
from tests.bot.fake_sticker_sets import Set
from tests.bot.groups_on_telegram import A, B, C, InGroup
from tests.bot.on_telegram import FRIENDS

TEXTS = load()
OF_TWO = 1 + 2 * 5 + 3  # the family, five moods of each, three forms of the pair


def without(together: InGroup, made: Set, gone: str) -> bool:
    """Tell whether a set is that of two people, led by their portrait, none of it of the third.

    All of it at once: while stickers still come and go, the number alone is right now and then.
    """
    shown = together.who_is_on(made)
    return len(shown) == OF_TWO and len(shown[0]) == 2 and not any(gone in one for one in shown)


async def joined(together: InGroup, *who: Json) -> None:
    """Have people with avatars join the group's pack, and wait until it is on Telegram."""
    card = await together.begin(who[0])
    for count, person in enumerate(who, 1):
        await together.taps(person, card, "Join")
        await together.seen(f"({count})")
    await together.settled(lambda sets: bool(sets) and len(sets[0].stickers) >= OF_TWO)


async def test_two_who_join_at_the_same_moment_are_both_on_the_portrait(
    together: InGroup,
) -> None:
    """One pack, hung on the account of whoever began it, with both alone and together."""
    async with together.running():
        for person in (A, B):
            await together.has_avatar(person)
        card = await together.begin(A)
        await asyncio.gather(together.taps(A, card, "Join"), together.taps(B, card, "Join"))
        alone = [[{"A"}] * 5, [{"B"}] * 5]
        orders = [[{"A", "B"}, *first, *second, *[{"A", "B"}] * 3]
                  for first, second in (alone, alone[::-1])]  # fmt: skip
        (made,) = await together.settled(
            lambda sets: bool(sets) and together.who_is_on(sets[0]) in orders
        )
        assert (made.owner, made.title) == (1, "Friends")
        told = await together.seen("is on Telegram, 14 stickers")
        assert told.text.count("https://t.me/addstickers/") == 1
        card = await together.seen("In it: ")
        assert card.form == "photo"
        assert "(2)" in card.text
    assert [one.form for one in together.shown] == ["photo", "text"]  # the card, and the link


async def test_who_has_no_avatar_brings_a_selfie_in_private(together: InGroup) -> None:
    """They are told so kindly, and one selfie alone is enough: an avatar, and all the rest."""
    async with together.running():
        await together.has_avatar(A)
        card = await together.begin(A)
        await together.taps(A, card, "Join")
        await together.seen("In it: A (1)")
        await together.taps(B, card, "Join")
        told = await together.seen("B, you are in")
        assert "https://t.me/selfmoji_bot?start=group" in told.text
        await together.seen("Still missing a selfie: B")
        await together.api.say(B, "/start group")
        await together.api.send_photo(B, b"B")
        await together.settled(lambda sets: bool(sets) and len(sets[0].stickers) == OF_TWO)
        await together.seen("In it: A, B (2)")
        assert [one.form for one in together.api.messages(2)].count("sticker") == 1
        assert not any("Still missing" in one.text for one in together.shown)


async def test_a_selfie_in_the_group_waits_for_the_tap_of_whoever_it_shows(
    together: InGroup,
) -> None:
    """Sent as an answer to the bot, it is worked on once its sender says that it is them."""
    async with together.running():
        await together.api.say(A, "/start")
        card = await together.begin(A)
        await together.taps(A, card, "Join")
        told = await together.seen("A, you are in")
        answered = together.api.as_json(told, FRIENDS)
        await together.api.send_photo(A, b"A", chat=FRIENDS, reply_to_message=answered)
        question = await together.seen(TEXTS.get("en", "say.whose_photo"))
        assert not together.pipeline.of
        await together.taps(A, question, "That's me")
        (made,) = await together.settled(lambda sets: bool(sets) and len(sets[0].stickers) == 5)
        assert together.who_is_on(made) == [{"A"}] * 5


async def test_an_avatar_of_somebody_else_is_not_brought(together: InGroup) -> None:
    """B had A's photo worked on, and A agreed; that is no avatar of B's."""
    async with together.running():
        photo = await together.api.send_photo(A, b"A", chat=FRIENDS)
        await together.api.say(B, "/emoji", chat=FRIENDS, reply_to_message=photo)
        await together.taps(A, await together.seen("may stickers be made"), "That's me")
        await together.api.until(lambda: any(one.form == "sticker" for one in together.shown))
        card = await together.begin(B)
        await together.taps(B, card, "Join")
        await together.seen("B, you are in")
        await together.seen("Still missing a selfie: B")
    assert together.pipeline.of == ["emoji"]


async def test_who_leaves_is_out_of_the_set_at_once_and_the_portrait_is_redrawn(
    together: InGroup,
) -> None:
    """By the button or by words; the consent stays known as taken back, told in private."""
    async with together.running():
        for person in (A, B, C):
            await together.has_avatar(person)
        await joined(together, A, B, C)
        await together.settled(lambda sets: len(sets[0].stickers) == 1 + 3 * 5 + 2 * 3)
        card = await together.seen("In it: A, B, C (3)")
        await together.taps(B, card, "Leave")
        await together.seen("You are out of “Friends”: 12 stickers")
        await together.settled(lambda sets: without(together, sets[0], "B"))
        await together.seen("In it: A, C (2)")
        await together.api.say(C, "/pack@selfmoji_bot leave", chat=FRIENDS)
        await together.settled(lambda sets: together.who_is_on(sets[0]) == [{"A"}] * 5)
        await together.api.say(B, "/privacy")
        await together.api.until(
            lambda: any(
                "a group's pack; taken back" in one.text for one in together.api.messages(2)
            )
        )


async def test_who_forgets_all_is_out_of_the_pack_with_all_the_rest(together: InGroup) -> None:
    """What was theirs alone and what they were on with others, here and on Telegram."""
    async with together.running():
        for person in (A, B):
            await together.has_avatar(person)
        await joined(together, A, B)
        await together.api.say(B, "/forget")
        await together.api.until(
            lambda: any("Shall I erase" in one.text for one in together.api.messages(2))
        )
        question = [one for one in together.api.messages(2) if "Shall I erase" in one.text][-1]
        await together.api.press(B, question, "Erase everything")
        await together.settled(lambda sets: together.who_is_on(sets[0]) == [{"A"}] * 5)
        await together.seen("In it: A (1)")
    async with together.database.snapshot() as session:
        assert await people.find(session, "telegram", "2") is None
        pack = await together.group_pack()
        assert len(await members.of_pack(session, pack.id)) == 1


async def test_an_owner_who_has_not_started_the_bot_is_told_how(together: InGroup) -> None:
    """By name; the pack comes by itself once they pressed Start."""
    async with together.running():
        card = await together.begin(A)
        await together.has_avatar(B)
        await together.taps(A, card, "Join")
        await together.taps(B, card, "Join")
        told = await together.seen("A, please open https://t.me/selfmoji_bot?start=pack")
        assert set(told.buttons) == {"🔁 Again", "🔑 Keep it with my account"}
        assert not together.api.stickers.sets
        await together.api.say(A, "/start pack")
        (made,) = await together.settled(lambda sets: bool(sets) and len(sets[0].stickers) == 5)
        assert made.owner == 1


async def test_another_member_keeps_what_the_owner_cannot(together: InGroup) -> None:
    """Who is not in it may not; who is takes it over, and it comes with their account."""
    async with together.running():
        card = await together.begin(A)
        await together.has_avatar(B)
        await together.has_avatar(C)
        await together.taps(B, card, "Join")
        told = await together.seen("Whoever began it, please open")
        await together.taps(C, told, "Keep it")
        await together.seen("You are not in this pack")
        await together.taps(B, told, "Keep it")
        await together.seen("“Friends” hangs on your account")
        (made,) = await together.settled(lambda sets: bool(sets) and len(sets[0].stickers) == 5)
        assert made.owner == 2


async def test_a_pack_whose_owner_is_gone_comes_back_under_another_account(
    together: InGroup,
) -> None:
    """Its sets go with the account; a member takes it over, and it has a new link."""
    async with together.running():
        for person in (A, B):
            await together.has_avatar(person)
        await joined(together, A, B)
        (name,) = together.api.stickers.sets
        await together.api.say(A, "/forget")
        await together.api.until(
            lambda: any("Shall I erase" in one.text for one in together.api.messages(1))
        )
        question = [one for one in together.api.messages(1) if "Shall I erase" in one.text][-1]
        await together.api.press(A, question, "Erase everything")
        told = await together.seen("the person whose account kept it on Telegram is gone")
        assert name not in together.api.stickers.sets
        await together.taps(B, told, "Keep it")
        await together.settled(
            lambda sets: bool(sets) and together.who_is_on(sets[0]) == [{"B"}] * 5
        )
        ((again, made),) = together.api.stickers.sets.items()
        assert again != name
        assert made.owner == 2


async def test_a_group_that_becomes_a_supergroup_keeps_its_pack(together: InGroup) -> None:
    """Who joins afterwards is in the same set; what is told is told in the new chat."""
    together.chat = {"id": -5, "type": "group", "title": "Friends"}
    async with together.running():
        for person in (A, B):
            await together.has_avatar(person)
        card = await together.begin(A)
        await together.taps(A, card, "Join")
        await together.settled(lambda sets: bool(sets) and len(sets[0].stickers) == 5)
        await together.api.upgrade(A, together.chat, FRIENDS)
        together.chat = FRIENDS
        card = await together.begin(B)
        await together.taps(B, card, "Join")
        (made,) = await together.settled(lambda sets: len(sets[0].stickers) == OF_TWO)
        assert made.owner == 1
        assert await together.in_it() == ["A", "B"]
        await together.seen("is on Telegram, 14 stickers")


async def test_admins_and_the_owner_rename_and_delete(together: InGroup) -> None:
    """Others are told that it is not theirs to do."""
    together.api.admins = {3}
    async with together.running():
        for person in (A, B):
            await together.has_avatar(person)
        await joined(together, A, B)
        card = await together.seen("In it: ")
        await together.taps(B, card, "For admins")
        await together.seen("That is up to an admin")
        await together.taps(C, card, "For admins")
        asked = await together.seen("What shall be done about “Friends”?")
        await together.taps(C, asked, "Rename")
        which = together.api.as_json(await together.seen("Answer this message"), FRIENDS)
        await together.api.say(C, "Us three", chat=FRIENDS, reply_to_message=which)
        await together.settled(lambda sets: sets[0].title == "Us three")
        await together.taps(A, card, "For admins")  # whose account it hangs on
        asked = await together.seen("What shall be done about “Us three”?")
        await together.taps(A, asked, "Delete")
        await together.taps(A, await together.seen("Shall I delete “Us three”"), "Delete it")
        await together.api.until(lambda: not together.api.stickers.sets)
        await together.taps(B, card, "Join")
        await together.seen("no longer there")


async def test_a_birthday_comes_on_wish(together: InGroup) -> None:
    """Of a member who taps for it, once."""
    async with together.running():
        await together.has_avatar(A)
        card = await together.begin(A)
        await together.taps(A, card, "Join")
        await together.settled(lambda sets: bool(sets) and len(sets[0].stickers) == 5)
        card = await together.seen("In it: ")
        await together.taps(B, card, "My birthday")
        await together.seen("You are not in this pack")
        for _ in range(2):
            await together.taps(A, card, "My birthday")
        await together.settled(lambda sets: len(sets[0].stickers) == 6)


async def test_a_group_is_greeted_with_a_button(together: InGroup) -> None:
    """Brought into a group the bot says what it can do there; one tap shows the pack's card."""
    me = {"id": 110201543, "is_bot": True, "first_name": "Selfmoji", "username": "selfmoji_bot"}
    async with together.running():
        await together.api.tell(A, {"chat": FRIENDS, "new_chat_members": [me]})
        hello = await together.seen("Shall we have a pack of our own")
        await together.taps(B, hello, "Our pack")
        card = await together.seen("Nobody is in it yet")
        assert set(card.buttons) == {"🙋 Join", "⚙️ For admins"}
        assert (await together.group_pack()).keeper is not None


async def test_a_topic_keeps_its_card_to_itself(together: InGroup) -> None:
    """In a forum the card and what follows stand in the topic where the pack was asked for."""
    async with together.running():
        await together.has_avatar(A)
        await together.api.say(
            A, "/pack@selfmoji_bot group", chat=FRIENDS, message_thread_id=5, is_topic_message=True
        )
        card = await together.seen("Nobody is in it yet")
        await together.taps(A, card, "Join")
        await together.seen("is on Telegram, 5 stickers")
        assert {one.topic for one in together.shown} == {5}


async def test_in_private_one_is_told_where_groups_have_their_pack(together: InGroup) -> None:
    """And leaving is possible from there."""
    async with together.running():
        await together.has_avatar(A)
        card = await together.begin(A)
        await together.taps(A, card, "Join")
        await together.settled(lambda sets: bool(sets) and len(sets[0].stickers) == 5)
        await together.api.say(A, "/pack group")
        await together.api.until(
            lambda: any("add me to your Telegram group" in one for one in together.texts(1))
        )
        await together.api.say(A, "/pack leave")
        await together.api.until(lambda: not together.api.stickers.sets)
        await together.api.until(
            lambda: any("You are out of “Friends”" in one for one in together.texts(1))
        )
