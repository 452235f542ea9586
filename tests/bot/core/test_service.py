"""The service on real databases, a real queue and a real worker; only the models are made up."""

import asyncio
from datetime import UTC, datetime, timedelta

from bot.core.conversation.events import CommandGiven, Message, Origin, PhotoRefused, PhotoSent, Who
from bot.core.language.texts import load
from inference.settings import InferenceSettings
from storage import people, photos
from storage.contract.failures import Failure
from storage.contract.jobs import Done, Failed, Job, Outcome
from storage.contract.photos import MAX_BYTES
from tests import patience
from tests.bot.at_work import PHOTO, App, png


async def test_a_selfie_becomes_three_stickers(app: App) -> None:
    """Each job has a placeholder, which its sticker replaces in place."""
    app.pipeline.gate.clear()
    await app.photo()
    assert [message.busy for message in app.chat.shown()] == [True, True, True]
    app.pipeline.gate.set()
    await app.all_done()
    assert [message.name for message in app.chat.shown()] == [
        "cutout",
        "emoji-avataaars",
        "cartoon-ink",
    ]
    assert len(app.chat.stickers()) == 3
    assert {photo for _, photo in app.pipeline.seen} == {PHOTO}


async def test_a_repeated_update_does_nothing(app: App) -> None:
    """Platforms send updates again; nothing is made or said twice."""
    event = PhotoSent(app.origin(), PHOTO, "/cutout")
    await asyncio.gather(*(app.service.handle(event, app.chat) for _ in range(5)))
    await app.all_done()
    assert len(app.chat.stickers()) == app.chat.sent == 1


async def test_a_person_is_answered_in_order(app: App) -> None:
    """Two updates at once are two answers one after the other."""
    texts = ["/start", "/privacy", "/language", "/undo", "/nonsensical"]
    origins = [app.origin() for _ in texts]
    await asyncio.gather(
        *(
            app.service.handle(CommandGiven(origin, text), app.chat)
            for origin, text in zip(origins, texts, strict=True)
        )
    )
    words = [load().get("en", "say.welcome", example="/expression smile 0.8")]
    assert app.chat.shown()[0].text == words[0]
    assert len(app.chat.shown()) == 5
    assert app.chat.shown()[3].text == load().get("en", "say.nothing_to_undo")


async def test_one_person_does_not_wait_for_another(app: App) -> None:
    """A slow chat of one person holds up nobody else."""
    hanging, slow = asyncio.Event(), asyncio.Event()
    send = app.chat.send

    async def hang(chat: str, message: Message, once: str = "") -> str:
        if chat == "slow":
            hanging.set()
            await slow.wait()
        return await send(chat, message, once)

    app.chat.send = hang  # type: ignore[method-assign]
    first = asyncio.create_task(
        app.service.handle(CommandGiven(app.origin("ann", "slow"), "/start"), app.chat)
    )
    async with patience.limit():
        await hanging.wait()
        await app.say("/start", "bob")
    assert not first.done()
    slow.set()
    await first


async def test_undo_shows_the_earlier_sticker_again(app: App) -> None:
    """The result is read by its job, long after it was made."""
    app.pipeline.script = lambda job: Done(png("blue" if job.kind == "cutout" else "green"))
    await app.photo("/cutout")
    await app.all_done()
    await app.say("/emoji")
    await app.all_done()
    await app.say("/undo")
    assert [message.sticker for message in app.chat.stickers()] == [
        png("blue"),
        png("green"),
        png("blue"),
    ]


async def test_buttons_make_variations(app: App) -> None:
    """Stronger queues the same with more strength."""
    await app.photo("/expression smile 0.4")
    await app.all_done()
    await app.press(app.press_value("Stronger"))
    await app.all_done()
    assert app.chat.stickers()[-1].name == "expression-smile-0.6"
    assert app.chat.stickers()[-1].sliders[0].command == "/expression smile"


