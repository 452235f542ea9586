"""Commands and menus on Discord: what they offer, and what is read in them."""

import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import discord
import pytest
import simcord
from PIL import Image

from bot.core.collecting import Collection
from bot.core.conversation.events import (
    CommandGiven,
    Member,
    Message,
    PhotoRefused,
    PhotoSent,
)
from bot.core.language.meanings import Request
from bot.core.language.shortcuts import SHORTCUTS
from bot.core.language.texts import load
from bot.core.offering import Offer
from bot.frontends.discord import DiscordChat
from bot.frontends.discord.completing import (
    suggestions,
    suggestions_of_packs,
    suggestions_within,
)
from storage.contract.failures import Failure
from storage.contract.kinds import KINDS, Setting
from storage.contract.packs import Origin, Pack, PackKind, Sticker
from storage.kept import Kept
from tests.bot.filming import film
from tests.bot.simulated_discord import AGAIN, PHOTO, World, png


async def test_a_slash_command_with_a_photo(world: World) -> None:
    """``/expression`` with attachment and strength is a photo with its command as caption."""
    world.answer_with(Message("smile 0.8", AGAIN, sticker=png(), name="expression-smile-0.8"))
    result = await world.ada.slash(
        world.channel, "expression", what="smile", strength=0.8, photo=PHOTO
    )
    (event,) = world.listener.events
    assert isinstance(event, PhotoSent)
    assert (event.data, event.caption) == (PHOTO[1], "/expression smile 0.8")
    assert event.origin.who.external_id == str(world.ada.id)
    assert event.origin.who.locale == "en-US"
    assert event.origin.chat == world.place
    (acknowledged,) = [one for one in world.env.http_requests if one.path.endswith("/callback")]
    assert acknowledged.json["type"] == 5  # "thinking"
    assert result.response is not None
    (file,) = result.response.attachments
    assert file.filename == "expression-smile-0.8.png"
    assert file.description == "smile 0.8"
    with Image.open(io.BytesIO(await file.read())) as image:
        assert (image.format, image.size) == ("PNG", (320, 320))


async def test_a_slash_command_without_a_photo(world: World) -> None:
    """Without attachment the command is the line that a person would have typed."""
    world.answer_with(Message("Send me a selfie first"))
    await world.ada.slash(world.channel, "cartoon", what="monet", strength=0.5)
    await world.ada.slash(world.channel, "emoji", what="big-ears")
    await world.ada.slash(world.channel, "cutout")
    await world.ada.slash(world.channel, "language", what="zh-Hans")
    await world.ada.slash(world.channel, "undo")
    lines = [event.text for event in world.listener.events if isinstance(event, CommandGiven)]
    assert lines == [
        "/cartoon monet 0.5",
        "/emoji big-ears",
        "/cutout",
        "/language zh-Hans",
        "/undo",
    ]


async def test_faces_are_filmed_and_speak(world: World) -> None:
    """A chain in one option, words in another's; what moves comes as a GIF, which Discord plays."""
    await world.ada.slash(world.channel, "animate", what="smile wink")
    await world.ada.slash(world.channel, "say", what="Hello there!")
    lines = [event.text for event in world.listener.events if isinstance(event, CommandGiven)]
    assert lines == ["/animate smile wink", "/say Hello there!"]
    offered = await world.ada.autocomplete(world.channel, "animate", "what", "smile wi")
    assert "smile wink" in [one["value"] for one in offered]
    world.answer_with(Message("smile", AGAIN, sticker=film(), name="animate-smile-0.8"))
    result = await world.ada.slash(world.channel, "animate", what="smile", photo=PHOTO)
    assert result.response is not None
    (file,) = result.response.attachments
    assert file.filename == "animate-smile-0.8.gif"
    with Image.open(io.BytesIO(await file.read())) as image:
        assert (image.format, image.size, image.n_frames) == ("GIF", (320, 320), 6)


