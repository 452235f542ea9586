"""A room of the page: a link leads into it, and everybody's page shows its pack."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from bot.core.chat import FakeChat
from bot.core.conversation.events import (
    ChoiceMade,
    CommandGiven,
    Message,
    Origin,
    PhotoSent,
    Who,
)
from bot.core.language.texts import load
from bot.core.service import Service
from bot.errors import ChatUnavailable
from bot.settings import BotSettings
from inference.serving.worker import Worker
from inference.settings import InferenceSettings
from storage.database import Database
from storage.queue import Queue
from storage.vault import Vault
from tests import patience
from tests.bot.groups_on_telegram import Portraying

HOME = "http://127.0.0.1:8080/"


@dataclass
class Web(FakeChat):
    """Pages in memory; ``away`` are those that cannot be reached, ``changed`` what others heard."""

    platform: str = "web"
    away: set[str] = field(default_factory=set)
    changed: list[tuple[str, str]] = field(default_factory=list)

    async def edit(self, chat: str, reference: str, message: Message, once: str = "") -> str:
        if chat in self.away:
            raise ChatUnavailable("away", retry_after=0.05)
        self.changed.append((chat, message.text))
        return await super().edit(chat, reference, message, once)


@dataclass
class Pages:
    """What people do on their pages, each a chat of its own, and what stands there."""

    service: Service
    chat: Web = field(default_factory=Web)
    number: int = 0

    def origin(self, person: str) -> Origin:
        self.number += 1
        return Origin(f"web:{self.number}", Who("web", person, "en"), person, home=HOME)

    async def say(self, person: str, text: str) -> None:
        await self.service.handle(CommandGiven(self.origin(person), text), self.chat)

    async def selfie(self, person: str) -> None:
        data = person.encode()
        await self.service.handle(PhotoSent(self.origin(person), data), self.chat)

    async def press(self, person: str, label: str) -> None:
        """Press the newest button of a label, with the message that it hangs under."""
        shown = self.chat.messages[person]
        reference, value = [
            (reference, button.value)
            for reference, message in shown.items()
            for row in message.buttons
            for button in row
            if label in button.label
        ][-1]
        await self.service.handle(ChoiceMade(self.origin(person), value, reference), self.chat)

    def texts(self, person: str) -> list[str]:
        return [one.text for one in self.chat.messages.get(person, {}).values()]

    async def until(self, person: str, words: str) -> str:
        """Wait until somebody's page says something; return all of that message."""
        await patience.until(lambda: any(words in one for one in self.texts(person)))
        return next(one for one in self.texts(person) if words in one)


@pytest.fixture
async def pages(database: Database, queue: Queue, vault: Vault) -> AsyncIterator[Pages]:
    """The service and a worker of one process, with pages in memory."""
    service = Service(database, vault, queue, load(), BotSettings(_env_file=None))
    worker = Worker(database, vault, queue, Portraying(), InferenceSettings(_env_file=None))
    pages, shutdown = Pages(service), asyncio.Event()
    tasks = [
        asyncio.create_task(worker.run(shutdown)),
        asyncio.create_task(service.deliver(pages.chat, shutdown)),
    ]
    yield pages
    shutdown.set()
    await asyncio.gather(*tasks)


async def test_a_link_leads_into_a_room_whose_pack_all_pages_show(pages: Pages) -> None:
    """Each joins on a page of their own; the cards follow, there is a file, and one may leave."""
    await pages.say("ann", "/pack group")
    card = await pages.until("ann", "Nobody is in it yet")
    code = card.split(f"{HOME}room/")[1].split()[0]
    await pages.say("bob", f"/pack group {code}")
    await pages.until("bob", "Nobody is in it yet")
    for person in ("ann", "bob"):
        await pages.press(person, "Join")
        await pages.until(person, "Now send me a selfie")
        await pages.selfie(person)
    for person in ("ann", "bob"):
        await pages.until(person, "14 stickers so far")
        assert sum("a sticker pack of everybody" in one for one in pages.texts(person)) == 1
    await pages.press("ann", "ZIP")
    await pages.until("ann", "as a file: 14 stickers")
    await pages.press("bob", "Leave")
    await pages.until("bob", "You are out of “Our stickers”: 9 stickers")
    await pages.until("ann", "5 stickers so far")


async def test_a_card_says_how_its_pack_is_when_it_comes(pages: Pages) -> None:
    """Refreshes that waited for a page to be reached do not tell of what is long past."""
    await pages.say("ann", "/pack group")
    code = (await pages.until("ann", "/room/")).split(f"{HOME}room/")[1].split()[0]
    await pages.say("bob", f"/pack group {code}")
    await pages.until("bob", "Nobody is in it yet")
    pages.chat.away = {"bob"}
    await pages.press("ann", "Join")
    await pages.selfie("ann")
    await pages.until("ann", "5 stickers so far")
    pages.chat.changed.clear()
    pages.chat.away.clear()
    await pages.until("bob", "5 stickers so far")
    heard = [text for person, text in pages.chat.changed if person == "bob"]
    assert all("5 stickers so far" in text for text in heard)


async def test_a_room_is_entered_by_its_code_alone(pages: Pages) -> None:
    """Another code leads nowhere, and who asks without one gets a room of their own."""
    await pages.say("ann", "/pack group")
    first = await pages.until("ann", "/room/")
    await pages.say("bob", "/pack group AAAAAAAAAAAAAAAAAAAAAAAA")
    await pages.until("bob", "Behind this link is no room")
    await pages.say("bob", "/pack group")
    second = await pages.until("bob", "/room/")
    assert first.split("/room/")[1].split()[0] != second.split("/room/")[1].split()[0]
