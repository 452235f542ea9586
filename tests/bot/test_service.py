"""The service on real databases, a real queue and a real worker; only the models are made up."""

import asyncio
import io
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from PIL import Image

from bot.core.chat import FakeChat
from bot.core.events import (
    ChoiceMade,
    CommandGiven,
    Message,
    Origin,
    PhotoRefused,
    PhotoSent,
    Who,
)
from bot.core.service import PHOTO_BYTES, Service
from bot.core.texts import load
from bot.errors import ChatForbidden, ChatRejected, ChatUnavailable
from bot.settings import BotSettings
from inference.settings import InferenceSettings
from inference.worker import Worker
from storage import deliveries, jobs, people, photos
from storage.database import Database
from storage.jobs import Done, Failed, Failure, Job, JobState, Outcome
from storage.kinds import MOOD
from storage.queue import Queue
from storage.vault import Vault

PHOTO = b"a photo"
SECRET = "123456789:AAFakeFakeFakeFakeFakeFakeFakeFakeFak"


def png(colour: str = "red") -> bytes:
    file = io.BytesIO()
    Image.new("RGBA", (8, 8), colour).save(file, "PNG")
    return file.getvalue()


@dataclass
class ScriptedPipeline:
    """Does what ``script`` says; ``gate`` holds all jobs back while it is clear."""

    script: Callable[[Job], Outcome] = lambda _: Done(png())
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    seen: list[tuple[str, bytes]] = field(default_factory=list)

    async def run(
        self, job: Job, photo: bytes, report: bytes | None, _picture: bytes | None = None
    ) -> tuple[Outcome, bytes | None]:
        del report
        self.seen.append((job.kind, photo))
        await self.gate.wait()
        return self.script(job), None


@dataclass
class TroubledChat(FakeChat):
    """Raises what ``troubles`` holds, one per call, and notes all calls in order."""

    troubles: list[Exception | None] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)

    async def send(self, chat: str, message: Message) -> str:
        self._note("send", message)
        return await super().send(chat, message)

    async def edit(self, chat: str, reference: str, message: Message) -> str:
        self._note("edit", message)
        return await super().edit(chat, reference, message)

    async def forget(self, chat: str) -> None:
        self.messages.pop(chat, None)

    def _note(self, what: str, message: Message) -> None:
        if self.troubles:
            trouble = self.troubles.pop(0)
            if trouble is not None:
                raise trouble
        self.calls.append(f"{what} {'sticker' if message.sticker else message.text}")

    def shown(self, chat: str = "room") -> list[Message]:
        return list(self.messages.get(chat, {}).values())

    def stickers(self, chat: str = "room") -> list[Message]:
        return [message for message in self.shown(chat) if message.sticker]


@dataclass
class House:
    """Everything running, as one process has it."""

    database: Database
    vault: Vault
    queue: Queue
    service: Service
    chat: TroubledChat
    pipeline: ScriptedPipeline
    number: int = 0

    def origin(self, person: str = "ann", room: str = "room", locale: str = "en") -> Origin:
        self.number += 1
        return Origin(f"fake:{self.number}", Who("fake", person, locale), room)

    async def photo(self, caption: str = "", person: str = "ann", data: bytes = PHOTO) -> None:
        await self.service.handle(PhotoSent(self.origin(person), data, caption), self.chat)

    async def say(self, text: str, person: str = "ann", replaces: str | None = None) -> None:
        await self.service.handle(CommandGiven(self.origin(person), text, replaces), self.chat)

    async def press(self, value: str, message: str | None = None) -> None:
        await self.service.handle(ChoiceMade(self.origin(), value, message), self.chat)

    async def all_done(self) -> None:
        """Wait until every job has ended and every answer is shown."""
        async with asyncio.timeout(20):
            while True:
                async with self.database.snapshot() as session:
                    busy = await jobs.unfinished(session)
                    owed = await deliveries.pending(session)
                if not busy and not owed:
                    return
                await asyncio.sleep(0.01)

    def press_value(self, label: str) -> str:
        """Return what the newest button of this label sends back."""
        found = [
            button.value
            for message in self.chat.shown()
            for row in message.buttons
            for button in row
            if label in button.label
        ]
        return found[-1]


@pytest.fixture
def settings() -> BotSettings:
    return BotSettings(_env_file=None, jobs_per_person=6, jobs_overall=50)


