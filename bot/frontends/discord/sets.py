"""Packs on Discord, as ``bot.core.publishing.sets`` wants them.

What stands for a set is a place: a server's stickers (``guild:<server>:<pack>``), of which it has
few slots, and where those are full, or nobody may, our application's emoji (``emoji:<pack>``). Both
hold others, too: ours are known by the pack's name, which ends a sticker's description and stands
in an emoji's name. Discord keeps no order and no titles.
"""

import asyncio
import hashlib
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import discord

from bot.core.publishing.sets import SetFile, SetSticker
from bot.errors import ChatError, ChatForbidden, SetFull, SetGone, StickerRefused
from bot.frontends.discord.errors import TRANSPORT, translate
from bot.stickers import LIMITS, encode, for_discord, suffix
from storage.contract.packs import Pack, PackKind, Volume

MOST = 2_000
"""Emoji of an application; a server tells itself when its slots are full."""

LONGEST_NAME = 30
MENTIONED = 40  # emoji in one message
_FULL = {30008, 30018, 30039}  # codes: emoji, animated emoji, stickers
_GONE = {10004, 10014, 10060, 50001}  # server, emoji, sticker; a server we are not in


class DiscordSets:
    """Stickers of servers, and emoji of our application."""

    platform = "discord"

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    async def place(self, chat: str, owner: str, before: Sequence[str]) -> str:
        """Return where a pack's volume goes; raises SetFull where there is no further place."""
        if any(name.startswith("emoji:") for name in before):
            raise SetFull("no place is left")
        guild = None if before else await self._guild_of(chat)
        if guild is not None and await self._may(guild, owner):
            return f"guild:{guild.id}"
        return "emoji"

    async def _guild_of(self, chat: str) -> discord.Guild | None:
        await self._client.wait_until_ready()  # before that no server is known
        channel = self._client.get_channel(int(chat))
        return (
            channel.guild
            if isinstance(channel, discord.abc.GuildChannel | discord.Thread)
            else None
        )

    async def _may(self, guild: discord.Guild, owner: str) -> bool:
        """Tell whether the person, if it is up to one, and we ourselves may make stickers there."""
        us = self._client.user.id if self._client.user else 0
        with _meant():
            try:
                members = [
                    await guild.fetch_member(number)
                    for number in ([int(owner)] if owner else []) + [us]
                ]
            except (discord.NotFound, discord.Forbidden):
                return False
        rights = [one.guild_permissions for one in members]
        return all(one.create_expressions or one.manage_expressions for one in rights)

    def set_name(self, pack: str, number: int, attempt: int, place: str) -> str:
        """Return what a volume is called: its place, and whose pack it is of."""
        del number, attempt
        return f"{place}:{pack}"

    def set_size(self, kind: PackKind) -> int:
        """Return more than any place holds."""
        del kind
        return MOST

    def start_link(self) -> str:
        """Return nothing: nobody has to start us here."""
        return ""

    def reached(self, pack: Pack, volumes: Sequence[Volume]) -> str:
        """Return the emoji to look at; a server's stickers are found in its picker."""
        moving = {one.id: one.animated for one in pack.stickers}
        files = [
            ("a" if moving.get(one.sticker_id) else "", one.file_key)
            for volume in volumes
            if volume.name.startswith("emoji:")
            for one in volume.uploads
            if one.file_id is not None
        ]
        return " ".join(f"<{moves}:s:{key}>" for moves, key in files[:MENTIONED])

    def told(self, volumes: Sequence[Volume]) -> str:
        """Return the sentence that tells where a pack is."""
        places = {one.name.partition(":")[0] for one in volumes if one.uploads}
        if places == {"guild"}:
            return "on_server"
        tried = any(one.name.startswith("guild:") for one in volumes)
        return "server_full" if tried else "as_emoji"

    # --- stickers -------------------------------------------------------------------------------

    async def create_set(
        self, owner: str, name: str, title: str, kind: PackKind, sticker: SetSticker
    ) -> None:
        """Put the first sticker into a place."""
        del title
        await self.add_to_set(owner, name, kind, sticker)

    async def add_to_set(self, owner: str, name: str, kind: PackKind, sticker: SetSticker) -> None:
        """Put a sticker into a place; one that is closed to us counts as full."""
        del owner, kind
        place, pack = name.split(":", 1)[0], name.rpartition(":")[2]
        words = " ".join(sticker.keywords) or "selfmoji"
        if place == "emoji":
            data = await asyncio.to_thread(encode, sticker.picture, LIMITS["discord emoji"])
            with _meant():
                await self._client.create_application_emoji(
                    name=_emoji_name(words, pack, data), image=data
                )
            return
        data = await asyncio.to_thread(for_discord, sticker.picture)
        guild = await self._guild(name)
        try:
            with _meant():
                await guild.create_sticker(
                    name=words[:LONGEST_NAME],
                    description=f"{words[:60]} · {pack}",
                    emoji=sticker.emoji[0],
                    file=discord.File(io.BytesIO(data), f"sticker.{suffix(data)}"),
                    reason="/pack",
                )
        except ChatForbidden:
            raise SetFull("closed to us") from None

    async def replace_in_set(
        self, owner: str, name: str, kind: PackKind, old: str, sticker: SetSticker
    ) -> None:
        """Take a sticker out, then put another in: a full server has no slot for both."""
        with suppress(SetGone):
            await self.take_from_set(old)
        await self.add_to_set(owner, name, kind, sticker)

    async def describe_in_set(
        self, sticker: str, emoji: Sequence[str], keywords: Sequence[str]
    ) -> None:
        """Give a server's sticker another emoji; emoji themselves have none."""
        del keywords
        if sticker.startswith("guild:"):
            guild = await self._guild(sticker)
            with _meant():
                found = await guild.fetch_sticker(int(sticker.rpartition(":")[2]))
                await found.edit(emoji=emoji[0])

    async def move_in_set(self, sticker: str, position: int) -> None:
        """Do nothing: Discord orders by itself."""

    async def take_from_set(self, sticker: str) -> None:
        """Take a sticker or an emoji down."""
        number = int(sticker.rpartition(":")[2])
        if sticker.startswith("emoji:"):
            with _meant():
                await (await self._client.fetch_application_emoji(number)).delete()
            return
        guild = await self._guild(sticker)
        with _meant():
            await guild.delete_sticker(discord.Object(number), reason="/pack")

    async def retitle_set(self, name: str, title: str) -> None:
        """Do nothing: places have no titles of ours."""

    async def delete_set(self, name: str) -> None:
        """Take everything of a pack's out of a place."""
        for file in await self.read_set(name):
            with suppress(SetGone):
                await self.take_from_set(file.id)

    async def read_set(self, name: str) -> tuple[SetFile, ...]:
        """Return what of a pack is in a place, the oldest first."""
        pack = name.rpartition(":")[2]
        if name.startswith("emoji:"):
            with _meant():
                emoji = await self._client.fetch_application_emojis()
            ours = sorted(one.id for one in emoji if f"_{pack}_" in one.name)
            return tuple(SetFile(f"emoji:{number}", str(number)) for number in ours)
        guild = await self._guild(name)
        with _meant():
            stickers = await guild.fetch_stickers()
        ours = sorted(one.id for one in stickers if one.description.endswith(f"· {pack}"))
        return tuple(SetFile(f"guild:{guild.id}:{number}", str(number)) for number in ours)

    async def _guild(self, name: str) -> discord.Guild:
        """Return the server of a place or file; raises SetGone."""
        number = int(name.split(":")[1])
        known = self._client.get_guild(number)
        if known is not None:
            return known
        try:
            with _meant():
                return await self._client.fetch_guild(number)
        except ChatForbidden:
            raise SetGone("the server is closed to us") from None


def _emoji_name(words: str, pack: str, data: bytes) -> str:
    """Return a name by Discord's rules, 2 to 32 letters, digits and ``_``, one for each picture."""
    word = re.sub(r"[^A-Za-z0-9]", "", words.split()[-1])[:14] or "me"
    return f"{word}_{pack}_{hashlib.sha256(data).hexdigest()[:4]}"


@contextmanager
def _meant() -> Iterator[None]:
    """Let only ``bot.errors`` out of the block, those of sets by Discord's codes."""
    try:
        yield
    except TRANSPORT as problem:
        raise meaning(problem) from None


def meaning(problem: Exception) -> ChatError:
    """Return the bot's error for what Discord says about stickers and emoji."""
    if isinstance(problem, discord.HTTPException):
        if problem.code in _FULL:
            return SetFull(str(problem.code))
        if problem.code in _GONE:
            return SetGone(str(problem.code))
        if problem.status == 400:
            return StickerRefused(str(problem.code))
    return translate(problem)
