"""The terminal front end: photos and wishes from the command line, stickers into a folder."""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bot import stickers
from bot.core.chat import Listener
from bot.core.conversation.events import ChoiceMade, CommandGiven, Message, Origin, PhotoSent, Who
from storage.contract.drawings import drawing_in

FORMATS: dict[str, Callable[[bytes], bytes]] = {
    "png": stickers.plain,
    "webp": stickers.for_web,
    "telegram": stickers.for_telegram,
    "discord": stickers.for_discord,
    "gif": stickers.for_attachment,
    "mp4": stickers.for_film,
}
"""What turns a result into the file that is written."""


@dataclass(frozen=True, slots=True)
class Order:
    """Stickers to be made of one photo.

    ``lines``: commands, none for what a selfie alone gives. ``picture``: what to paint like beside
    them. ``face``: which one if there are several, the largest is 1. ``wear``: changes of the
    avatar, once it is made. ``drawings``: whether drawn stickers come as SVG, too.
    """

    photo: Path
    lines: tuple[str, ...]
    picture: Path | None
    face: int | None
    folder: Path
    encode: Callable[[bytes], bytes]
    wear: tuple[str, ...] = ()
    drawings: bool = False


@dataclass(slots=True)
class Answer:
    """What came of an order: files written, and sentences where there is no sticker."""

    files: list[Path] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)


class TerminalChat:
    """Satisfies ``bot.core.chat.Chat``; each order is a chat of its own, named by its number."""

    platform = "terminal"

    def __init__(self, locale: str | None) -> None:
        self._locale = locale
        self._orders: dict[str, Order] = {}
        self._answers: dict[str, Answer] = {}
        self._busy: set[str] = set()
        self._questions: dict[str, str] = {}
        self._changed = asyncio.Event()
        self._number = 0

    async def make(self, service: Listener, order: Order) -> Answer:
        """Have an order made and return what came of it.

        Raises:
            OSError: the photo cannot be read, or the folder cannot be made.
        """
        order.folder.mkdir(parents=True, exist_ok=True)
        chat = self._next()
        self._orders[chat] = order
        self._answers[chat] = Answer()
        data = await asyncio.to_thread(order.photo.read_bytes)
        lines = order.lines
        if order.picture is not None:
            painting = await asyncio.to_thread(order.picture.read_bytes)
            await service.handle(PhotoSent(self._origin(chat), painting, "/paint", data), self)
        else:
            first, lines = (order.lines or ("",))[0], order.lines[1:]
            await service.handle(PhotoSent(self._origin(chat), data, first), self)
        for line in lines:
            await service.handle(CommandGiven(self._origin(chat), line), self)
        await self._settled()
        question = self._questions.pop(chat, None)
        if question is not None and order.face is not None:
            self._answers[chat].sentences.pop()
            await service.handle(ChoiceMade(self._origin(chat), question), self)
            await self._settled()
        for change in order.wear:
            await service.handle(CommandGiven(self._origin(chat), f"/wear {change}"), self)
            await self._settled()
        return self._answers.pop(chat)

    async def send(self, chat: str, message: Message, once: str = "") -> str:
        """Take a message; a placeholder is waited for."""
        del once
        reference = self._next()
        await self._take(chat, reference, message)
        return reference

    async def edit(self, chat: str, reference: str, message: Message, once: str = "") -> str:
        """Take what a placeholder has become."""
        del once
        await self._take(chat, reference, message)
        return reference

    async def remove(self, chat: str, reference: str) -> None:
        """Wait for this one no longer."""
        del chat
        self._settle(reference)

    async def _take(self, chat: str, reference: str, message: Message) -> None:
        if message.busy:
            self._busy.add(reference)
            return
        order, answer = self._orders[chat], self._answers[chat]
        try:
            if message.sticker is not None or message.sheet:
                paths = await asyncio.to_thread(_write, order, message, set(answer.files))
                # a changed avatar takes its own place
                answer.files += [path for path in paths if path not in answer.files]
            else:
                answer.sentences.append(message.text)
                self._ask(chat, order, message)
        finally:
            self._settle(reference)

    def _ask(self, chat: str, order: Order, message: Message) -> None:
        """Note what answers a question about faces."""
        values = [button.value for row in message.buttons for button in row]
        faces = [value for value in values if value.startswith("face:")]
        if order.face is not None and 1 <= order.face <= len(faces):
            self._questions[chat] = faces[order.face - 1]

    def _settle(self, reference: str) -> None:
        self._busy.discard(reference)
        self._changed.set()

    async def _settled(self) -> None:
        while self._busy:
            self._changed.clear()
            await self._changed.wait()

    def _next(self) -> str:
        self._number += 1
        return str(self._number)

    def _origin(self, chat: str) -> Origin:
        return Origin(f"terminal:{self._next()}", Who("terminal", "me", self._locale), chat)


def _write(order: Order, message: Message, written: set[Path]) -> list[Path]:
    """Write a sticker next to those of the same photo and return the paths of its files.

    ``written``: the files of this order so far. No other is written over, so that photos of one
    name from two folders, and yesterday's stickers, keep theirs.
    """
    if message.sheet:
        files = {"png": message.picture or b""}
    else:
        data = order.encode(message.sticker or b"")
        files = {stickers.suffix(data): data}
        drawing = drawing_in(message.sticker or b"")
        if order.drawings and drawing is not None:
            files["svg"] = drawing
    stem = order.folder / f"{order.photo.stem}-{message.name}"
    return [_put(f"{stem}", suffix, data, written) for suffix, data in files.items()]


def _put(stem: str, suffix: str, data: bytes, written: set[Path]) -> Path:
    """Write a file under the first name that is free; one of this order's own is written anew."""
    for number in itertools.count(1):
        path = Path(f"{stem}.{suffix}" if number == 1 else f"{stem}-{number}.{suffix}")
        if path in written:
            path.write_bytes(data)
            return path
        try:
            with path.open("xb") as file:
                file.write(data)
        except FileExistsError:
            continue
        written.add(path)
        return path
    raise AssertionError("numbers do not end")
