"""The web chat over real HTTP and websockets, and browsers that visit it, for tests."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from PIL import Image
from websockets.asyncio.client import ClientConnection, connect

from bot.core.conversation.events import Who
from bot.core.language import texts
from bot.core.restoring import Restored
from bot.core.service import Service
from bot.frontends.web import visitors
from bot.frontends.web.chat import WebChat
from bot.settings import BotSettings
from storage.contract.health import Check
from storage.contract.live import Live
from tests import patience
from tests.bot.recording import RecordingListener, Reply, silence


def png(colour: tuple[int, int, int, int] = (200, 90, 40, 255)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGBA", (512, 400), colour).save(buffer, "PNG")
    return buffer.getvalue()


def jpeg(colour: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(buffer, "JPEG")
    return buffer.getvalue()


SELFIE = jpeg("tan")  # as far as this process knows


class Page:
    """A browser as far as HTTP is concerned: a cookie, an Origin, any number of tabs."""

    def __init__(self, address: str, **headers: str) -> None:
        self.address = address.rstrip("/")
        self.http = httpx.AsyncClient(
            base_url=self.address,
            headers={"origin": self.address, **headers},
            timeout=patience.seconds(),
        )
        self._keys = 0

    @property
    def cookie(self) -> str:
        return self.http.cookies[visitors.COOKIE]

    @property
    def person(self) -> str:
        return visitors.external_id(self.cookie)

    def key(self) -> str:
        self._keys += 1
        return f"update-{self._keys:04}"

    async def photo(self, data: bytes = SELFIE, **query: str) -> httpx.Response:
        return await self.http.post("/photo", params={"key": self.key(), **query}, content=data)

    async def command(self, text: str, **fields: str) -> httpx.Response:
        return await self.http.post("/command", json={"key": self.key(), "text": text, **fields})

    async def choose(self, value: str, **fields: str) -> httpx.Response:
        return await self.http.post("/choice", json={"key": self.key(), "value": value, **fields})

    @asynccontextmanager
    async def tab(self, **known: str | int) -> AsyncIterator["Tab"]:
        url = httpx.URL(self.address.replace("http", "ws", 1) + "/stream", params=known)
        headers = {"cookie": f"{visitors.COOKIE}={self.cookie}", "origin": self.address}
        async with connect(str(url), additional_headers=headers) as socket:
            yield Tab(socket)


class Tab:
    """One open page: what it shows now, by message id and in order."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.shown: dict[str, dict[str, Any]] = {}
        self.known: dict[str, str | int] = {}

    @property
    def messages(self) -> list[dict[str, Any]]:
        return list(self.shown.values())

    async def hear(self) -> dict[str, Any]:
        async with patience.limit():
            update: dict[str, Any] = json.loads(await self._socket.recv())
        self.known = {"epoch": update["epoch"], "version": update["version"]}
        if update["fresh"]:
            self.shown.clear()
        for message in update["messages"]:
            if message.get("gone"):
                self.shown.pop(message["id"], None)
            else:
                self.shown[message["id"]] = message
        return update

    async def until(self, count: int) -> list[dict[str, Any]]:
        """Hear updates until so many messages of the bot stand there, none of them busy."""
        while True:
            said = [message for message in self.messages if message["author"] == "bot"]
            if len(said) >= count and not any(message["busy"] for message in said):
                return said
            await self.hear()


class Listening(RecordingListener):
    """Answers as told, and speaks whatever language ``locales`` says."""

    def __init__(self, reply: Reply = silence) -> None:
        super().__init__(reply)
        self.locales: dict[str, str] = {}
        self.checks = (Check("database", True, "answers"),)
        self.parts: dict[tuple[str, str, str], tuple[bytes, str]] = {}
        self.rows: dict[str, list[Restored]] = {}
        self.photos: dict[tuple[str, UUID], tuple[UUID, int | None]] = {}

    async def part_of(self, style: str, slot: str, variant: str) -> tuple[bytes, str] | None:
        return self.parts.get((style, slot, variant))

    async def health(self) -> tuple[Check, ...]:
        return self.checks

    async def standing(self, _platform: str, chat: str) -> list[Restored]:
        return self.rows.get(chat, [])

    async def driven_by(self, who: Who, job: UUID) -> tuple[UUID, int | None] | None:
        return self.photos.get((who.external_id, job))

    async def locale_of(self, who: Who) -> str | None:
        return self.locales.get(who.external_id)


@asynccontextmanager
async def serving(
    listener: Listening | Service, tmp_path: Path, live: Live | None = None, **settings: Any
) -> AsyncIterator[WebChat]:
    chat = WebChat(BotSettings(port=0, data_dir=tmp_path, **settings), texts.load(), live)
    shutdown = asyncio.Event()
    running = asyncio.create_task(chat.run(listener, shutdown))
    try:
        async with patience.limit():
            await chat.ready.wait()
        yield chat
    finally:
        shutdown.set()
        await running


@asynccontextmanager
async def visiting(chat: WebChat, **headers: str) -> AsyncIterator[Page]:
    page = Page(chat.address, **headers)
    async with page.http:
        answer = await page.http.get("/")
        assert answer.status_code == 200
        yield page


@pytest.fixture
def listener() -> Listening:
    return Listening()


@pytest.fixture
async def chat(listener: Listening, tmp_path: Path) -> AsyncIterator[WebChat]:
    async with serving(listener, tmp_path) as running:
        yield running


@pytest.fixture
async def page(chat: WebChat) -> AsyncIterator[Page]:
    async with visiting(chat) as visitor:
        yield visitor
