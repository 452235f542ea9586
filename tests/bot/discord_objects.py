"""What goes over the wire to and from the fake Discord."""

import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

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


async def read(asked: web.Request) -> tuple[Any, dict[str, bytes]]:
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


def answer(body: Any) -> web.Response:
    # a charset behind the type would keep the library from reading it
    headers = {"Content-Type": "application/json"}
    return web.Response(body=json.dumps(body).encode(), headers=headers)


def refuse(status: int, message: str, code: int = 0) -> web.Response:
    response = answer({"code": code, "message": message})
    response.set_status(status)
    return response


def lost() -> web.Response:
    return refuse(404, "Unknown Message", 10008)
