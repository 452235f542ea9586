"""What is decided about a group's pack; ``bot.core.grouping`` does it."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from bot.core.conversation.events import Origin


class Verb(StrEnum):
    """What is done; the same words stand in the values of buttons, ``group:verb:pack``."""

    BEGIN = "begin"
    NEW_ROOM = "room"
    SHOW = "show"
    JOIN = "join"
    LEAVE = "leave"
    BRING = "bring"
    BIRTHDAY = "birthday"
    KEEP = "keep"
    AGAIN = "again"
    PUBLISH = "publish"
    ZIP = "zip"
    MANAGE = "manage"
    RENAME = "rename"
    TITLE = "title"
    DELETE = "delete"
    GONE = "gone"


OF_ADMINS = frozenset({Verb.MANAGE, Verb.RENAME, Verb.DELETE, Verb.GONE})
"""What is up to the group's admins and the person whose account its pack hangs on."""


@dataclass(frozen=True, slots=True)
class InGroup:
    """Something to be done about a group's pack.

    ``pack``: which one, None for that of the group (or the room) where it is said. ``words``: a
    room's code, or a title. ``message``: a card that is to change into what is answered.
    """

    verb: Verb
    origin: Origin
    pack: UUID | None = None
    words: str = ""
    message: str | None = None