async def test_strength_has_the_range_of_its_kind(world: World) -> None:
    """Discord itself keeps strengths within what the vocabulary allows."""
    with pytest.raises(simcord.OptionError):
        await world.ada.slash(world.channel, "cartoon", what="monet", strength=1.5)
    with pytest.raises(simcord.OptionError):
        await world.ada.slash(world.channel, "expression", what="smile", strength=-1.5)


async def test_a_look_is_put_together_from_options(world: World) -> None:
    """Each group of settings is an option of its own that completes itself."""
    await world.ada.slash(world.channel, "edit", hair="afro", beard="full", strength=0.5)
    await world.ada.slash(world.channel, "edit", glasses="none", hat="beanie")
    words = [event.text for event in world.listener.events if isinstance(event, CommandGiven)]
    assert words == ["/edit hair afro beard full 0.5", "/edit glasses none hat beanie"]
    offered = await world.ada.autocomplete(world.channel, "edit", "hair", "bob")
    assert "french-bob" in [one["value"] for one in offered]
    offered = await world.ada.autocomplete(world.channel, "edit", "glasses", "")
    assert offered[0]["value"] == "none"
    chinese = suggestions_within(KINDS["edit"], "hair", load(), "zh-Hans", "爆炸")
    assert [one.value for one in chinese] == ["afro", "big-afro", "puff"]


async def test_a_drawing_is_varied_by_options(world: World) -> None:
    """What is chosen, and an option for each group that may stand beside it."""
    await world.ada.slash(world.channel, "cartoon", what="anime", hair="blue", eyes="green")
    await world.ada.slash(world.channel, "cartoon", what="monet", strength=0.4)
    words = [event.text for event in world.listener.events if isinstance(event, CommandGiven)]
    assert words == ["/cartoon anime hair blue eyes green", "/cartoon monet 0.4"]
    offered = await world.ada.autocomplete(world.channel, "cartoon", "what", "an")
    assert "anime" in [one["value"] for one in offered]
    offered = await world.ada.autocomplete(world.channel, "cartoon", "eyes", "gr")
    assert [one["value"] for one in offered] == ["green", "gray"]


async def test_a_sheet_has_a_page_and_a_painting_its_picture(world: World) -> None:
    """``/hairs page:2`` is a line; ``/paint`` takes the picture and the selfie."""
    await world.ada.slash(world.channel, "hairs", page=2)
    await world.ada.slash(world.channel, "paint")
    await world.ada.slash(
        world.channel, "paint", picture=("wave.png", png(colour="navy")), photo=PHOTO, strength=0.8
    )
    hairs, paint, both = world.listener.events
    assert isinstance(hairs, CommandGiven)
    assert isinstance(paint, CommandGiven)
    assert (hairs.text, paint.text) == ("/hairs 2", "/paint")
    assert isinstance(both, PhotoSent)
    assert (both.data, both.selfie) == (png(colour="navy"), PHOTO[1])
    assert both.caption == "/paint 0.8"


async def test_a_mix_is_of_two_photos_or_of_everyone_on_one(world: World) -> None:
    """``/mix`` takes the other's picture and the selfie, or one photo alone."""
    other = ("them.png", png(colour="navy"))
    await world.ada.slash(world.channel, "mix", picture=other, photo=PHOTO, strength=0.3)
    await world.ada.slash(world.channel, "mix", photo=PHOTO, everyone=True)
    two, everyone = world.listener.events
    assert isinstance(two, PhotoSent)
    assert (two.data, two.selfie, two.caption) == (other[1], PHOTO[1], "/mix 0.3")
    assert isinstance(everyone, PhotoSent)
    assert (everyone.data, everyone.selfie, everyone.caption) == (PHOTO[1], None, "/mix everyone")


