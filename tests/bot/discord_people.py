"""The hands of the people who use the bot on the fake Discord."""

from abc import ABC, abstractmethod
from typing import Any

from tests.bot.discord_objects import APPLICATION, BOT, Json, Shown
from tests.bot.fake_expressions import Expressions


class DiscordPeople(ABC):
    """What they do; a server hears of it."""

    commands: list[Json]
    said: dict[int, Json]
    guilds: list[Json]
    expressions: Expressions
    port: int
    _asked: dict[str, Json]
    _blobs: dict[str, bytes]

    @abstractmethod
    def _snowflake(self) -> int:
        """Return a new number that carries the time, as Discord's do."""

    @abstractmethod
    async def _dispatch(self, name: str, data: Json) -> None:
        """Tell the bot of an event."""

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
