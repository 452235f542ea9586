"""The service on real databases, a real queue and a real worker; only the models are made up."""

import asyncio
from datetime import UTC, datetime, timedelta

from bot.core.conversation.events import CommandGiven, Message, Origin, PhotoRefused, PhotoSent, Who
from bot.core.language.texts import load
from storage import people, photos
from storage.contract.failures import Failure
from storage.contract.jobs import Done, Failed, Job, Outcome
from storage.contract.photos import MAX_BYTES
from tests.bot.at_work import PHOTO, House, png


async def test_a_selfie_becomes_three_stickers(house: House) -> None:
    """Each job has a placeholder, which its sticker replaces in place."""
    house.pipeline.gate.clear()
    await house.photo()
    assert [message.busy for message in house.chat.shown()] == [True, True, True]
    house.pipeline.gate.set()
    await house.all_done()
    assert [message.name for message in house.chat.shown()] == [
        "cutout",
        "emoji-avataaars",
        "cartoon-hokusai-0.6",
    ]
    assert len(house.chat.stickers()) == 3
    assert {photo for _, photo in house.pipeline.seen} == {PHOTO}


async def test_a_repeated_update_does_nothing(house: House) -> None:
    """Platforms send updates again; nothing is made or said twice."""
    event = PhotoSent(house.origin(), PHOTO, "/cutout")
    await asyncio.gather(*(house.service.handle(event, house.chat) for _ in range(5)))
    await house.all_done()
    assert len(house.chat.stickers()) == house.chat.sent == 1


async def test_a_person_is_answered_in_order(house: House) -> None:
    """Two updates at once are two answers one after the other."""
    texts = ["/start", "/privacy", "/language", "/undo", "/nonsensical"]
    origins = [house.origin() for _ in texts]
    await asyncio.gather(
        *(
            house.service.handle(CommandGiven(origin, text), house.chat)
            for origin, text in zip(origins, texts, strict=True)
        )
    )
    words = [load().get("en", "say.welcome", example="/expression smile 0.8")]
    assert house.chat.shown()[0].text == words[0]
    assert len(house.chat.shown()) == 5
    assert house.chat.shown()[3].text == load().get("en", "say.nothing_to_undo")


async def test_one_person_does_not_wait_for_another(house: House) -> None:
    """A slow chat of one person holds up nobody else."""
    slow = asyncio.Event()
    send = house.chat.send

    async def hang(chat: str, message: Message) -> str:
        if chat == "slow":
            await slow.wait()
        return await send(chat, message)

    house.chat.send = hang  # type: ignore[method-assign]
    first = asyncio.create_task(
        house.service.handle(CommandGiven(house.origin("ann", "slow"), "/start"), house.chat)
    )
    await asyncio.sleep(0.05)
    async with asyncio.timeout(5):
        await house.say("/start", "bob")
    assert not first.done()
    slow.set()
    await first


async def test_undo_shows_the_earlier_sticker_again(house: House) -> None:
    """The result is read by its job, long after it was made."""
    house.pipeline.script = lambda job: Done(png("blue" if job.kind == "cutout" else "green"))
    await house.photo("/cutout")
    await house.all_done()
    await house.say("/emoji")
    await house.all_done()
    await house.say("/undo")
    assert [message.sticker for message in house.chat.stickers()] == [
        png("blue"),
        png("green"),
        png("blue"),
    ]


async def test_buttons_make_variations(house: House) -> None:
    """Stronger queues the same with more strength."""
    await house.photo("/expression smile 0.4")
    await house.all_done()
    await house.press(house.press_value("Stronger"))
    await house.all_done()
    assert house.chat.stickers()[-1].name == "expression-smile-0.6"
    assert house.chat.stickers()[-1].sliders[0].command == "/expression smile"


async def test_a_favourite_is_kept_and_shown(house: House) -> None:
    """The button keeps it, /favourites shows it."""
    await house.say("/favourites")
    assert house.chat.shown()[-1].text == load().get("en", "say.no_favourites")
    await house.photo("/cutout")
    await house.all_done()
    await house.press(house.press_value("Favourite"))
    await house.say("/favourites")
    assert len(house.chat.stickers()) == 2


async def test_a_live_slider_changes_its_sticker_in_place(house: House) -> None:
    """No message is added while a person drags, and only the newest wish counts."""
    await house.photo("/expression smile 0.4")
    await house.all_done()
    (reference,) = house.chat.messages["room"]
    house.pipeline.gate.clear()
    for amount in (0.5, 0.6, 0.7):
        await house.say(f"/expression smile {amount}", replaces=reference)
    house.pipeline.gate.set()
    await house.all_done()
    (shown,) = house.chat.shown()
    assert shown.name == "expression-smile-0.7"


async def test_a_failed_slider_leaves_its_sticker(house: House) -> None:
    """The words come below instead."""
    await house.photo("/expression smile 0.4")
    await house.all_done()
    (reference,) = house.chat.messages["room"]
    house.pipeline.script = lambda _: Failed(Failure.BAD_REQUEST)
    await house.say("/expression smile 0.5", replaces=reference)
    await house.all_done()
    sticker, words = house.chat.shown()
    assert sticker.sticker
    assert words.text == load().get("en", "failure.bad_request")


