"""What the fake Bot API speaks of: requests, messages, chats, and how requests fail."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """One call as it came: form fields as strings, files as bytes."""

    method: str
    fields: dict[str, str]
    files: dict[str, bytes]
    names: dict[str, str] = field(default_factory=dict)

    @property
    def named(self) -> dict[str, tuple[str, bytes]]:
        """The files with their names."""
        return {one: (self.names[one], data) for one, data in self.files.items()}


@dataclass
class Shown:
    """A message of the bot as it stands in a chat now."""

    chat: int
    number: int
    form: str  # "text" | "photo" | "sticker"
    text: str = ""
    data: bytes = b""
    keyboard: list[list[Json]] = field(default_factory=list)
    topic: int | None = None
    changed: int = 0
    """When it came to stand there as it does, counted in whatever happens."""

    @property
    def buttons(self) -> dict[str, str]:
        """Map each button's words to what it sends."""
        return {one["text"]: one["callback_data"] for row in self.keyboard for one in row}


@dataclass(frozen=True)
class Fault:
    """How requests fail: an answer with ``code``, or silence for ``hang`` seconds.

    ``page``: what a proxy in between says instead of the Bot API. ``reset``: the connection breaks
    instead of an answer. ``done``: what was asked for is done before that. ``met``: set then.
    """

    code: int = 500
    description: str = "Internal Server Error"
    parameters: dict[str, int] | None = None
    hang: float = 0.0
    page: str = ""
    reset: bool = False
    done: bool = False
    met: asyncio.Event | None = None


def flood(seconds: int) -> Fault:
    """Refuse as Telegram does when a bot sends too much."""
    return Fault(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})


BLOCKED = Fault(403, "Forbidden: bot was blocked by the user")


def private(person: Json) -> Json:
    """Return the chat between the bot and somebody."""
    return {"id": person["id"], "type": "private", "first_name": person["first_name"]}


def group(number: int) -> Json:
    """Return a group chat; groups have negative numbers."""
    return {"id": -abs(number), "type": "supergroup", "title": "Friends"}


def entities(text: str) -> list[Json]:
    """Find commands and mentions the way Telegram marks them, in UTF-16 units."""

    def found() -> Iterator[Json]:
        for kind, pattern in (
            ("bot_command", r"(?<!\S)/\w+(@\w+)?"),
            ("mention", r"(?<![\w/])@\w{4,}"),
        ):
            for match in re.finditer(pattern, text, re.ASCII):
                yield {
                    "type": kind,
                    "offset": len(text[: match.start()].encode("utf-16-le")) // 2,
                    "length": len(match.group().encode("utf-16-le")) // 2,
                }

    return list(found())
