"""Stickers of servers and emoji of an application, as the fake Discord keeps and checks them."""

import base64
import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from PIL import Image

from tests.bot.discord_objects import Json, Request

CREATE = 1 << 43  # the right to make stickers and emoji
KIB = 1024


@dataclass
class Guild:
    """A server: how many stickers it has room for, who may make some, and those it has."""

    slots: int
    makers: tuple[int, ...]
    stickers: dict[str, Json] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)


@dataclass
class Expressions:
    """All of them. ``most_emoji``: of the application."""

    bot: str
    most_emoji: int = 2_000
    guilds: dict[str, Guild] = field(default_factory=dict)
    emoji: dict[str, Json] = field(default_factory=dict)
    images: dict[str, bytes] = field(default_factory=dict)

    def add_guild(self, number: int, channel: int, slots: int, makers: tuple[int, ...]) -> Json:
        """Return a server as the gateway tells of it."""
        self.guilds[str(number)] = Guild(slots, makers)
        everybody = {"id": str(number), "name": "@everyone", "permissions": "0"}
        maker = {"id": str(number + 1), "name": "makers", "permissions": str(CREATE)}
        roles = [
            {**one, "color": 0, "colors": {"primary_color": 0}, "hoist": False, "position": place,
             "managed": False, "mentionable": False, "flags": 0}
            for place, one in enumerate((everybody, maker))
        ]  # fmt: skip
        room = {"id": str(channel), "type": 0, "name": "selfies", "position": 0}
        return {
            "id": str(number), "name": "server", "owner_id": "1", "roles": roles, "emojis": [],
            "stickers": [], "features": [], "premium_tier": 0, "members": [], "threads": [],
            "channels": [{**room, "permission_overwrites": []}], "voice_states": [],
            "presences": [], "large": False, "member_count": 3, "joined_at": None,
            "stage_instances": [], "guild_scheduled_events": [], "verification_level": 0,
            "default_message_notifications": 0, "explicit_content_filter": 0, "mfa_level": 0,
            "nsfw_level": 0, "preferred_locale": "en-US", "afk_timeout": 300,
            "system_channel_flags": 0,
        }  # fmt: skip

    def serve(self, request: "Request", number: Callable[[], int]) -> web.Response | None:
        """Answer a request about stickers, emoji or a server's members; None for others."""
        match request.method, request.path.strip("/").split("/"):
            case "GET", ["guilds", guild, "members", person] if guild in self.guilds:
                return _answer(self._member(guild, person))
            case method, ["guilds", guild, "stickers", *rest] if guild in self.guilds:
                return self._stickers(method, guild, rest, request, number)
            case method, ["applications", _, "emojis", *rest]:
                return self._emoji(method, rest, request, number)
            case _:
                return None

    def member(self, guild: str, user: Json) -> Json:
        """Return a person as a server's member, with what they may do in its channels."""
        makes = int(user["id"]) in self.guilds[guild].makers
        return self._member(guild, user["id"]) | {
            "user": user,
            "permissions": str(CREATE if makes else 0),
        }

    def _member(self, guild: str, person: str) -> Json:
        makes = int(person) in self.guilds[guild].makers
        user = {"id": person, "username": "p", "discriminator": "0", "avatar": None}
        roles = [str(int(guild) + 1)] if makes else []
        joined = {"joined_at": "2026-01-01T00:00:00+00:00", "deaf": False, "mute": False}
        return {"user": user, "roles": roles, "flags": 0, **joined}

    def _stickers(
        self, method: str, number: str, rest: list[str], request: "Request", new: Callable[[], int]
    ) -> web.Response:
        guild = self.guilds[number]
        if method == "GET" and not rest:
            return _answer(list(guild.stickers.values()))
        if int(self.bot) not in guild.makers:
            return _refuse(403, 50013)
        if method == "POST":
            (data,) = request.files.values()
            if len(guild.stickers) >= guild.slots:
                return _refuse(400, 30039)
            if not _fits(data, 320, 512 * KIB) or not 2 <= len(request.body["name"]) <= 30:
                return _refuse(400, 50046)
            made = {
                "id": str(new()), "name": request.body["name"], "tags": request.body["tags"],
                "description": request.body["description"], "type": 2, "format_type": 1,
                "available": True, "guild_id": number,
            }  # fmt: skip
            guild.stickers[made["id"]] = made
            guild.files[made["id"]] = data
            return _answer(made)
        if rest[0] not in guild.stickers:
            return _refuse(404, 10060)
        if method == "PATCH":
            guild.stickers[rest[0]].update(request.body)
        if method == "DELETE":
            del guild.stickers[rest[0]]
            return web.Response(status=204)
        return _answer(guild.stickers[rest[0]])

    def _emoji(
        self, method: str, rest: list[str], request: "Request", new: Callable[[], int]
    ) -> web.Response:
        if method == "GET" and not rest:
            return _answer({"items": list(self.emoji.values())})
        if method == "POST":
            data = base64.b64decode(request.body["image"].partition(",")[2])
            if len(self.emoji) >= self.most_emoji:
                return _refuse(400, 30008)
            named = re.fullmatch(r"\w{2,32}", request.body["name"], re.ASCII)
            if not _fits(data, 128, 256 * KIB) or not named:
                return _refuse(400, 50035)
            made = {"id": str(new()), "name": request.body["name"], "animated": False, "roles": []}
            self.emoji[made["id"]] = made
            self.images[made["id"]] = data
            return _answer(made)
        if rest[0] not in self.emoji:
            return _refuse(404, 10014)
        if method == "DELETE":
            del self.emoji[rest[0]]
            return web.Response(status=204)
        return _answer(self.emoji[rest[0]])


def _fits(data: bytes, side: int, most: int) -> bool:
    with Image.open(io.BytesIO(data), formats=["PNG", "GIF"]) as image:
        return image.size == (side, side) and len(data) <= most


def _answer(body: Any) -> web.Response:
    headers = {"Content-Type": "application/json"}
    return web.Response(body=json.dumps(body).encode(), headers=headers)


def _refuse(status: int, code: int) -> web.Response:
    response = _answer({"code": code, "message": "refused"})
    response.set_status(status)
    return response
