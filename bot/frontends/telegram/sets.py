"""Sticker sets on Telegram, as ``bot.core.publishing.sets`` wants them.

Of a refusal's words it tells what it means; those that Telegram is known to use:

name is already occupied, created sticker set not found   SetNameTaken
STICKERSET_INVALID, STICKER_INVALID, wrong file identifier   SetGone
STICKERS_TOO_MUCH   SetFull
user not found, PEER_ID_INVALID, bot can't initiate, bot was blocked   OwnerUnknown
STICKER_PNG_DIMENSIONS, STICKER_VIDEO_LONG, wrong file type, file is too big   StickerRefused
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from telegram import InputFile, InputSticker
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.ext import ExtBot

from bot.core.conversation.packing_view import addresses
from bot.core.publishing.sets import SetFile, SetSticker
from bot.errors import (
    ChatError,
    OwnerUnknown,
    SetFull,
    SetGone,
    SetNameTaken,
    StickerRefused,
)
from bot.frontends.telegram.errors import translate
from bot.stickers import for_custom_emoji, for_telegram, moves, suffix
from storage.contract.packs import Pack, PackKind, Volume

SIZES = {PackKind.REGULAR: 120, PackKind.CUSTOM_EMOJI: 200}
"""How many stickers a set of each kind holds."""

_ATTEMPTS = "abcdefghijklmnopqrstuvwxyz"
_MEANINGS: tuple[tuple[type[ChatError], tuple[str, ...]], ...] = (
    (SetNameTaken, ("already occupied", "created sticker set not found", "name_occupied")),
    (OwnerUnknown, (
        "user not found", "peer_id_invalid", "user_id_invalid", "can't initiate",
        "bot was blocked", "user is deactivated",
    )),
    (SetFull, ("stickers_too_much",)),
    (SetGone, (
        "stickerset_invalid", "sticker set not found", "sticker_invalid", "sticker not found",
        "wrong file identifier", "file_reference",
    )),
    (StickerRefused, (
        "sticker_", "wrong file type", "file is too big", "sticker emoji", "invalid sticker",
    )),
)  # fmt: skip


class Sets:
    """Sticker sets of one bot."""

    platform = "telegram"

    def __init__(self, bot: ExtBot[None]) -> None:
        self._bot = bot

    async def place(self, chat: str, owner: str, before: Sequence[str]) -> str:
        """Return nothing: there is one place for all sets."""
        del chat, owner, before
        return ""

    def set_name(self, pack: str, number: int, attempt: int, place: str) -> str:
        """Return a name by Telegram's rules: letters, digits and single ``_``, ``_by_`` the bot."""
        del place
        again = "" if attempt == 0 else _ATTEMPTS[(attempt - 1) % len(_ATTEMPTS)]
        return f"{pack}_{number}{again}_by_{self._bot.username}"

    def set_size(self, kind: PackKind) -> int:
        """Return how many stickers a set of a kind holds."""
        return SIZES[kind]

    def start_link(self) -> str:
        """Return where a person starts us."""
        return f"https://t.me/{self._bot.username}?start=pack"

    def reached(self, pack: Pack, volumes: Sequence[Volume]) -> str:
        """Return the links of sets, a line each."""
        return addresses(pack.kind, [one.name for one in volumes])

    def told(self, volumes: Sequence[Volume]) -> str:
        """Return the sentence that gives the links."""
        del volumes
        return "published"

    async def create_set(
        self, owner: str, name: str, title: str, kind: PackKind, sticker: SetSticker
    ) -> None:
        """Make a set of one sticker."""
        given = await _input(sticker, kind)
        with _meant():
            await self._bot.create_new_sticker_set(
                _person(owner), name, title, [given], sticker_type=kind.value
            )

    async def add_to_set(self, owner: str, name: str, kind: PackKind, sticker: SetSticker) -> None:
        """Put a sticker at a set's end."""
        given = await _input(sticker, kind)
        with _meant():
            await self._bot.add_sticker_to_set(_person(owner), name, given)

    async def replace_in_set(
        self, owner: str, name: str, kind: PackKind, old: str, sticker: SetSticker
    ) -> None:
        """Put a sticker in another's place."""
        given = await _input(sticker, kind)
        with _meant():
            await self._bot.replace_sticker_in_set(_person(owner), name, old, given)

    async def describe_in_set(
        self, sticker: str, emoji: Sequence[str], keywords: Sequence[str]
    ) -> None:
        """Give a sticker other emoji and keywords."""
        with _meant():
            await self._bot.set_sticker_emoji_list(sticker, list(emoji))
            await self._bot.set_sticker_keywords(sticker, list(keywords))

    async def move_in_set(self, sticker: str, position: int) -> None:
        """Put a sticker at a place, from 0."""
        with _meant():
            await self._bot.set_sticker_position_in_set(sticker, position)

    async def take_from_set(self, sticker: str) -> None:
        """Take a sticker out of its set."""
        with _meant():
            await self._bot.delete_sticker_from_set(sticker)

    async def retitle_set(self, name: str, title: str) -> None:
        """Give a set another title."""
        with _meant():
            await self._bot.set_sticker_set_title(name, title)

    async def delete_set(self, name: str) -> None:
        """Take a set down."""
        with _meant():
            await self._bot.delete_sticker_set(name)

    async def read_set(self, name: str) -> tuple[SetFile, ...]:
        """Return what is in a set, in order."""
        with _meant():
            found = await self._bot.get_sticker_set(name)
        return tuple(SetFile(one.file_id, one.file_unique_id) for one in found.stickers)


def _person(owner: str) -> int:
    """Return a person's number; a group without a keeper has none."""
    if not owner.isdecimal():
        raise OwnerUnknown("nobody's account to hang it on")
    return int(owner)


async def _input(sticker: SetSticker, kind: PackKind) -> InputSticker:
    """Encode a sticker; raises StickerTooLarge."""
    encode = for_custom_emoji if kind is PackKind.CUSTOM_EMOJI else for_telegram
    data = await asyncio.to_thread(encode, sticker.picture)
    return InputSticker(
        InputFile(data, filename=f"sticker.{suffix(data)}", attach=True),
        list(sticker.emoji),
        "video" if moves(data) else "static",
        keywords=list(sticker.keywords) or None,
    )


@contextmanager
def _meant() -> Iterator[None]:
    """Let only ``bot.errors`` out of the block, those of sets by what Telegram says."""
    try:
        yield
    except TelegramError as problem:
        raise meaning(problem) from None


def meaning(problem: TelegramError) -> ChatError:
    """Return the bot's error for what Telegram says about sticker sets."""
    refusal = isinstance(problem, BadRequest | Forbidden) or type(problem) is NetworkError
    if refusal and not isinstance(problem, RetryAfter | TimedOut):
        said = problem.message.lower()
        for error, words in _MEANINGS:
            if any(word in said for word in words):
                return error(type(problem).__name__)
    return translate(problem)
