"""Discord on loopback: REST over real HTTP and a gateway over a real websocket.

Enough of the API for a bot that logs in, registers commands, is asked and answers. Messages and
attachments stay; requests are kept; ``script`` makes the next requests fail. A message sent again
under its nonce is the one there is, and a session that is resumed hears what it missed.
"""

import asyncio
import json
import time
from collections import defaultdict, deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from aiohttp import WSMsgType, web

from tests import patience
from tests.bot.fake_expressions import Expressions

TOKEN = "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs"
APPLICATION = 198622483471925248
BOT: dict[str, Any] = {
    "id": str(APPLICATION),
    "username": "Selfmoji",
    "discriminator": "0",
    "avatar": None,
    "bot": True,
}
EPOCH = 1420070400000  # Discord's first millisecond

Json = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """One REST call: body as JSON, files by name."""

    method: str
    path: str
    body: Any
    files: dict[str, bytes]
    query: dict[str, str] = field(default_factory=dict)


@dataclass
class Shown:
    """A message as it stands in a channel now."""

    number: int
    channel: int
    body: Json
    files: dict[str, bytes] = field(default_factory=dict)
    private: bool = False

    @property
    def buttons(self) -> dict[str, str]:
        """Map each button's words to its ``custom_id``."""
        rows = self.body.get("components") or []
        return {one["label"]: one["custom_id"] for row in rows for one in row["components"]}


@dataclass(frozen=True)
class Fault:
    """How a request fails: with a status and a body, after ``hang`` seconds.

    ``reset``: the connection breaks instead. ``done``: what was asked for is done before that.
    """

    status: int
    body: Json
    hang: float = 0.0
    reset: bool = False
    done: bool = False

    def answer(self) -> web.Response:
        """Return what is said."""
        headers = {"Content-Type": "application/json"}
        if self.status == 429:
            headers |= {"Via": "1.1 google", "X-RateLimit-Scope": "user"}
        return web.Response(
            status=self.status, body=json.dumps(self.body).encode(), headers=headers
        )


