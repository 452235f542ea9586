"""Discord on loopback: REST over real HTTP and a gateway over a real websocket.

Enough of the API for a bot that logs in, registers commands, is asked and answers. Messages and
attachments stay; requests are kept; ``script`` makes the next requests fail. A message sent again
under its nonce is the one there is, and a session that is resumed hears what it missed.
"""

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

from aiohttp import WSMsgType, web

from tests import patience
from tests.bot.discord_objects import (
    APPLICATION,
    BOT,
    EPOCH,
    TOKEN,
    Fault,
    Json,
    Request,
    Shown,
    answer,
    lost,
    read,
    refuse,
)
from tests.bot.discord_people import DiscordPeople
from tests.bot.fake_expressions import Expressions


class FakeDiscord(DiscordPeople):
    """The server; the people who use the bot act on it."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.commands: list[Json] = []
        self.messages: dict[int, Shown] = {}
        self.said: dict[int, Json] = {}
        self.open_channels: dict[int, Json] = {}
        """Private channels that the bot may look up, and with whom they are."""
        self.identified: list[Json] = []
        self.expressions = Expressions(str(APPLICATION))
        self.guilds: list[Json] = []
        self._blobs: dict[str, bytes] = {}
        self._originals: dict[str, Shown | None] = {}  # by interaction token
        self._asked: dict[str, Json] = {}
        self._faults: dict[str, deque[Fault | None]] = defaultdict(deque)
        self._nonces: dict[str, Shown] = {}
        self._events: list[Json] = []
        self._sockets: set[web.WebSocketResponse] = set()
        self._last = 0
        self._changed = asyncio.Condition()
        self._runner: web.AppRunner | None = None
        self.port = 0

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    @property
    def api(self) -> str:
        """What stands in the place of https://discord.com/api/v10."""
        return f"http://127.0.0.1:{self.port}/api/v10"

    @property
    def gateway(self) -> str:
        """What stands in the place of wss://gateway.discord.gg/."""
        return f"ws://127.0.0.1:{self.port}/gateway"

    async def start(self) -> None:
        """Listen; again on the same port after a stop."""
        app = web.Application(client_max_size=60 * 1024 * 1024)
        app.router.add_get("/gateway", self._serve_gateway)
        app.router.add_get("/cdn/{path:.*}", self._serve_blob)
        app.router.add_route("*", "/api/v10/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Go away, as in an outage."""
        await self.drop_connections()
        if self._runner is not None:
            await self._runner.cleanup()

    async def drop_connections(self) -> None:
        """Close every gateway connection, as Discord does now and then."""
        for socket in list(self._sockets):
            await socket.close(code=4000)

    # what a test looks at

    async def until(self, true: Callable[[], object]) -> None:
        """Wait until a condition about this server holds."""
        async with patience.limit(), self._changed:
            await self._changed.wait_for(lambda: bool(true()))

    def calls(self, method: str, end: str) -> list[Request]:
        """Return the requests to paths with an ending."""
        return [one for one in self.requests if one.method == method and one.path.endswith(end)]

    def in_channel(self, channel: int) -> list[Shown]:
        """Return what stands in a channel now, oldest first."""
        found = [one for one in self.messages.values() if one.channel == channel]
        return sorted(found, key=lambda one: one.number)

    def script(
        self, method: str, end: str, status: int = 500, body: Json | None = None, *,
        hang: float = 0.0, reset: bool = False, done: bool = False, after: int = 0,
    ) -> None:  # fmt: skip
        """Let the next request to a path with this ending, ``after`` so many, fail (``Fault``)."""
        said = body or {"code": 0, "message": "scripted"}
        fault = Fault(status, said, hang, reset, done)
        self._faults[f"{method} {end}"].extend([*[None] * after, fault])

    def heal(self) -> None:
        """Let nothing fail any more."""
        self._faults.clear()

    def acknowledged(self, token: str) -> bool:
        """Tell whether an interaction was."""
        return token in self._originals

    # the server

    async def _serve_gateway(self, asked: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(asked)
        await socket.send_json({"op": 10, "d": {"heartbeat_interval": 41250}})
        async for frame in socket:
            if frame.type is not WSMsgType.TEXT:
                break
            said = frame.json()
            if said["op"] == 1:
                await socket.send_json({"op": 11})
            elif said["op"] == 2 and said["d"]["token"] != TOKEN:
                await socket.close(code=4004)
            elif said["op"] in (2, 6):
                await self._welcome(socket, said)
        self._sockets.discard(socket)
        return socket

    async def _welcome(self, socket: web.WebSocketResponse, said: Json) -> None:
        if said["op"] == 6:
            heard = said["d"]["seq"]
            while heard < len(self._events):
                if self._events[heard]["t"] not in {"READY", "RESUMED"}:
                    await socket.send_json(self._events[heard])
                heard += 1
            self._sockets.add(socket)
            await self._send(socket, "RESUMED", {})
        else:
            self._sockets.add(socket)
            ready = {
                "v": 10,
                "user": BOT,
                "guilds": [{"id": one["id"], "unavailable": True} for one in self.guilds],
                "session_id": "session",
                "resume_gateway_url": self.gateway,
                "application": {"id": str(APPLICATION), "flags": 0},
            }
            await self._send(socket, "READY", ready)
            for guild in self.guilds:
                await self._send(socket, "GUILD_CREATE", guild)
        async with self._changed:
            self.identified.append(said["d"])
            self._changed.notify_all()

    async def _send(self, socket: web.WebSocketResponse, name: str, data: Json) -> None:
        await socket.send_json(self._numbered(name, data))

    def _numbered(self, name: str, data: Json) -> Json:
        event = {"op": 0, "t": name, "s": len(self._events) + 1, "d": data}
        self._events.append(event)
        return event

    async def _dispatch(self, name: str, data: Json) -> None:
        event = self._numbered(name, data)
        for socket in list(self._sockets):
            with suppress(ConnectionError):  # it died, and was not missed yet
                await socket.send_json(event)

    async def _serve_blob(self, asked: web.Request) -> web.Response:
        def serve(request: Request) -> web.Response:
            data = self._blobs.get(request.path.removeprefix("/"))
            return web.Response(status=404) if data is None else web.Response(body=data)

        return await self._serve_or_fail(asked, serve)

    async def _serve(self, asked: web.Request) -> web.Response:
        return await self._serve_or_fail(asked, lambda request: self._serve_soundly(asked, request))

    async def _serve_or_fail(
        self, asked: web.Request, serve: Callable[[Request], web.Response]
    ) -> web.Response:
        path = asked.match_info["path"]
        body, files = await read(asked)
        request = Request(asked.method, f"/{path}", body, files, dict(asked.query))
        try:
            fault = self._scripted(request)
            if fault is None:
                return serve(request)
            if fault.done:
                serve(request)
            await asyncio.sleep(fault.hang)
            if fault.reset and asked.transport is not None:
                asked.transport.abort()
            return fault.answer()
        finally:
            async with self._changed:
                self.requests.append(request)
                self._changed.notify_all()

    def _scripted(self, request: Request) -> Fault | None:
        for name, faults in self._faults.items():
            method, end = name.split(" ", 1)
            if faults and method == request.method and request.path.endswith(end):
                return faults.popleft()
        return None

    def _serve_soundly(self, asked: web.Request, request: Request) -> web.Response:
        if request.path.startswith(("/webhooks/", "/interactions/")):
            return self._serve_interaction(request)
        if asked.headers.get("Authorization") != f"Bot {TOKEN}":
            return refuse(401, "401: Unauthorized")
        return self._serve_bot(request)

    def _serve_bot(self, request: Request) -> web.Response:
        match (request.method, request.path.strip("/").split("/")):
            case ("GET", ["users", "@me"]):
                return answer(BOT)
            case ("GET", ["oauth2", "applications", "@me"]):
                return answer(
                    {
                        "id": str(APPLICATION),
                        "name": "Selfmoji",
                        "description": "",
                        "icon": None,
                        "bot_public": True,
                        "bot_require_code_grant": False,
                        "owner": self.person(1),
                        "verify_key": "0" * 64,
                        "flags": 0,
                    }
                )
            case ("PUT", ["applications", _, "commands"]):
                self.commands = [
                    {
                        **one,
                        "id": str(self._snowflake()),
                        "application_id": str(APPLICATION),
                        "version": "1",
                        "description": one.get("description", ""),
                        "options": one.get("options", []),
                    }
                    for one in request.body
                ]
                return answer(self.commands)
            case ("POST", ["channels", channel, "messages"]):
                return answer(self._as_json(self._show(int(channel), request)))
            case ("GET", ["channels", channel]) if int(channel) in self.open_channels:
                person = self.open_channels[int(channel)]
                return answer({"id": channel, "type": 1, "recipients": [person]})
            case ("GET", ["channels", channel, "messages"]):
                here = [one for one in self.said.values() if one["channel_id"] == channel]
                here += [self._as_json(one) for one in self.in_channel(int(channel))]
                after = int(request.query.get("after", "0"))
                ordered = sorted(
                    (one for one in here if int(one["id"]) > after), key=lambda one: int(one["id"])
                )
                limit = int(request.query.get("limit", "50"))
                part = ordered[:limit] if after else ordered[-limit:]
                return answer(part[::-1])
            case ("GET", ["channels", _, "messages", number]):
                said = self.said.get(int(number))
                return lost() if said is None else answer(said)
            case ("PATCH", ["channels", _, "messages", number]):
                return self._change(self.messages.get(int(number)), request)
            case ("DELETE", ["channels", _, "messages", number]):
                return self._delete(self.messages.get(int(number)))
            case _:
                made = self.expressions.serve(request, self._snowflake)
                return refuse(404, "404: Not Found") if made is None else made

    def _serve_interaction(self, request: Request) -> web.Response:
        match (request.method, request.path.strip("/").split("/")):
            case ("POST", ["interactions", _, token, "callback"]):
                if token in self._originals:
                    return refuse(400, "Interaction has already been acknowledged.", 40060)
                self._originals[token] = None
                flags = (request.body.get("data") or {}).get("flags", 0)
                self._asked[token]["private"] = bool(flags & 64)
                return answer(
                    {
                        "interaction": {"id": "1", "type": 2},
                        "resource": {"type": request.body["type"]},
                    }
                )
            case ("POST", ["webhooks", _, token]) if token in self._originals:
                return answer(self._as_json(self._show(self._asked[token]["channel"], request)))
            case ("PATCH", ["webhooks", _, token, "messages", "@original"]):
                if self._originals.get(token) is None and token in self._originals:
                    shown = self._show(self._asked[token]["channel"], request)
                    shown.private = self._asked[token]["private"]
                    self._originals[token] = shown
                    return answer(self._as_json(shown))
                return self._change(self._originals.get(token), request)
            case ("GET", ["webhooks", _, token, "messages", "@original"]) if (
                token in self._originals
            ):
                original = self._originals[token]
                if original is not None:
                    return answer(self._as_json(original))
                blank = self._words(BOT, self._asked[token]["channel"], "")
                return answer({**blank, "attachments": [], "flags": 128})  # still thinking
            case ("DELETE", ["webhooks", _, token, "messages", "@original"]):
                return web.Response(status=204) if token in self._originals else lost()
            case ("PATCH", ["webhooks", _, token, "messages", number]) if token in self._asked:
                return self._change(self.messages.get(int(number)), request)
            case ("DELETE", ["webhooks", _, token, "messages", number]) if token in self._asked:
                return self._delete(self.messages.get(int(number)))
            case _:
                return refuse(404, "Unknown Webhook", 10015)

    def _show(self, channel: int, request: Request) -> Shown:
        nonce = str(request.body["nonce"]) if request.body.get("enforce_nonce") else ""
        if nonce in self._nonces:
            return self._nonces[nonce]
        shown = Shown(self._snowflake(), channel, request.body, dict(request.files))
        self.messages[shown.number] = shown
        if nonce:
            self._nonces[nonce] = shown
        return shown

    def _change(self, shown: Shown | None, request: Request) -> web.Response:
        if shown is None:
            return lost()
        shown.body = {**shown.body, **request.body}
        if "attachments" in request.body:
            shown.files = dict(request.files)
        return answer(self._as_json(shown))

    def _delete(self, shown: Shown | None) -> web.Response:
        if shown is None:
            return lost()
        del self.messages[shown.number]
        return web.Response(status=204)

    def _snowflake(self) -> int:
        """Return a new number that carries the time, as Discord's do."""
        self._last = max(self._last + 1, (int(time.time() * 1000) - EPOCH) << 22)
        return self._last
