"""Somebody at the page: sends photos until they are taken, and notes all that is ever shown."""

import asyncio
import json
import random
import secrets
from contextlib import suppress

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from bot.frontends.web.visitors import COOKIE
from tests.nemesis import marks

_TROUBLE = (httpx.HTTPError, OSError, WebSocketException, TimeoutError)


class Visitor:
    """A browser with one open tab. ``stickers``: number -> ids of the messages that showed it."""

    def __init__(self, port: int, chance: random.Random) -> None:
        self._address = f"http://127.0.0.1:{port}"
        self._cookie = {COOKIE: secrets.token_urlsafe(32)}
        self._http = httpx.AsyncClient(
            base_url=self._address, headers={"origin": self._address}, cookies=self._cookie
        )
        self._chance = chance
        self.stickers: dict[int, set[str]] = {}
        self.words: dict[str, str] = {}
        self.busy: set[str] = set()
        self._listening = asyncio.create_task(self._listen())

    async def send(self, number: int, caption: str) -> None:
        """Send a photo, again with the same key until the server says that it has it."""
        query = {"key": f"nemesis-{number:06}", "caption": caption}
        while True:
            with suppress(*_TROUBLE):
                answer = await self._http.post(
                    "/photo", params=query, content=marks.photo(number), timeout=20
                )
                if answer.status_code < 400:
                    return
            await asyncio.sleep(self._chance.uniform(0.3, 1.0))

    async def close(self) -> None:
        """Shut the tab."""
        self._listening.cancel()
        with suppress(asyncio.CancelledError):
            await self._listening
        await self._http.aclose()

    async def _listen(self) -> None:
        epoch, version = "", 0
        headers = {"cookie": f"{COOKIE}={self._cookie[COOKIE]}", "origin": self._address}
        while True:
            url = f"{self._address.replace('http', 'ws')}/stream?epoch={epoch}&version={version}"
            with suppress(*_TROUBLE):
                async with connect(url, additional_headers=headers) as socket:
                    while True:
                        news = json.loads(await socket.recv())
                        if news["fresh"]:
                            self.busy.clear()
                        for message in news["messages"]:
                            await self._see(message)
                        epoch, version = news["epoch"], news["version"]
            await asyncio.sleep(0.2)

    async def _see(self, message: dict[str, str]) -> None:
        name = message["id"]
        self.busy.discard(name)
        self.words.pop(name, None)
        if message.get("gone") or message["author"] != "bot":
            return
        if message["sticker"]:
            picture = await self._http.get(f"{message['sticker']}.png")
            picture.raise_for_status()
            number = marks.read(picture.content)
            if number is not None:
                self.stickers.setdefault(number, set()).add(name)
        elif message["busy"]:
            self.busy.add(name)
        else:
            self.words[name] = message["text"]
