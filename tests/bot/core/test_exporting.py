"""Everything one has, handed over: whole, in private, in files that a chat takes."""

import io
import json
import zipfile
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

import pytest

from bot.core.conversation.actions import Export
from bot.core.conversation.events import CommandGiven, Message
from bot.core.language.texts import load
from bot.core.plans import Plan, Showing, to_bytes
from bot.exporting import MOST_BYTES, parted
from bot.frontends.discord.appearance import appearance
from bot.marks import mark_in
from bot.stickers import suffix
from storage import groups, members, packs, people, publications
from storage.contract.avatars import AvatarSpec
from storage.contract.exports import ExportFile
from storage.contract.jobs import Done
from storage.contract.packs import NewSticker, Origin
from tests.bot.at_work import App, png
from tests.bot.talk import ORIGIN, Talk, said

TEXTS = load()
AVATAR = {"style": "avataaars", "parts": {"mouth": "smile"}, "colours": {"skin": "#dca57c"}}


def opened(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


async def test_everything_comes_as_a_zip(app: App) -> None:
    """The photo as it was sent, each sticker with what it is, avatars, and an index of all."""
    app.pipeline.script = lambda job: Done(png(), AVATAR if job.kind == "emoji" else {})
    await app.photo("/emoji")
    await app.all_done()
    await app.say("/cutout\nHello!")
    await app.all_done()
    await app.say("/style cutout")
    await app.say("/export")
    (message,) = [one for one in app.chat.shown() if one.document is not None]
    files = opened(message.document or b"")
    index = json.loads(files.pop("index.json"))
    assert {one["file"] for one in index} == set(files)
    assert all(one["zip"] == 1 for one in index)
    photos = [name for name in files if name.startswith("photos/")]
    assert len(photos) == 1
    stickers = {one["kind"]: one for one in index if one["file"].startswith("stickers/")}
    assert set(stickers) == {"emoji", "cutout"}
    assert stickers["cutout"]["settings"][-1]["words"] == "Hello!"
    assert all(mark_in(files[one["file"]]) for one in stickers.values())
    (avatar,) = json.loads(files["avatars.json"])
    assert avatar["avatar"] == AVATAR
    assert json.loads(files["account.json"])["preferences"]
    assert json.loads(files["consents.json"]) == []


async def test_packs_come_with_all_that_is_told_of_them(app: App) -> None:
    """Title, order, emoji, keywords, platforms' names; of a group's pack one's own part alone."""
    async with app.database.transaction() as session:
        ann, bo = [
            await people.find_or_add(session, app.vault, "fake", name, "en")
            for name in ("ann", "bo")
        ]
        pack = await packs.create(session, app.vault, ann.id, "Ann & Co")
        mood = Origin("mood", ({"name": "happy", "amount": 1.0},))
        for emoji in ("😀", "🎉"):
            new = NewSticker(ann.id, png(), False, mood, (emoji,), ("mood", "happy"))
            await packs.add(session, app.vault, pack.id, new)
        await packs.move(session, (await packs.read(session, app.vault, pack.id)).stickers[1].id, 0)
        first, second = (await packs.read(session, app.vault, pack.id)).stickers
        await publications.want(session, pack.id, "fake", ann.id, "room")
        volume = await publications.add_volume(session, pack.id, "fake", 1, "ann_1_by_bot")
        upload = await publications.begin(session, volume.id, first, 0)
        await publications.arrived(session, upload.id, "file-1", "key-1")

        group = await groups.account(session, app.vault, "fake", "-5")
        shared, _ = await groups.shared_pack(session, app.vault, group.id, bo.id, "Friends")
        for person in (ann, bo):
            await groups.join(session, shared.id, person.id, "group-1")
            theirs = NewSticker(person.id, png(), False, Origin("emoji"), ("👋",))
            await packs.add(session, app.vault, shared.id, theirs)
    await app.say("/export")
    (message,) = [one for one in app.chat.shown() if one.document is not None]
    files = opened(message.document or b"")
    index = {one["file"]: one for one in json.loads(files["index.json"])}
    own, friends = json.loads(files["packs.json"])
    assert (own["title"], own["own"], friends["title"], friends["own"]) == (
        "Ann & Co", True, "Friends", False,
    )  # fmt: skip
    assert own["sets"] == [{"platform": "fake", "name": "ann_1_by_bot"}]
    assert [one["emoji"] for one in own["stickers"]] == [["🎉"], ["😀"]]
    assert own["stickers"][0]["keywords"] == ["mood", "happy"]
    assert [one["platforms"] for one in own["stickers"]] == [{"fake": "file-1"}, {}]
    assert len(friends["stickers"]) == 1
    for one in (*own["stickers"], *friends["stickers"]):
        assert mark_in(files[one["file"]])
        assert index[one["file"]]["pack"] in {own["id"], friends["id"]}
    (consent,) = json.loads(files["consents.json"])
    assert (consent["title"], consent["wording"], consent["withdrawn"]) == (
        "Friends", "group-1", None,
    )  # fmt: skip
    assert second.emoji == ("😀",)


async def test_groups_come_with_what_one_brought_and_agreed_to(app: App) -> None:
    """Name, avatar, birthday, time and words, also of a group that one left; nobody else's."""
    spec = AvatarSpec.from_json(AVATAR)
    async with app.database.transaction() as session:
        ann, bo = [
            await people.find_or_add(session, app.vault, "fake", name, "en")
            for name in ("ann", "bo")
        ]
        shared = []
        for chat, title in (("-5", "Friends"), ("-6", "Choir"), ("-7", "Past")):
            group = await groups.account(session, app.vault, "fake", chat)
            pack, _ = await groups.shared_pack(session, app.vault, group.id, bo.id, title)
            shared.append(pack)
            for person, name in ((ann, "Ann"), (bo, "Bo")):
                await groups.join(session, pack.id, person.id, "group-1")
                await members.call(session, app.vault, pack.id, person.id, name)
        await members.bring(session, app.vault, shared[0].id, ann.id, spec)
        await members.wish(session, shared[0].id, ann.id)
        await groups.leave(session, shared[2].id, ann.id)
    await app.say("/export")
    (message,) = [one for one in app.chat.shown() if one.document is not None]
    files = opened(message.document or b"")
    assert b"Bo" not in files["groups.json"]
    told = {one["title"]: one for one in json.loads(files["groups.json"])}
    assert set(told) == {"Friends", "Choir", "Past"}
    assert [told[title]["brought"] for title in ("Friends", "Choir", "Past")] == [
        {"name": "Ann", "avatar": AVATAR, "birthday": True},
        {"name": "Ann", "avatar": None, "birthday": False},
        None,
    ]
    agreed = TEXTS.get("en", "consent.group-1")
    for one in told.values():
        assert (one["platform"], one["wording"], one["words"]) == ("fake", "group-1", agreed)
        assert datetime.fromisoformat(one["agreed"])
    assert [told[title]["members"] for title in ("Friends", "Past")] == [2, 1]
    assert datetime.fromisoformat(told["Past"]["withdrawn"])
    assert told["Friends"]["withdrawn"] is None
    consents = json.loads(files["consents.json"])
    assert sorted(one["words"] for one in consents) == [agreed] * 3


def test_no_copy_of_it_stays_with_its_delivery() -> None:
    """What is kept of the answer names the zip alone; it is made anew if it must be sent again."""
    shown = Showing(Message("all", document=b"PK" + bytes(9000)), exported=1, person=uuid4())
    assert len(to_bytes(Plan("en", [shown]))) < 2000


async def test_chats_get_a_zip_by_its_name() -> None:
    """Discord's attachment and the page's download end in .zip, a drawing's in .svg."""
    zipped = Message("all", document=b"PK\x03\x04", name="selfmoji")
    drawing = replace(zipped, document=b"<svg/>")
    assert [((await appearance(one)).picture or ("",))[0] for one in (zipped, drawing)] == [
        "selfmoji.zip", "selfmoji.svg",
    ]  # fmt: skip
    assert [suffix(one.document or b"") for one in (zipped, drawing)] == ["zip", "svg"]


def test_where_others_read_along_nothing_is_handed_over() -> None:
    """In a group one sentence says where to ask."""
    talk = Talk()
    alone = talk.tell(CommandGiven(ORIGIN, "/export"))
    assert alone == (Export(),)
    group = talk.tell(CommandGiven(replace(ORIGIN, private=False), "/export"))
    assert said(group) == ["say.export_privately"]


@pytest.mark.parametrize("count", [0, 1, 5, 40])
def test_no_zip_is_too_large(count: int) -> None:
    """However much there is, each is within its bytes, and every file is in exactly one."""
    files = [ExportFile(f"{n}.bin", bytes([n]) * 700_000, {"n": n}) for n in range(count)]
    zips = parted(files)
    assert all(len(one) <= MOST_BYTES for one in zips)
    found = [name for one in zips for name in opened(one) if name != "index.json"]
    assert sorted(found) == sorted(one.name for one in files)
    index = json.loads(opened(zips[0])["index.json"])
    assert [one["n"] for one in index] == list(range(count))


def test_what_fits_in_no_zip_is_told_of() -> None:
    """The index names it, and the others come."""
    files = [ExportFile("a", b"a"), ExportFile("b", bytes(9000)), ExportFile("c", b"c")]
    (one,) = parted(files, 8192)
    assert set(opened(one)) == {"index.json", "a", "c"}
    index = json.loads(opened(one)["index.json"])
    assert {entry["file"]: entry["zip"] for entry in index} == {"a": 1, "b": None, "c": 1}