async def test_every_kind_and_command_is_offered(world: World) -> None:
    """The commands are generated from the vocabulary, plus menus on messages and on people."""
    names = {command.name for command in world.chat.client.tree.get_commands()}
    assert {kind.name for kind in KINDS.values() if not kind.sheet} < names
    assert set(SHORTCUTS) < names
    assert {"start", "help", "style", "undo", "cancel", "privacy", "forget", "language"} < names
    listed = [command async for command in _payloads(world.chat)]
    assert {(one["name"], one["type"]) for one in listed if one["type"] != 1} == {
        ("Make sticker", 2),
        ("Make sticker", 3),
        ("Cartoon me", 3),
        ("Change expression", 3),
    }
    for one in listed:
        assert one["integration_types"] == [0, 1]
        assert one["contexts"] == [0, 1, 2]
        assert not one["name_localizations"]["zh-CN"].isascii()
        for option in one.get("options", []):
            assert not option["name_localizations"]["zh-CN"].isascii()
            assert len(option["description"]) <= 100


async def _payloads(chat: DiscordChat) -> AsyncIterator[dict[str, object]]:
    tree = chat.client.tree
    assert tree.translator is not None
    for kind in discord.AppCommandType:
        for command in tree.get_commands(type=kind):
            yield await command.get_translated_payload(tree, tree.translator)


async def test_settings_complete_themselves(world: World) -> None:
    """Typing offers the settings of the kind, in the person's language, also behind others."""
    offered = await world.ada.autocomplete(world.channel, "expression", "what", "smi")
    assert [one["value"] for one in offered] == ["smile", "smirk"]
    offered = await world.ada.autocomplete(world.channel, "expression", "what", "smile 0.8 wi")
    assert [one["value"] for one in offered] == ["smile 0.8 wink"]
    offered = await world.ada.autocomplete(world.channel, "expression", "what", "")
    assert len(offered) == 25
    offered = await world.ada.autocomplete(world.channel, "language", "what", "")
    assert [one["value"] for one in offered] == ["en", "zh-Hans"]
    chinese = suggestions(KINDS["expression"], load(), "zh-Hans", "")
    assert chinese[0].value == "smile"
    assert not chinese[0].name.isascii()


async def test_favourites_complete_themselves(world: World) -> None:
    """What somebody keeps is offered by what it shows, once, in words that find it again."""
    smiles = [Kept(uuid4(), "expression", (Setting("smile", 0.8),)) for _ in range(2)]
    packed = Kept(uuid4(), "mood", (Setting("love"),), file="in a set")
    world.listener.offered = Offer((*smiles, packed), "en")
    offered = await world.ada.autocomplete(world.channel, "favourites", "what", "smi")
    label = load().describe("en", Request("expression", (Setting("smile", 0.8),)))
    assert [(one["name"], one["value"]) for one in offered] == [(label, label)]


async def test_what_is_no_picture_is_refused(world: World) -> None:
    """Attachments of another kind are refused without being fetched."""
    await world.ada.slash(world.channel, "cutout", photo=("paper.pdf", b"%PDF"))
    (event,) = world.listener.events
    assert isinstance(event, PhotoRefused)
    assert event.failure is Failure.NOT_AN_IMAGE


async def test_nothing_answered_leaves_nothing_behind(world: World) -> None:
    """When the service has no answer, as for a repeated update, the thinking goes away."""
    result = await world.ada.slash(world.channel, "help")
    assert result.response is None
    assert world.channel.history() == []


async def test_commands_about_the_person_are_answered_in_private(world: World) -> None:
    """Privacy, help, language and erasure concern only the one who asks."""
    world.answer_with(Message("Your photo is encrypted"))
    for name in ("privacy", "help", "forget", "language", "link", "unlink"):
        result = await world.ada.slash(world.channel, name)
        assert result.ephemeral
    assert not (await world.ada.slash(world.channel, "cutout")).ephemeral