async def test_a_bad_photo_is_answered_once(house: House) -> None:
    """Three jobs fail alike: one sentence, no placeholder left."""
    house.pipeline.script = lambda _: Failed(Failure.NO_FACE)
    await house.photo()
    await house.all_done()
    assert [message.text for message in house.chat.shown()] == [load().get("en", "failure.no_face")]


async def test_several_faces_are_chosen_from(house: House) -> None:
    """One question with numbered faces; the chosen one becomes all three stickers."""

    def script(job: Job) -> Outcome:
        if job.face is None:
            return Failed(Failure.TOO_MANY_FACES, {"faces": 2}, png("white"))
        return Done(png())

    house.pipeline.script = script
    await house.photo()
    await house.all_done()
    (question,) = house.chat.shown()
    assert question.picture == png("white")
    (reference,) = house.chat.messages["room"]
    await house.press(question.buttons[0][1].value, reference)
    await house.all_done()
    assert len(house.chat.stickers()) == 3
    assert house.chat.shown()[0].text == load().get("en", "say.face_chosen", number=2)


async def test_too_many_wishes_are_told_to_wait(house: House) -> None:
    """Beyond the bounds a person hears for how long, once, and nothing is lost."""
    house.pipeline.gate.clear()
    for _ in range(3):
        await house.photo()
    busy = [message.text for message in house.chat.shown() if not message.busy]
    assert len(busy) == 1
    assert "busy" in busy[0]
    assert any(letter.isdigit() for letter in busy[0])
    house.pipeline.gate.set()
    await house.all_done()
    assert len(house.chat.stickers()) == 6


async def test_cancel_stops_and_cleans_up(house: House) -> None:
    """Placeholders go, the worker's work is thrown away."""
    house.pipeline.gate.clear()
    await house.photo()
    await house.say("/cancel")
    assert [message.text for message in house.chat.shown()] == [
        load().get("en", "say.cancelled", count=3)
    ]
    house.pipeline.gate.set()
    await house.all_done()
    assert house.chat.stickers() == []


async def test_forget_erases_everything(house: House) -> None:
    """Photos, jobs, results and the person; what was on its way never comes."""
    await house.photo("/cutout")
    await house.all_done()
    house.pipeline.gate.clear()
    await house.photo("/emoji")
    await house.say("/forget")
    await house.press("forget:yes")
    house.pipeline.gate.set()
    await house.all_done()
    (answer,) = house.chat.shown()
    assert answer.text == load().get("en", "say.forgotten", photos=2, stickers=1)
    async with house.database.transaction() as session:
        assert await people.find(session, "fake", "ann") is None
    await house.say("/undo")
    assert house.chat.shown()[-1].text == load().get("en", "say.nothing_to_undo")


async def test_language_and_style_are_a_persons_own(house: House) -> None:
    """They hold in every chat of the person, and in nobody else's."""
    await house.say("/language 中文")
    await house.say("/style cutout")
    elsewhere = PhotoSent(house.origin("ann", "elsewhere"), PHOTO)
    await house.service.handle(elsewhere, house.chat)
    await house.service.handle(PhotoSent(house.origin("bob", "bobs"), PHOTO), house.chat)
    await house.all_done()
    assert [message.text for message in house.chat.stickers("elsewhere")] == ["抠图"]
    assert len(house.chat.stickers("bobs")) == 3
    assert await house.service.locale_of(Who("fake", "ann")) == "zh-Hans"
    assert await house.service.locale_of(Who("fake", "nobody")) is None


async def test_the_platforms_language_is_taken_up(house: House) -> None:
    """Also when the first update did not tell it."""
    await house.service.handle(
        CommandGiven(Origin("fake:a", Who("fake", "eve"), "room"), "/undo"), house.chat
    )
    await house.service.handle(
        CommandGiven(Origin("fake:b", Who("fake", "eve", "zh-CN"), "room"), "/undo"), house.chat
    )
    texts = [message.text for message in house.chat.shown()]
    assert texts == [load().get(locale, "say.nothing_to_undo") for locale in ("en", "zh-Hans")]


async def test_a_file_too_large_is_not_kept(house: House) -> None:
    """It is refused before it is stored, whether or not the front end fetched it."""
    await house.photo(data=bytes(MAX_BYTES + 1))
    refused = PhotoRefused(house.origin(), Failure.TOO_LARGE)
    await house.service.handle(refused, house.chat)
    sentence = load().get("en", "failure.too_large")
    assert [message.text for message in house.chat.shown()] == [sentence, sentence]
    assert house.pipeline.seen == []


async def test_a_photo_past_its_time_is_asked_for_again(house: House) -> None:
    """And the wish is carried out when it comes."""
    await house.photo("/cutout")
    await house.all_done()
    async with house.database.transaction() as session:
        await photos.expire(session, datetime.now(UTC) + timedelta(days=2))
    await house.say("/expression smile")
    await house.all_done()
    assert house.chat.shown()[-1].text == load().get("en", "failure.photo_expired")
    await house.photo()
    await house.all_done()
    assert [message.name for message in house.chat.stickers()] == [
        "cutout",
        "expression-smile-0.8",
    ]
