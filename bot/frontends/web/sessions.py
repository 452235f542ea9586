"""What each browser has been shown, held in memory and bounded.

A session belongs to one cookie and so to one person, in any number of tabs. Every change gets the
next version number; a tab that was away asks for all that changed since the version it knows. The
rows remember what was shown: after a restart, or when a session or its pictures were given up for
room, they are filled from them.
"""

import asyncio
import secrets
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Literal

from bot.core.conversation.events import Message
from bot.core.restoring import Restored
from bot.stickers import moves, suffix
from storage.contract.drawings import drawing_in

MESSAGES = 200
SESSION_BYTES = 24 * 2**20
SESSIONS = 2_000
TOTAL_BYTES = 64 * 2**20
REMEMBERED_KEYS = 256
REPLACED = 8
"""Pictures that others took the place of, for pages that hear of it while they ask for the old."""

Restore = Callable[[str], Awaitable[list[Restored]]]
"""Returns what stands on a person's page, as the rows remember it."""


@dataclass(slots=True, eq=False)
class Picture:
    """A picture as it was sent, and by suffix that and each format that somebody asked for.

    Without data it gave way to others and is to be had from the rows.
    """

    data: bytes | None
    formats: dict[str, bytes]

    @property
    def size(self) -> int:
        """Bytes held."""
        return sum(map(len, self.formats.values()))

    @property
    def svg(self) -> bytes | None:
        """The drawing that it carries, or is."""
        data = self.data or b""
        return data if data.startswith(b"<svg") else drawing_in(data)


@dataclass(slots=True)
class Shown:
    """One message on the page.

    ``message`` is None once it was taken away: tabs that show it still have to hear of that. It is
    without its files, whose tokens are ``sticker``, ``picture`` and ``document``. ``drawn``:
    whether the sticker carries its drawing, ``moving``: whether it moves. ``form``: the suffix of
    the document. ``key``: the browser's own key of the update that a person's message came with, so
    that its tab can put the photo beside it.
    """

    reference: str
    author: Literal["bot", "person"]
    message: Message | None
    version: int
    sticker: str | None = None
    picture: str | None = None
    document: str | None = None
    drawn: bool = False
    moving: bool = False
    form: str | None = None
    key: str = ""

    def tokens(self, message: Message) -> Iterator[tuple[str, bytes]]:
        """Pair the tokens of its files with those files, as a message has them."""
        for token, data in (
            (self.sticker, message.sticker),
            (self.picture, message.picture),
            (self.document, message.document),
        ):
            if token is not None and data is not None:
                yield token, data

    def take_pictures(self) -> list[str]:
        """Take the tokens of its files from it."""
        taken = [one for one in (self.sticker, self.picture, self.document) if one is not None]
        self.sticker = self.picture = self.document = None
        return taken


