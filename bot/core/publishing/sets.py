"""What a platform has to do for packs to be brought to it: a port, satisfied by front ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from storage.contract.packs import Pack, PackKind, Volume


@dataclass(frozen=True, slots=True)
class SetSticker:
    """A sticker as it was made, PNG or WEBM, with its emoji (1 to 20) and keywords."""

    picture: bytes
    animated: bool
    emoji: tuple[str, ...]
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SetFile:
    """A sticker in a set: ``id`` to name it by in requests, ``key`` to know it again by."""

    id: str
    key: str


class StickerSets(Protocol):
    """A platform that has sticker sets. Its errors are those of ``bot.errors.ChatError``.

    Requests wait for their turn under the platform's limits; ChatUnavailable with
    ``retry_after`` says that it will be longer.
    """

    platform: str

    async def place(self, chat: str, owner: str, before: Sequence[str]) -> str:
        """Return where a pack's volume goes, where a platform has several places, else "".

        ``chat``: where it was asked for. ``owner``: who has to be allowed to put stickers there; ""
        where somebody who may has asked. ``before``: the names of the pack's volumes before it.
        Raises SetFull: there is no further place.
        """
        ...

    def set_name(self, pack: str, number: int, attempt: int, place: str) -> str:
        """Return the name of a pack's volume, another one for each attempt at a free one."""
        ...

    def set_size(self, kind: PackKind) -> int:
        """Return how many stickers a set of a kind holds."""
        ...

    def start_link(self) -> str:
        """Return where a person starts us, so that sets can hang on their account."""
        ...

    def reached(self, pack: Pack, volumes: Sequence[Volume]) -> str:
        """Return what leads people to sets that exist, such as a line with a link for each."""
        ...

    def told(self, volumes: Sequence[Volume]) -> str:
        """Return the sentence that tells where a pack is once all of it is there.

        The last part of its key: there is one of each for a person's packs and for a group's.
        """
        ...

    async def create_set(
        self, owner: str, name: str, title: str, kind: PackKind, sticker: SetSticker
    ) -> None:
        """Make a set of one sticker. Raises SetNameTaken, OwnerUnknown, StickerRefused."""
        ...

    async def add_to_set(self, owner: str, name: str, kind: PackKind, sticker: SetSticker) -> None:
        """Put a sticker at a set's end. Raises SetGone, SetFull, StickerRefused."""
        ...

    async def replace_in_set(
        self, owner: str, name: str, kind: PackKind, old: str, sticker: SetSticker
    ) -> None:
        """Put a sticker in another's place. Raises SetGone, StickerRefused."""
        ...

    async def describe_in_set(
        self, sticker: str, emoji: Sequence[str], keywords: Sequence[str]
    ) -> None:
        """Give a sticker other emoji and keywords. Raises SetGone."""
        ...

    async def move_in_set(self, sticker: str, position: int) -> None:
        """Put a sticker at a place, from 0. Raises SetGone."""
        ...

    async def take_from_set(self, sticker: str) -> None:
        """Take a sticker out of its set. Raises SetGone."""
        ...

    async def retitle_set(self, name: str, title: str) -> None:
        """Give a set another title. Raises SetGone."""
        ...

    async def delete_set(self, name: str) -> None:
        """Take a set down. Raises SetGone."""
        ...

    async def read_set(self, name: str) -> tuple[SetFile, ...]:
        """Return what is in a set, in order. Raises SetGone."""
        ...


@runtime_checkable
class Publishing(Protocol):
    """A chat on a platform that has sticker sets."""

    sets: StickerSets