@pytest.fixture
async def house(
    database: Database, queue: Queue, vault: Vault, settings: BotSettings
) -> AsyncIterator[House]:
    service = Service(database, vault, queue, load(), settings)
    pipeline = ScriptedPipeline()
    pipeline.gate.set()
    worker = Worker(database, vault, queue, pipeline, InferenceSettings(_env_file=None))
    house = House(database, vault, queue, service, TroubledChat(), pipeline)
    shutdown = asyncio.Event()
    tasks = [
        asyncio.create_task(worker.run(shutdown)),
        asyncio.create_task(service.deliver(house.chat, shutdown)),
    ]
    yield house
    pipeline.gate.set()
    shutdown.set()
    await asyncio.gather(*tasks)


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
    await house.photo(data=bytes(PHOTO_BYTES + 1))
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


async def test_a_platform_that_is_away_gets_its_results_later(house: House) -> None:
    """Deliveries wait as long as the platform says and are not lost."""
    house.pipeline.gate.clear()
    await house.photo("/cutout")
    house.chat.troubles = [ChatUnavailable("429", retry_after=0.05), ChatUnavailable("503"), None]
    house.pipeline.gate.set()
    await house.all_done()
    assert house.chat.calls[-1] == "edit sticker"
    assert len(house.chat.shown()) == 1


async def test_an_answer_is_tried_again(house: House) -> None:
    """A short outage costs no words."""
    house.chat.troubles = [ChatUnavailable("429", retry_after=0.01), ChatUnavailable("502")]
    await house.say("/start")
    assert len(house.chat.shown()) == 1


async def test_a_closed_chat_ends_its_delivery(house: House) -> None:
    """Whoever blocked us is not tried again."""
    house.pipeline.gate.clear()
    await house.photo("/cutout")
    house.chat.troubles = [ChatForbidden()]
    house.pipeline.gate.set()
    await house.all_done()
    assert house.chat.stickers() == []


async def test_a_placeholder_that_is_gone_is_no_obstacle(house: House) -> None:
    """The sticker comes as a message of its own."""
    house.pipeline.gate.clear()
    await house.photo("/cutout")
    house.chat.troubles = [ChatRejected("message to edit not found")]
    house.pipeline.gate.set()
    await house.all_done()
    assert house.chat.calls[-1] == "send sticker"


async def test_a_sticker_that_is_refused_is_told(house: House) -> None:
    """Twice refused, the person hears of it in their language."""
    await house.say("/language zh")
    house.pipeline.gate.clear()
    await house.photo("/cutout")
    house.chat.troubles = [ChatRejected("no"), ChatRejected("no")]
    house.pipeline.gate.set()
    await house.all_done()
    assert house.chat.shown()[-1].text == load().get("zh-Hans", "say.not_shown")


async def test_a_placeholder_that_never_stood_is_no_obstacle(house: House) -> None:
    """The platform was away when the photo came and is back for the sticker."""
    house.chat.troubles = [ChatForbidden()]
    await house.photo("/cutout")
    await house.all_done()
    assert len(house.chat.stickers()) == 1


