"""A pack while it is being edited, and how each change of it is taken back; pure."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from uuid import UUID

REMEMBERED = 30
"""How many changes can be taken back."""


class Asked(StrEnum):
    """What the next line that a person types is."""

    TITLE = "title"
    NEW_TITLE = "new_title"
    NEW_EMOJI_TITLE = "new_emoji_title"
    EMOJI = "emoji"
    GROUP_TITLE = "group_title"


class Change(StrEnum):
    """What was done to a pack."""

    ADDED = "added"
    DROPPED = "dropped"
    MOVED = "moved"
    REPLACED = "replaced"
    RENAMED = "renamed"
    DESCRIBED = "described"


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of a pack, with what it takes to undo it.

    ``sticker``: which one. ``position``: where it was. ``old``: under which id the picture before
    is kept. ``words``: the title or the emoji before.
    """

    change: Change
    pack: UUID
    sticker: UUID | None = None
    position: int = 0
    old: UUID | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenPack:
    """The pack that buttons and words mean.

    ``page``: of its stickers. ``asked``: what was asked for, ``sticker``: of which one.
    ``replacing``: the sticker whose place the next one takes. ``history``: the newest change last.
    """

    pack: UUID | None = None
    page: int = 1
    asked: Asked | None = None
    sticker: UUID | None = None
    replacing: UUID | None = None
    history: tuple[Edit, ...] = field(default_factory=tuple)

    def opened(self, pack: UUID) -> "OpenPack":
        """Return it with a pack open, on its first page where that is another one."""
        if pack == self.pack:
            return replace(self, asked=None, sticker=None)
        return OpenPack(pack, history=self.history)

    def asking(self, asked: Asked, sticker: UUID | None = None) -> "OpenPack":
        """Return it while something is asked for."""
        return replace(self, asked=asked, sticker=sticker)

    def done(self, edit: Edit) -> "OpenPack":
        """Return it after a change."""
        history = (*self.history, edit)[-REMEMBERED:]
        return replace(self, history=history, asked=None, sticker=None, replacing=None)

    def undone(self) -> "OpenPack":
        """Return it without its newest change."""
        return replace(self, history=self.history[:-1], asked=None, sticker=None, replacing=None)

    def without(self, pack: UUID) -> "OpenPack":
        """Return it after a pack was deleted."""
        history = tuple(one for one in self.history if one.pack != pack)
        return OpenPack(None if pack == self.pack else self.pack, history=history)