class FakeDiscord:
    """The server, and the hands of the people who use the bot."""

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

    # what people do

    @staticmethod
    def person(number: int) -> Json:
        """Make somebody."""
        return {
            "id": str(number),
            "username": f"person{number}",
            "discriminator": "0",
            "avatar": None,
        }

    def guild(
        self, number: int, channel: int, slots: int = 5, makers: tuple[int, ...] = ()
    ) -> None:
        """Let the bot be in a server with a channel and so many slots for stickers.

        ``makers``: who may make some.
        """
        self.guilds.append(self.expressions.add_guild(number, channel, slots, makers))

    def attachment(self, name: str, data: bytes, mime: str = "image/png") -> Json:
        """Upload a file; return how the API words it."""
        number = self._snowflake()
        self._blobs[f"{number}/{name}"] = data
        url = f"http://127.0.0.1:{self.port}/cdn/{number}/{name}"
        return {
            "id": str(number),
            "filename": name,
            "size": len(data),
            "url": url,
            "proxy_url": url,
            "content_type": mime,
        }

    async def slash(
        self,
        person: Json,
        channel: int,
        name: str,
        photo: Json | None = None,
        **options: str | float,
    ) -> str:
        """Let somebody use a command that was registered; return the interaction's token."""
        known = next(one for one in self.commands if one["name"] == name and one["type"] == 1)
        types = {option["name"]: option["type"] for option in known["options"]}
        given = [
            {"name": key, "type": types[key], "value": value} for key, value in options.items()
        ]
        data: Json = {"id": known["id"], "name": name, "type": 1, "options": given}
        if photo is not None:
            given.append({"name": "photo", "type": types["photo"], "value": photo["id"]})
            data["resolved"] = {"attachments": {photo["id"]: photo}}
        return await self._interact(person, channel, 2, data)

    async def use_menu(
        self, person: Json, message: Json, name: str = "Make sticker"
    ) -> str:  # fmt: skip
        """Let somebody use a menu on a message."""
        known = next(one for one in self.commands if one["type"] == 3 and one["name"] == name)
        resolved = {"messages": {message["id"]: message}}
        data = {
            "id": known["id"],
            "name": known["name"],
            "type": 3,
            "target_id": message["id"],
            "resolved": resolved,
        }
        return await self._interact(person, int(message["channel_id"]), 2, data)

    async def press(self, person: Json, shown: Shown, label: str) -> str:
        """Let somebody press a button."""
        data = {"custom_id": shown.buttons[label], "component_type": 2}
        message = self._as_json(shown)
        return await self._interact(person, shown.channel, 3, data, message=message)

    async def say(self, person: Json, channel: int, content: str = "", *attachments: Json) -> Json:
        """Let somebody write to the bot in private."""
        message = self.write(person, channel, content, *attachments)
        await self._dispatch("MESSAGE_CREATE", message)
        return message

    async def forward(self, person: Json, channel: int, *attachments: Json) -> Json:
        """Let somebody forward a message with pictures; what it carries is a snapshot."""
        copied = {
            "content": "", "embeds": [], "attachments": list(attachments), "type": 0, "flags": 0,
            "timestamp": "2026-01-01T00:00:00+00:00", "edited_timestamp": None,
        }  # fmt: skip
        message = self.write(person, channel, "") | {
            "flags": 1 << 14,
            "message_snapshots": [{"message": copied}],
            "message_reference": {"type": 1, "channel_id": "9", "message_id": "8"},
        }
        await self._dispatch("MESSAGE_CREATE", message)
        return message

    async def change(self, message: Json, **fields: Json) -> None:
        """Let a message be changed: by who wrote it, or by a link that unfolds."""
        changed = message | fields
        self.said[int(message["id"])] = changed
        await self._dispatch("MESSAGE_UPDATE", changed)

    def write(self, person: Json, channel: int, content: str, *attachments: Json) -> Json:
        """Let a message of somebody's stand in a channel, without telling anybody."""
        message = self._words(person, channel, content) | {"attachments": list(attachments)}
        self.said[int(message["id"])] = message
        return message

    async def _interact(
        self, person: Json, channel: int, kind: int, data: Json, **more: Any
    ) -> str:
        number = self._snowflake()
        token = f"interaction-{number}"
        self._asked[token] = {"kind": kind, "channel": channel, **more}
        await self._dispatch(
            "INTERACTION_CREATE",
            {
                "id": str(number),
                "application_id": str(APPLICATION),
                "type": kind,
                "data": data,
                "channel_id": str(channel),
                **(self._in_guild(person, channel) or self._in_private(person, channel)),
                "token": token,
                "version": 1,
                "locale": "en-GB",
                "entitlements": [],
                "attachment_size_limit": 10 * 1024 * 1024,
                **more,
            },
        )
        return token

    def _in_guild(self, person: Json, channel: int) -> Json | None:
        """Return what an interaction in a server's channel tells of where it is, if it is one."""
        for guild in self.guilds:
            if str(channel) in [one["id"] for one in guild["channels"]]:
                member = self.expressions.member(guild["id"], person)
                return {
                    "guild_id": guild["id"],
                    "guild": {"id": guild["id"], "locale": "en-US", "features": []},
                    "channel": {"id": str(channel), "type": 0, "name": "selfies"},
                    "member": member,
                    "authorizing_integration_owners": {"0": guild["id"]},
                    "context": 0,
                }
        return None

    def _in_private(self, person: Json, channel: int) -> Json:
        return {
            "channel": {"id": str(channel), "type": 1, "recipients": [person]},
            "user": person,
            "authorizing_integration_owners": {"1": person["id"]},
            "context": 1,
        }

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
        data = self._blobs.get(asked.match_info["path"])
        await asyncio.sleep(0)
        return web.Response(status=404) if data is None else web.Response(body=data)

    async def _serve(self, asked: web.Request) -> web.Response:
        path = asked.match_info["path"]
        body, files = await _read(asked)
        request = Request(asked.method, f"/{path}", body, files, dict(asked.query))
        try:
            fault = self._scripted(request)
            if fault is None:
                return self._serve_soundly(asked, request)
            if fault.done:
                self._serve_soundly(asked, request)
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
            return _refuse(401, "401: Unauthorized")
        return self._serve_bot(request)

    def _serve_bot(self, request: Request) -> web.Response:
        match (request.method, request.path.strip("/").split("/")):
            case ("GET", ["users", "@me"]):
                return _answer(BOT)
            case ("GET", ["oauth2", "applications", "@me"]):
                return _answer(
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
                return _answer(self.commands)
            case ("POST", ["channels", channel, "messages"]):
                return _answer(self._as_json(self._show(int(channel), request)))
            case ("GET", ["channels", channel]) if int(channel) in self.open_channels:
                person = self.open_channels[int(channel)]
                return _answer({"id": channel, "type": 1, "recipients": [person]})
            case ("GET", ["channels", channel, "messages"]):
                here = [one for one in self.said.values() if one["channel_id"] == channel]
                here += [self._as_json(one) for one in self.in_channel(int(channel))]
                after = int(request.query.get("after", "0"))
                ordered = sorted(
                    (one for one in here if int(one["id"]) > after), key=lambda one: int(one["id"])
                )
                limit = int(request.query.get("limit", "50"))
                part = ordered[:limit] if after else ordered[-limit:]
                return _answer(part[::-1])
            case ("GET", ["channels", _, "messages", number]):
                said = self.said.get(int(number))
                return _lost() if said is None else _answer(said)
            case ("PATCH", ["channels", _, "messages", number]):
                return self._change(self.messages.get(int(number)), request)
            case ("DELETE", ["channels", _, "messages", number]):
                return self._delete(self.messages.get(int(number)))
            case _:
                made = self.expressions.serve(request, self._snowflake)
                return _refuse(404, "404: Not Found") if made is None else made

    def _serve_interaction(self, request: Request) -> web.Response:
        match (request.method, request.path.strip("/").split("/")):
            case ("POST", ["interactions", _, token, "callback"]):
                if token in self._originals:
                    return _refuse(400, "Interaction has already been acknowledged.", 40060)
                self._originals[token] = None
                flags = (request.body.get("data") or {}).get("flags", 0)
                self._asked[token]["private"] = bool(flags & 64)
                return _answer(
                    {
                        "interaction": {"id": "1", "type": 2},
                        "resource": {"type": request.body["type"]},
                    }
                )
            case ("POST", ["webhooks", _, token]) if token in self._originals:
                return _answer(self._as_json(self._show(self._asked[token]["channel"], request)))
            case ("PATCH", ["webhooks", _, token, "messages", "@original"]):
                if self._originals.get(token) is None and token in self._originals:
                    shown = self._show(self._asked[token]["channel"], request)
                    shown.private = self._asked[token]["private"]
                    self._originals[token] = shown
                    return _answer(self._as_json(shown))
                return self._change(self._originals.get(token), request)
            case ("GET", ["webhooks", _, token, "messages", "@original"]) if (
                token in self._originals
            ):
                original = self._originals[token]
                if original is not None:
                    return _answer(self._as_json(original))
                blank = self._words(BOT, self._asked[token]["channel"], "")
                return _answer({**blank, "attachments": [], "flags": 128})  # still thinking
            case ("DELETE", ["webhooks", _, token, "messages", "@original"]):
                return web.Response(status=204) if token in self._originals else _lost()
            case ("PATCH", ["webhooks", _, token, "messages", number]) if token in self._asked:
                return self._change(self.messages.get(int(number)), request)
            case ("DELETE", ["webhooks", _, token, "messages", number]) if token in self._asked:
                return self._delete(self.messages.get(int(number)))
            case _:
                return _refuse(404, "Unknown Webhook", 10015)

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
            return _lost()
        shown.body = {**shown.body, **request.body}
        if "attachments" in request.body:
            shown.files = dict(request.files)
        return _answer(self._as_json(shown))

    def _delete(self, shown: Shown | None) -> web.Response:
        if shown is None:
            return _lost()
        del self.messages[shown.number]
        return web.Response(status=204)

    def _as_json(self, shown: Shown) -> Json:
        words = self._words(BOT, shown.channel, shown.body.get("content") or "")
        components = shown.body.get("components") or []
        return words | {"id": str(shown.number), "components": components}

    def _words(self, person: Json, channel: int, content: str) -> Json:
        return {
            "id": str(self._snowflake()),
            "channel_id": str(channel),
            "author": person,
            "content": content,
            "timestamp": "2026-01-01T00:00:00+00:00",
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
            "attachments": [],
            "embeds": [],
            "pinned": False,
            "type": 0,
            "components": [],
        }

    def _snowflake(self) -> int:
        """Return a new number that carries the time, as Discord's do."""
        self._last = max(self._last + 1, (int(time.time() * 1000) - EPOCH) << 22)
        return self._last


async def _read(asked: web.Request) -> tuple[Any, dict[str, bytes]]:
    if asked.content_type == "application/json":
        return await asked.json(), {}
    if not asked.content_type.startswith("multipart/"):
        return None, {}
    body: Any = None
    files: dict[str, bytes] = {}
    for name, value in (await asked.post()).items():
        if isinstance(value, web.FileField):
            with value.file as file:
                files[value.filename] = file.read()
        elif name == "payload_json":
            body = json.loads(str(value))
        else:  # a form, as of stickers
            body = {**(body or {}), name: str(value)}
    return body, files


def _answer(body: Any) -> web.Response:
    # a charset behind the type would keep the library from reading it
    headers = {"Content-Type": "application/json"}
    return web.Response(body=json.dumps(body).encode(), headers=headers)


def _refuse(status: int, message: str, code: int = 0) -> web.Response:
    response = _answer({"code": code, "message": message})
    response.set_status(status)
    return response


def _lost() -> web.Response:
    return _refuse(404, "Unknown Message", 10008)
