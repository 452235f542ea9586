"""A Telegram group over real HTTP, with the real front end, service, queue, worker and rows.

Only the models are made up. What is read is what a bot gets whose privacy mode is on.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.core.language.texts import load
from bot.core.service import Service
from bot.frontends.telegram import TelegramChat
from bot.settings import BotSettings
from inference.serving.worker import Worker
from inference.settings import InferenceSettings
from storage.database import Database
from storage.queue import Queue
from storage.vault import Vault
from tests import patience
from tests.bot.at_work import ScriptedPipeline
from tests.bot.bot_api_objects import Json, Shown
from tests.bot.fake_bot_api import TOKEN, BotApi


@dataclass
class Group:
    """What a test does in the group and sees there."""

    api: BotApi
    chat: Json
    pipeline: ScriptedPipeline

    def shown(self) -> list[Shown]:
        return self.api.messages(self.chat["id"])

    def texts(self) -> list[str]:
        return [one.text for one in self.shown()]

    async def until_said(self, words: str) -> Shown:
        """Wait for a message with these words and return it."""
        await self.api.until(lambda: any(words in text for text in self.texts()))
        return [one for one in self.shown() if words in one.text][-1]

    async def until_stickers(self, count: int) -> None:
        await self.api.until(lambda: len([s for s in self.shown() if s.form == "sticker"]) >= count)

    async def press(self, person: Json, shown: Shown, label: str) -> None:
        await self.api.press(person, shown, label, self.chat)


@asynccontextmanager
async def group_of(
    api: BotApi, chat: Json, database: Database, queue: Queue, vault: Vault
) -> AsyncIterator[Group]:
    """Run everything beside the test and stop it afterwards."""
    service = Service(database, vault, queue, load(), BotSettings(_env_file=None))
    pipeline = ScriptedPipeline()
    pipeline.gate.set()
    worker = Worker(database, vault, queue, pipeline, InferenceSettings(_env_file=None))
    front = TelegramChat(
        TOKEN, load(), api.url, hold=1, album_pause=0.1, timeout=patience.seconds()
    )
    shutdown = asyncio.Event()
    tasks = [
        asyncio.create_task(worker.run(shutdown)),
        asyncio.create_task(front.run(service, shutdown)),
    ]
    try:
        yield Group(api, chat, pipeline)
    finally:
        pipeline.gate.set()
        shutdown.set()
        async with patience.limit():
            await asyncio.gather(*tasks)