@dataclass
class Session:
    """One browser's messages and pictures."""

    epoch: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    version: int = 0
    used: float = 0.0
    size: int = 0
    """Bytes of pictures held."""
    closed: bool = False
    """Given up to make room; listeners have to come again."""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while one update is handled, so that they are handled in the order they came."""
    filling: asyncio.Lock = field(default_factory=asyncio.Lock)
    filled: bool = False
    """Whether it shows what the rows remember."""
    _shown: OrderedDict[str, Shown] = field(default_factory=OrderedDict)
    _pictures: dict[str, Picture] = field(default_factory=dict)
    _replaced: OrderedDict[str, None] = field(default_factory=OrderedDict)
    _keys: OrderedDict[str, None] = field(default_factory=OrderedDict)
    _listeners: set[asyncio.Event] = field(default_factory=set)

    def first_time(self, key: str) -> bool:
        """Whether an update's key is new; a browser that retries sends it again."""
        if key in self._keys:
            return False
        self._keys[key] = None
        while len(self._keys) > REMEMBERED_KEYS:
            self._keys.popitem(last=False)
        return True

    def forget_key(self, key: str) -> None:
        """Let an update come again whose handling failed."""
        self._keys.pop(key, None)

    def fill(self, restored: list[Restored]) -> None:
        """Show what the rows remember."""
        self.filled = True
        for one in restored:
            if one.reference:
                self.replace(one.reference, one.message)
            elif self.first_time(key := one.key.rpartition(":")[2]):
                self.add("person", one.message, key)

    def refill(self, restored: list[Restored]) -> None:
        """Give pictures that gave way their data back, as far as the rows remember them."""
        by_key = {shown.key: shown for shown in self._shown.values() if shown.key}
        for one in restored:
            shown = self._shown.get(one.reference) or by_key.get(one.key.rpartition(":")[2])
            for token, data in () if shown is None else shown.tokens(one.message):
                picture = self._pictures[token]
                if picture.data is None:
                    picture.data, picture.formats = data, {suffix(data): data}
                    self.size += len(data)

    def give_way(self) -> None:
        """Let go of the pictures' data, not of what is shown."""
        self._drop_replaced(0)
        for picture in self._pictures.values():
            picture.data, picture.formats = None, {}
        self.size = 0

    def lacks(self, tokens: Iterable[str]) -> bool:
        """Whether the data of any of these pictures gave way."""
        found = (self._pictures.get(token) for token in tokens)
        return any(picture is not None and picture.data is None for picture in found)

    def add(self, author: Literal["bot", "person"], message: Message, key: str = "") -> str:
        """Append a message; return its reference."""
        return self._put(Shown(secrets.token_urlsafe(12), author, message, 0, key=key))

    def replace(self, reference: str, message: Message) -> str:
        """Change a message in place; an unknown one is appended under its reference."""
        shown = self._shown.get(reference)
        if shown is None:
            return self._put(Shown(reference, "bot", message, 0))
        for token in shown.take_pictures():
            self._replaced[token] = None
        self._drop_replaced(REPLACED)
        shown.message = message
        return self._put(shown)

    def illustrate(self, reference: str, picture: bytes) -> None:
        """Put a picture into a message, if that is still there."""
        shown = self._shown.get(reference)
        if shown is not None and shown.message is not None:
            self.replace(reference, replace(shown.message, picture=picture))

    def remove(self, reference: str) -> None:
        """Take a message away, if it is there."""
        shown = self._shown.get(reference)
        if shown is not None and shown.message is not None:
            self._drop_pictures(shown)
            shown.message = None
            self._put(shown)

    def clear(self) -> None:
        """Forget everything; pages start anew."""
        self._shown.clear()
        self._pictures.clear()
        self._replaced.clear()
        self.size = 0
        self.epoch = secrets.token_urlsafe(12)
        self._changed()

    def since(self, version: int) -> list[Shown]:
        """All that changed after a version, in the order of the page."""
        return [shown for shown in self._shown.values() if shown.version > version]

    def picture(self, token: str) -> Picture | None:
        """A picture by its token."""
        return self._pictures.get(token)

    def stickers(self, tokens: list[str]) -> list[tuple[str, bytes]]:
        """Return the names and files of those of its stickers that have these tokens."""
        names = {
            shown.sticker: shown.message.name
            for shown in self._shown.values()
            if shown.message is not None and shown.sticker is not None
        }
        known = [token for token in dict.fromkeys(tokens) if token in names]
        found = ((names[token], self._pictures[token].data) for token in known)
        return [(name or "selfmoji", data) for name, data in found if data is not None]

    def keep_format(self, picture: Picture, suffix: str, data: bytes) -> None:
        """Remember another encoding of a picture."""
        if suffix not in picture.formats and picture.data is not None:
            picture.formats[suffix] = data
            if picture in self._pictures.values():
                self.size += len(data)

    def close(self) -> None:
        """Send listeners away."""
        self.closed = True
        self._changed()

    @contextmanager
    def listen(self) -> Iterator[asyncio.Event]:
        """Give an event that is set at every change."""
        event = asyncio.Event()
        self._listeners.add(event)
        try:
            yield event
        finally:
            self._listeners.discard(event)

    def _put(self, shown: Shown) -> str:
        message = shown.message
        if message is not None:
            shown.sticker = self._keep(message.sticker)
            shown.picture = self._keep(message.picture)
            shown.document = self._keep(message.document)
            shown.drawn = drawing_in(message.sticker or b"") is not None
            shown.moving = message.sticker is not None and moves(message.sticker)
            shown.form = suffix(message.document) if message.document else None
            shown.message = replace(message, sticker=None, picture=None, document=None)
        self._changed()
        shown.version = self.version
        self._shown[shown.reference] = shown
        if self.size > SESSION_BYTES:
            self._drop_replaced(0)
        while len(self._shown) > 1 and (len(self._shown) > MESSAGES or self.size > SESSION_BYTES):
            self._drop_pictures(self._shown.popitem(last=False)[1])
        return shown.reference

    def _keep(self, data: bytes | None) -> str | None:
        if data is None:
            return None
        token = secrets.token_urlsafe(16)
        self._pictures[token] = Picture(data, {suffix(data): data})
        self.size += len(data)
        return token

    def _drop_pictures(self, shown: Shown) -> None:
        for token in shown.take_pictures():
            self._drop_picture(token)

    def _drop_replaced(self, left: int) -> None:
        """Drop the oldest of those that others took the place of."""
        while len(self._replaced) > left:
            self._drop_picture(self._replaced.popitem(last=False)[0])

    def _drop_picture(self, token: str) -> None:
        if picture := self._pictures.pop(token, None):
            self.size -= picture.size

    def _changed(self) -> None:
        self.version += 1
        for listener in self._listeners:
            listener.set()