async def test_a_bug_is_answered_in_one_sentence(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """No trace, path or token reaches the chat; the update may be sent again."""

    async def fail(*_: object) -> None:
        raise RuntimeError(f"/srv/secret {SECRET}")

    with monkeypatch.context() as patch:
        patch.setattr(people, "save_conversation", fail)
        await house.say("/start")
    assert [message.text for message in house.chat.shown()] == [load().get("en", "say.unexpected")]
    assert any(record.levelno == logging.ERROR for record in caplog.records)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110  rows have no event
            await asyncio.sleep(0.01)


@pytest.fixture
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.core.waiting.EVERY", 0.05)


async def test_long_waits_are_told(impatience: None, house: House) -> None:  # noqa: ARG001
    """The placeholder goes from its place in the queue to being worked on."""
    house.pipeline.gate.clear()
    for _ in range(2):
        await house.photo()
    queued = [message.text for message in house.chat.shown() if "Queued" in message.text]
    assert queued
    await until(lambda: any("edit" in call and "Working" in call for call in house.chat.calls))
    house.pipeline.gate.set()
    await house.all_done()
    assert len(house.chat.stickers()) == 6


async def test_results_made_while_we_were_away_are_brought_at_start(
    database: Database, queue: Queue, vault: Vault, settings: BotSettings
) -> None:
    """A delivery without a message in the queue is found."""
    service, chat = Service(database, vault, queue, load(), settings), TroubledChat()
    origin = Origin("fake:1", Who("fake", "ann"), "room")
    await service.handle(PhotoSent(origin, PHOTO, "/cutout"), chat)
    async with database.transaction() as session:
        (job_id,) = await jobs.unfinished(session)
        job = await jobs.claim(session, job_id, "test", timedelta(seconds=30))
        assert job is not None
        await jobs.finish(session, vault, job, Done(png()))
    shutdown = asyncio.Event()
    delivering = asyncio.create_task(service.deliver(chat, shutdown))
    await until(chat.stickers)
    shutdown.set()
    await delivering
    assert len(chat.shown()) == 1


async def test_a_delivery_repeated_shows_nothing_twice(house: House) -> None:
    """The same delivery in the queue again changes nothing."""
    await house.photo("/cutout")
    await house.all_done()
    calls = list(house.chat.calls)
    async with house.database.snapshot() as session:
        assert await deliveries.pending(session) == []
    await house.queue.enqueue("delivery.fake", await _delivery_of(house))
    await asyncio.sleep(0.1)
    assert house.chat.calls == calls


async def _delivery_of(house: House) -> UUID:
    from sqlalchemy import select

    from storage.models import DeliveryRow

    async with house.database.snapshot() as session:
        found = await session.scalar(select(DeliveryRow.id))
    return found or uuid4()


async def test_every_job_ends_done(house: House) -> None:
    """Rows agree with what was shown."""
    await house.photo()
    await house.all_done()
    async with house.database.snapshot() as session:
        assert await jobs.unfinished(session) == []
        for one in house.chat.stickers():
            value = one.buttons[0][0].value
            job = await jobs.read(session, UUID(value.partition(":")[2]))
            assert job.state is JobState.DONE


AVATAR = {"style": "avataaars", "parts": {"mouth": "smile"}, "colours": {"skin": "#dca57c"}}


async def test_a_pack_comes_one_by_one(house: House) -> None:
    """Sixteen moods, more than a person may have waiting, follow one sentence in their order."""
    sheet = {**AVATAR, "names": list(MOOD.settings[:9]), "page": 1, "pages": 2}
    house.pipeline.script = lambda job: Done(png(), sheet if job.kind == "mood-sheet" else AVATAR)
    await house.photo("/moods")
    await house.all_done()
    before = len(house.chat.calls)
    await house.press(house.press_value("All 16"))
    await house.all_done()
    assert [message.name for message in house.chat.stickers()] == [
        f"mood-{name}" for name in MOOD.pack
    ]
    assert house.chat.calls[before:] == [house.chat.calls[before], *["send sticker"] * 16]


async def test_a_pack_outlives_its_process(
    database: Database, queue: Queue, vault: Vault, settings: BotSettings
) -> None:
    """What was left when everything stopped is made by the process that starts next."""
    sheet = {**AVATAR, "names": list(MOOD.settings[:9]), "page": 1, "pages": 2}
    chat = TroubledChat()
    pipeline = ScriptedPipeline()
    pipeline.script = lambda job: Done(png(), sheet if job.kind == "mood-sheet" else AVATAR)
    pipeline.gate.set()

    async def living(until: Callable[[House], Awaitable[None]]) -> None:
        """Run a process that ends without a word once ``until`` returns."""
        service = Service(database, vault, queue, load(), settings)
        worker = Worker(database, vault, queue, pipeline, InferenceSettings(_env_file=None))
        house = House(database, vault, queue, service, chat, pipeline, len(chat.calls))
        never = asyncio.Event()
        tasks = [
            asyncio.create_task(part) for part in (worker.run(never), service.deliver(chat, never))
        ]
        await until(house)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def half(house: House) -> None:
        await house.photo("/moods")
        await house.all_done()
        await house.press(house.press_value("All 16"))
        async with asyncio.timeout(20):
            while True:
                if len(chat.stickers()) >= 3:
                    return
                await asyncio.sleep(0.001)

    await living(half)
    assert len(chat.stickers()) < 16
    async with database.transaction() as session:
        await jobs.expire_leases(session)
    await living(House.all_done)
    named = dict.fromkeys(message.name for message in chat.stickers())
    assert list(named) == [f"mood-{name}" for name in MOOD.pack]