async def test_a_favourite_is_kept_and_shown(app: App) -> None:
    """The button keeps it, /favourites shows it."""
    await app.say("/favourites")
    assert app.chat.shown()[-1].text == load().get("en", "say.no_favourites")
    await app.photo("/cutout")
    await app.all_done()
    await app.press(app.press_value("Favourite"))
    await app.say("/favourites")
    assert len(app.chat.stickers()) == 2


async def test_favourites_are_found_by_what_they_show(app: App) -> None:
    """Words in either language, misspelt perhaps, show those that they lead to alone."""
    for wish in ("/expression smile 0.8", "/expression wink 0.8"):
        await app.photo(wish)
        await app.all_done()
        await app.press(app.press_value("Favourite"))
    for typed in ("smile", "smlie", "微笑"):
        before = len(app.chat.stickers())
        await app.say(f"/favourites {typed}")
        assert len(app.chat.stickers()) == before + 1, typed
        assert app.chat.stickers()[-1].name == "expression-smile-0.8"
    await app.say("/favourites bicycle")
    told = load().get("en", "say.no_such_favourite", typed="bicycle")
    assert app.chat.shown()[-1].text == told


async def test_a_live_slider_changes_its_sticker_in_place(app: App) -> None:
    """No message is added while a person drags, and only the newest wish counts."""
    await app.photo("/expression smile 0.4")
    await app.all_done()
    (reference,) = app.chat.messages["room"]
    app.pipeline.gate.clear()
    for amount in (0.5, 0.6, 0.7):
        await app.say(f"/expression smile {amount}", replaces=reference)
    app.pipeline.gate.set()
    await app.all_done()
    (shown,) = app.chat.shown()
    assert shown.name == "expression-smile-0.7"


async def test_a_failed_slider_leaves_its_sticker(app: App) -> None:
    """The words come below instead."""
    await app.photo("/expression smile 0.4")
    await app.all_done()
    (reference,) = app.chat.messages["room"]
    app.pipeline.script = lambda _: Failed(Failure.BAD_REQUEST)
    await app.say("/expression smile 0.5", replaces=reference)
    await app.all_done()
    sticker, words = app.chat.shown()
    assert sticker.sticker
    assert words.text == load().get("en", "failure.bad_request")


async def test_a_bad_photo_is_answered_once(app: App) -> None:
    """Three jobs fail alike: one sentence, no placeholder left."""
    app.pipeline.script = lambda _: Failed(Failure.NO_FACE)
    await app.photo()
    await app.all_done()
    assert [message.text for message in app.chat.shown()] == [load().get("en", "failure.no_face")]


async def test_several_faces_are_chosen_from(app: App) -> None:
    """One question with numbered faces; the chosen one becomes all three stickers."""

    def script(job: Job) -> Outcome:
        if job.face is None:
            return Failed(Failure.TOO_MANY_FACES, {"faces": 2}, png("white"))
        return Done(png())

    app.pipeline.script = script
    await app.photo()
    await app.all_done()
    (question,) = app.chat.shown()
    assert question.picture == png("white")
    (reference,) = app.chat.messages["room"]
    await app.press(question.buttons[0][1].value, reference)
    await app.all_done()
    assert len(app.chat.stickers()) == 3
    assert app.chat.shown()[0].text == load().get("en", "say.face_chosen", number=2)


async def test_too_many_wishes_are_told_to_wait(app: App) -> None:
    """Beyond the bounds a person hears for how long, once, and nothing is lost."""
    app.pipeline.gate.clear()
    for _ in range(3):
        await app.photo()
    busy = [message.text for message in app.chat.shown() if not message.busy]
    assert len(busy) == 1
    assert "busy" in busy[0]
    assert any(letter.isdigit() for letter in busy[0])
    app.pipeline.gate.set()
    await app.all_done()
    assert len(app.chat.stickers()) == 6