class Sessions:
    """All browsers' sessions, the least recently used and the outdated given up first.

    Where pictures take too much memory, they alone go: what is shown stays, and whoever looks at
    one that went has it from the rows.
    """

    def __init__(
        self, keep_for: float, restore: Restore, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """``keep_for``: seconds after its last use that a session is let go."""
        self._keep_for = keep_for
        self._restore = restore
        self._clock = clock
        self._sessions: OrderedDict[str, Session] = OrderedDict()
        self.warm = False
        """Whether anything was made since the start: the first result takes longest."""

    async def get(self, external_id: str) -> Session:
        """A person's session, filled from the rows if it is not there."""
        session = self._sessions.setdefault(external_id, Session())
        session.used = self._clock()
        self._sessions.move_to_end(external_id)
        self._give_up(keep=session)
        async with session.filling:
            if not session.filled:
                session.fill(await self._restore(external_id))
        return session

    def known(self, external_id: str) -> Session | None:
        """A person's session, if it is there."""
        return self._sessions.get(external_id)

    async def having(self, external_id: str, tokens: Collection[str]) -> Session | None:
        """A person's session, if it is there, with these pictures as far as they are to be had."""
        session = self._sessions.get(external_id)
        if session is not None and session.lacks(tokens):
            async with session.filling:
                if session.lacks(tokens):
                    session.refill(await self._restore(external_id))
                    self._give_up(keep=session)
        return session

    def __len__(self) -> int:
        return len(self._sessions)

    def _give_up(self, keep: Session) -> None:
        oldest = self._clock() - self._keep_for
        size = sum(session.size for session in self._sessions.values())
        for external_id, session in list(self._sessions.items()):
            superfluous = session.used <= oldest or len(self._sessions) > SESSIONS
            if not superfluous and size <= TOTAL_BYTES:
                return
            if session is keep:
                continue
            if superfluous and not (session.turn.locked() or session.filling.locked()):
                size -= session.size
                del self._sessions[external_id]
                session.close()
            elif size > TOTAL_BYTES:
                size -= session.size
                session.give_way()