async def test_make_sticker_of_a_message(world: World) -> None:
    """The menu on a message takes its pictures; a message without any is answered, too."""
    world.answer_with(Message("Working on it"))
    photo = await world.bo.send(world.channel, "me!", attachments=[PHOTO])
    await world.ada.context_menu(world.channel, "Make sticker", photo)
    words = await world.bo.send(world.channel, "no picture")
    await world.ada.context_menu(world.channel, "Make sticker", words)
    first, second = world.listener.events
    assert isinstance(first, PhotoSent)
    assert first.data == PHOTO[1]
    assert first.origin.who.external_id == str(world.ada.id)
    assert first.shown == Member(str(world.bo.id), f"<@{world.bo.id}>")
    assert not first.origin.private
    assert isinstance(second, PhotoRefused)


@pytest.mark.parametrize(
    ("menu", "line"), [("Cartoon me", "/cartoon"), ("Change expression", "/expressions")]
)
async def test_menus_on_a_message_say_what_to_make(world: World, menu: str, line: str) -> None:
    """Its pictures come with a line, and with whose they are, who is asked before."""
    world.answer_with(Message("Is this you?"))
    photo = await world.bo.send(world.channel, "me!", attachments=[PHOTO])
    await world.ada.context_menu(world.channel, menu, photo)
    (event,) = world.listener.events
    assert isinstance(event, PhotoSent)
    assert (event.data, event.caption) == (PHOTO[1], line)
    assert event.shown == Member(str(world.bo.id), f"<@{world.bo.id}>")
    assert not event.origin.private


def a_pack(title: str, *stickers: tuple[str, str]) -> tuple[Pack, dict[UUID, str]]:
    """Return a pack of stickers with an emoji each, and what they are called."""
    person, ids = uuid4(), [uuid4() for _ in stickers]
    made = tuple(
        Sticker(one, person, False, Origin("mood"), (emoji,))
        for one, (emoji, _) in zip(ids, stickers, strict=True)
    )
    pack = Pack(
        uuid4(), person, "name", PackKind.REGULAR, title, 1, 1, datetime.now(UTC), made
    )  # fmt: skip
    return pack, {one: name for one, (_, name) in zip(ids, stickers, strict=True)}


def test_packs_are_completed_by_title_verb_and_sticker() -> None:
    """Titles and verbs in both languages; behind a verb the stickers of the pack that is open."""
    texts = load()
    summer, names = a_pack("Summer", ("😂", "mood laughing"), ("😍", "mood in love"))
    work, _ = a_pack("Work")
    found = Collection(packs=(work, summer), open=summer.id, called=names)

    def offered(typed: str, locale: str = "en") -> list[tuple[str, str]]:
        choices = suggestions_of_packs(found, texts, locale, typed)
        return [(one.name, one.value) for one in choices]

    assert offered("")[:2] == [("Work (0)", "Work"), ("Summer (2)", "Summer")]
    assert ("drop …", "drop ") in offered("")
    assert offered("sum") == [("Summer (2)", "Summer")]
    assert offered("drop ") == [
        ("drop 1 · 😂 mood laughing", "drop 1"),
        ("drop 2 · 😍 mood in love", "drop 2"),
    ]
    assert offered("emoji love") == [("emoji 2 · 😍 mood in love", "emoji 2")]
    assert [value for _, value in offered("取出 ", "zh-Hans")] == ["drop 1", "drop 2"]
    assert suggestions_of_packs(Collection(), texts, "en", "") == [
        discord.app_commands.Choice(name="new …", value="new ")
    ]


async def test_make_sticker_of_a_person(world: World) -> None:
    """The menu on a person takes their avatar."""
    world.answer_with(Message("Working on it"))
    avatar = png(256, "teal")
    cy = world.guild.add_member(world.env.create_user("cy", avatar="0123abcd"))
    url = f"{discord.Asset.BASE}/avatars/{cy.id}/0123abcd.png?size=1024"
    world.env.backend.cdn._blobs[url] = avatar
    await world.ada.context_menu(world.channel, "Make sticker", cy)
    (event,) = world.listener.events
    assert isinstance(event, PhotoSent)
    assert event.data == avatar
    assert event.shown == Member(str(cy.id), f"<@{cy.id}>")
