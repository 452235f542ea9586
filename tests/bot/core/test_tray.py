"""Packs and favourites changed where they are in sight."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from bot.core.collecting import Collection
from bot.core.conversation.events import TrayChanged, TrayVerb, Who
from storage.contract.jobs import Done
from storage.errors import PackGone, ResultGone
from storage.standing import of_chat
from tests.bot.at_work import App, png

ANN, BEN = Who("fake", "ann"), Who("fake", "ben")


async def has(app: App, who: Who = ANN) -> Collection:
    return await app.service.collections.of(who, "room")


async def change(app: App, verb: TrayVerb, person: str = "ann", **what: Any) -> TrayChanged:
    event = TrayChanged(app.origin(person), verb, **what)
    await app.service.handle(event, app.chat)
    return event


async def three_results(app: App) -> list[UUID]:
    """Have three stickers made; return their jobs, the oldest first."""
    app.pipeline.script = lambda job: Done(png("red" if job.kind == "cutout" else "blue"))
    for line in ("/cutout", "/cartoon ink", "/expression smile 0.8"):
        await app.photo(line)
        await app.all_done()
    return [one.id for one in (await has(app)).kept][::-1]


async def test_a_pack_is_filled_ordered_and_described_without_a_word(app: App) -> None:
    """What the tray does is what /pack shows, and the chat stays as it was."""
    jobs = await three_results(app)
    before = len(app.chat.calls)
    await change(app, TrayVerb.ADD, job=jobs[0])
    pack = (await has(app)).packs[0].id
    await change(app, TrayVerb.ADD, pack=pack, job=jobs[1])
    await change(app, TrayVerb.ADD, pack=pack, job=jobs[2], position=0)
    await change(app, TrayVerb.RENAME, pack=pack, words=" Me ")
    (there,) = (await has(app)).packs
    assert (there.title, [one.origin.job for one in there.stickers]) == (
        "Me",
        [jobs[2], jobs[0], jobs[1]],
    )
    first, second, third = (one.id for one in there.stickers)
    await change(app, TrayVerb.MOVE, pack=pack, sticker=first, position=2)
    await change(app, TrayVerb.DESCRIBE, pack=pack, sticker=second, words="😎 and 🔥")
    await change(app, TrayVerb.DROP, pack=pack, sticker=third)
    (there,) = (await has(app)).packs
    assert [(one.id, one.emoji) for one in there.stickers] == [
        (second, ("😎", "🔥")),
        (first, ("😊",)),
    ]
    assert app.chat.calls[before:] == []
    await app.say("/pack")
    assert app.chat.shown()[-1].text == "“Me”, 2 stickers. Tap a number to change that one."


async def test_every_change_is_taken_back_in_turn(app: App) -> None:
    """The tray's undo and the chat's are the same; at the end it says that there is no more."""
    jobs = await three_results(app)
    await change(app, TrayVerb.BEGIN, words="Me")
    pack = (await has(app)).packs[0].id
    assert not (await has(app)).undo
    for job in jobs:
        await change(app, TrayVerb.ADD, pack=pack, job=job)
    sticker = (await has(app)).packs[0].stickers[0].id
    states = [(await has(app)).packs]
    steps: tuple[tuple[TrayVerb, dict[str, Any]], ...] = (
        (TrayVerb.MOVE, {"sticker": sticker, "position": 1}),
        (TrayVerb.DESCRIBE, {"sticker": sticker, "words": "👍"}),
        (TrayVerb.DROP, {"sticker": sticker}),
        (TrayVerb.RENAME, {"words": "Us"}),
    )
    for verb, what in steps:
        await change(app, verb, pack=pack, **what)
        states.append((await has(app)).packs)
    for number, before in enumerate(states[-2::-1]):
        if number % 2:
            await app.say("/pack undo")
        else:
            await change(app, TrayVerb.UNDO)
        (now,) = (await has(app)).packs
        looks = [(one.id, one.emoji) for one in before[0].stickers]
        assert (now.title, [(one.id, one.emoji) for one in now.stickers]) == (
            before[0].title, looks,
        )  # fmt: skip
    for _ in jobs:
        await change(app, TrayVerb.UNDO)
    assert (await has(app)).packs[0].stickers == ()
    await change(app, TrayVerb.UNDO)
    assert app.chat.shown()[-1].text == "There is nothing to take back about your packs."


async def test_a_change_told_twice_is_made_once(app: App) -> None:
    """As by a browser whose connection broke; a result that is in already is not added again."""
    jobs = await three_results(app)
    added = await change(app, TrayVerb.ADD, job=jobs[0])
    pack = (await has(app)).packs[0].id
    await app.service.handle(added, app.chat)
    await change(app, TrayVerb.ADD, pack=pack, job=jobs[0])
    moved = await change(app, TrayVerb.ADD, pack=pack, job=jobs[1], position=0)
    await app.service.handle(moved, app.chat)
    assert [one.origin.job for one in (await has(app)).packs[0].stickers] == [jobs[1], jobs[0]]
    await change(app, TrayVerb.UNDO)
    await change(app, TrayVerb.UNDO)
    assert (await has(app)).packs[0].stickers == ()


async def test_favourites_are_kept_and_let_go(app: App) -> None:
    """A result is a favourite until it is none; both are seen at once."""
    jobs = await three_results(app)
    await change(app, TrayVerb.KEEP, job=jobs[1])
    assert [one.id for one in (await has(app)).kept if one.favourite] == [jobs[1]]
    await change(app, TrayVerb.UNKEEP, job=jobs[1])
    assert not any(one.favourite for one in (await has(app)).kept)


async def test_a_pack_is_deleted_and_others_stay(app: App) -> None:
    """Whichever is opened is the one that /pack means."""
    for title in ("One", "Two", "Three"):
        await change(app, TrayVerb.BEGIN, words=title)
    by_title = {pack.title: pack.id for pack in (await has(app)).packs}
    await change(app, TrayVerb.DELETE, pack=by_title["Two"])
    assert {pack.title for pack in (await has(app)).packs} == {"One", "Three"}
    await change(app, TrayVerb.OPEN, pack=by_title["One"])
    assert (await has(app)).open == by_title["One"]
    assert app.chat.shown() == []
    await app.say("/pack")
    assert app.chat.shown()[-1].text.startswith("“One”")


async def test_what_is_anothers_is_out_of_reach(app: App) -> None:
    """Neither a stranger's results nor their packs are seen, read or changed."""
    jobs = await three_results(app)
    await change(app, TrayVerb.ADD, job=jobs[0])
    (pack,) = (await has(app)).packs
    sticker = pack.stickers[0].id
    await change(app, TrayVerb.BEGIN, person="ben", words="Mine")
    mine = (await has(app, BEN)).packs[0].id
    for verb, what in (
        (TrayVerb.ADD, {"pack": mine, "job": jobs[1]}),
        (TrayVerb.ADD, {"pack": pack.id, "job": jobs[1]}),
        (TrayVerb.KEEP, {"job": jobs[1]}),
        (TrayVerb.DROP, {"pack": pack.id, "sticker": sticker}),
        (TrayVerb.DROP, {"pack": mine, "sticker": sticker}),
        (TrayVerb.RENAME, {"pack": pack.id, "words": "Stolen"}),
        (TrayVerb.DELETE, {"pack": pack.id}),
        (TrayVerb.DELETE, {"pack": uuid4()}),
    ):
        before = len(app.chat.calls)
        await change(app, verb, person="ben", **what)
        assert len(app.chat.calls) == before + 1, verb  # a sentence says why not
    theirs = await has(app, BEN)
    assert (theirs.kept, [pack.stickers for pack in theirs.packs]) == ((), [()])
    assert (await has(app)).packs == (pack,)
    assert not any(one.favourite for one in (await has(app)).kept)
    shelves = app.service.collections
    with pytest.raises(ResultGone):
        await shelves.result(BEN, jobs[0])
    with pytest.raises(PackGone):
        await shelves.sticker(BEN, pack.id, sticker)
    with pytest.raises(PackGone):
        await shelves.sticker(BEN, mine, sticker)
    with pytest.raises(PackGone):
        await shelves.packed(BEN, pack.id, "webp")
    assert await shelves.result(ANN, jobs[0]) == png("red")
    assert await shelves.sticker(ANN, pack.id, sticker) == png("red")


async def test_only_the_last_of_a_slider_is_shown(app: App) -> None:
    """Results that others took the place of are left out, unless they are favourites."""
    await app.photo("/expression smile 0.8")
    await app.all_done()
    (first,) = (await has(app)).kept
    place = next(iter(app.chat.messages["room"]))
    for amount in ("0.5", "0.3"):
        await app.say(f"/expression smile {amount}", replaces=place)
        await app.all_done()
    assert [one.text for one in (await has(app)).kept] == ["expression smile 0.3"]
    await change(app, TrayVerb.KEEP, job=first.id)
    assert (await has(app)).kept[1] == replace(first, favourite=True)


async def test_silent_changes_do_not_push_the_chat_out(app: App) -> None:
    """What a chat showed is what is told anew after a restart, however often packs changed."""
    await change(app, TrayVerb.BEGIN, words="Me")
    await app.say("/help")
    pack = (await has(app)).packs[0].id
    for number in range(5):
        await change(app, TrayVerb.RENAME, pack=pack, words=f"Me {number}")
    async with app.database.snapshot() as session:
        standing = await of_chat(session, app.vault, "fake", "room", 3)
    assert len(standing) == 1