async def test_who_floods_is_told_at_once_and_keeps_nobody_waiting(app: App) -> None:
    """Beyond six wishes of one person there are words; another's only photo is taken up at once."""
    app.pipeline.gate.clear()
    for _ in range(8):
        await app.photo("/cutout")
    refused = [message.text for message in app.chat.shown() if not message.busy]
    assert len(refused) == 2
    assert all("busy" in text for text in refused)
    at_work = InferenceSettings(_env_file=None).concurrency // 2
    await patience.until(lambda: len(app.pipeline.seen) == at_work)
    await app.photo("/cutout", person="bob")
    waiting = [message.text for message in app.chat.shown() if message.text not in refused]
    assert "at place" in waiting[-2]
    assert "at place" not in waiting[-1]
    await patience.until(lambda: len(app.pipeline.seen) == at_work + 1)
    app.pipeline.gate.set()
    await app.all_done()
    assert len(app.chat.stickers()) == 7


async def test_cancel_stops_and_cleans_up(app: App) -> None:
    """Placeholders go, the worker's work is thrown away."""
    app.pipeline.gate.clear()
    await app.photo()
    await app.say("/cancel")
    assert [message.text for message in app.chat.shown()] == [
        load().get("en", "say.cancelled", count=3)
    ]
    app.pipeline.gate.set()
    await app.all_done()
    assert app.chat.stickers() == []


async def test_forget_erases_everything(app: App) -> None:
    """Photos, jobs, results and the person; what was on its way never comes."""
    await app.photo("/cutout")
    await app.all_done()
    app.pipeline.gate.clear()
    await app.photo("/emoji")
    await app.say("/forget")
    await app.press("forget:yes")
    app.pipeline.gate.set()
    await app.all_done()
    (answer,) = app.chat.shown()
    assert answer.text == load().get("en", "say.forgotten", photos=2, stickers=1)
    async with app.database.transaction() as session:
        assert await people.find(session, "fake", "ann") is None
    await app.say("/undo")
    assert app.chat.shown()[-1].text == load().get("en", "say.nothing_to_undo")


async def test_language_and_style_are_a_persons_own(app: App) -> None:
    """They hold in every chat of the person, and in nobody else's."""
    await app.say("/language 中文")
    await app.say("/style cutout")
    elsewhere = PhotoSent(app.origin("ann", "elsewhere"), PHOTO)
    await app.service.handle(elsewhere, app.chat)
    await app.service.handle(PhotoSent(app.origin("bob", "bobs"), PHOTO), app.chat)
    await app.all_done()
    assert [message.text for message in app.chat.stickers("elsewhere")] == ["抠图"]
    assert len(app.chat.stickers("bobs")) == 3
    assert await app.service.locale_of(Who("fake", "ann")) == "zh-Hans"
    assert await app.service.locale_of(Who("fake", "nobody")) is None


async def test_the_platforms_language_is_taken_up(app: App) -> None:
    """Also when the first update did not tell it."""
    await app.service.handle(
        CommandGiven(Origin("fake:a", Who("fake", "eve"), "room"), "/undo"), app.chat
    )
    await app.service.handle(
        CommandGiven(Origin("fake:b", Who("fake", "eve", "zh-CN"), "room"), "/undo"), app.chat
    )
    texts = [message.text for message in app.chat.shown()]
    assert texts == [load().get(locale, "say.nothing_to_undo") for locale in ("en", "zh-Hans")]


async def test_a_file_too_large_is_not_kept(app: App) -> None:
    """It is refused before it is stored, whether or not the front end fetched it."""
    await app.photo(data=bytes(MAX_BYTES + 1))
    refused = PhotoRefused(app.origin(), Failure.TOO_LARGE)
    await app.service.handle(refused, app.chat)
    sentence = load().get("en", "failure.too_large")
    assert [message.text for message in app.chat.shown()] == [sentence, sentence]
    assert app.pipeline.seen == []


async def test_a_photo_past_its_time_is_asked_for_again(app: App) -> None:
    """And the wish is carried out when it comes."""
    await app.photo("/cutout")
    await app.all_done()
    async with app.database.transaction() as session:
        await photos.expire(session, datetime.now(UTC) + timedelta(days=2))
    await app.say("/expression smile")
    await app.all_done()
    assert app.chat.shown()[-1].text == load().get("en", "failure.photo_expired")
    await app.photo()
    await app.all_done()
    assert [message.name for message in app.chat.stickers()] == [
        "cutout",
        "expression-smile-0.8",
    ]
