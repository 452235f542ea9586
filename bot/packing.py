"""Sticker packs as files: zips of pictures, packs for WhatsApp, folders for Signal.

Pure: pictures in, bytes out, within each platform's limits (``bot.stickers.LIMITS``).
"""

import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot import stickers
from bot.marks import Mark, marked
from bot.stickers import LIMITS, encode, moves

WHATSAPP_FEWEST, WHATSAPP_MOST = 3, 30
"""Stickers in a pack of WhatsApp's, which is all still or all moving."""

SIGNAL_MOST = 200
"""Stickers in a pack of Signal's."""

TRAY_SIDE, TRAY_BYTES = 96, 50_000
"""What stands for a pack in WhatsApp's tray: px, and bytes at most."""

_DATE = (2026, 1, 1, 0, 0, 0)  # the same pack is the same file


@dataclass(frozen=True, slots=True)
class PackSticker:
    """One sticker: its ``picture`` as jobs make it, what it is called, its emoji, its kind."""

    name: str
    picture: bytes
    emoji: str = "🙂"
    kind: str = ""


@dataclass(frozen=True, slots=True)
class PackFile:
    """One file to hand over."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Packed:
    """The files of a pack, and the names of stickers that the platform takes no pack of."""

    files: tuple[PackFile, ...]
    left_out: tuple[str, ...] = ()


def zipped(
    title: str, pack: Sequence[PackSticker], format_: str = "webp", mark: Mark = marked
) -> Packed:
    """Return one zip of all stickers as WEBP or PNG files; what moves is WEBP in either.

    Args:
        title: of the pack.
        pack: in its order.
        format_: "webp" or "png".
        mark: what files say of themselves.

    Raises:
        StickerTooLarge: no encoding of one is small enough.
    """
    coded = stickers.for_web if format_ == "webp" else stickers.plain
    files = {
        f"{name}.{stickers.suffix(data)}": mark(data, one.kind)
        for name, one in _numbered(pack)
        for data in [coded(one.picture)]
    }
    return Packed((PackFile(f"{_file_name(title)}.zip", _zip(files)),))


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a pack: what it is called, and which of the pack's stickers are in it."""

    title: str
    at: tuple[int, ...]


def whatsapp_parts(title: str, moving: Sequence[bool]) -> tuple[Part, ...]:
    """Return the files that a pack makes for WhatsApp, apart for what stands and what moves.

    Fewer than three of a sort make none.

    Args:
        title: of the pack.
        moving: whether each of its stickers moves, in order.
    """
    found: list[Part] = []
    for word, sort in (("", False), ("moving", True)):
        same = [at for at, moves_ in enumerate(moving) if moves_ is sort]
        if len(same) >= WHATSAPP_FEWEST:
            found += _parts(f"{title} {word}".strip(), same, WHATSAPP_MOST)
    return tuple(found)


def signal_parts(title: str, count: int) -> tuple[Part, ...]:
    """Return the files that a pack of so many stickers makes for Signal."""
    return tuple(_parts(title, range(count), SIGNAL_MOST))


def _parts(title: str, at: Sequence[int], most: int) -> Iterator[Part]:
    volumes = list(_volumes(at, most)) if at else []
    for number, volume in enumerate(volumes, 1):
        yield Part(f"{title} {number}" if len(volumes) > 1 else title, tuple(volume))


def for_whatsapp(title: str, author: str, pack: Sequence[PackSticker]) -> Packed:
    """Return ``.wastickers`` files, apart for what stands and what moves, of 3 to 30 each.

    Raises:
        StickerTooLarge: no encoding of one is small enough.
    """
    parts = whatsapp_parts(title, [moves(one.picture) for one in pack])
    files = [wastickers(part.title, author, [pack[at] for at in part.at]) for part in parts]
    packed = {at for part in parts for at in part.at}
    left_out = (one.name for at, one in enumerate(pack) if at not in packed)
    return Packed(tuple(files), tuple(left_out))


def wastickers(title: str, author: str, pack: Sequence[PackSticker]) -> PackFile:
    """Return one ``.wastickers`` file: ``title.txt``, ``author.txt``, ``tray.png``, stickers.

    Args:
        title: of the pack.
        author: whose it is.
        pack: 3 to 30 stickers, all still or all moving.

    Raises:
        StickerTooLarge: no encoding of one is small enough.
    """
    content: dict[str, bytes] = {
        "title.txt": title.encode(),
        "author.txt": author.encode(),
        "tray.png": tray(pack[0].picture),
    }
    for name, one in _numbered(pack):
        content[f"{name}.webp"] = marked(encode(one.picture, LIMITS["whatsapp"]), one.kind)
    return PackFile(f"{_file_name(title)}.wastickers", _zip(content))


def for_signal(title: str, author: str, pack: Sequence[PackSticker]) -> Packed:
    """Return zips that each hold a folder as Signal Desktop's pack creator takes it.

    Raises:
        StickerTooLarge: no encoding of one is small enough.
    """
    parts = signal_parts(title, len(pack))
    return Packed(
        tuple(signal_folder(part.title, author, [pack[at] for at in part.at]) for part in parts)
    )


def signal_folder(title: str, author: str, pack: Sequence[PackSticker]) -> PackFile:
    """Return a zip of one folder for Signal Desktop's pack creator.

    Stickers are 512 px PNG, or APNG in true colour where they move; beside them stand
    ``title.txt``, ``author.txt``, ``cover.png`` and ``emoji.txt``, JSON of one emoji for each.

    Raises:
        StickerTooLarge: no encoding of one is small enough.
    """
    content: dict[str, bytes] = {
        "title.txt": title.encode(),
        "author.txt": author.encode(),
        "emoji.txt": json.dumps(
            {name: one.emoji for name, one in _numbered(pack)}, ensure_ascii=False, indent=1
        ).encode(),
        "cover.png": _still(pack[0].picture, 512),
    }
    for name, one in _numbered(pack):
        content[f"{name}.png"] = marked(encode(one.picture, LIMITS["signal"]), one.kind)
    folder = _file_name(title)
    inside = {f"{folder}/{name}": data for name, data in content.items()}
    return PackFile(f"{folder}-signal.zip", _zip(inside))


def tray(picture: bytes) -> bytes:
    """Return a picture's tray icon, a PNG of 96 x 96 px."""
    return _still(picture, TRAY_SIDE)


def _still(picture: bytes, side: int) -> bytes:
    """Return the first frame as a square PNG."""
    limits = stickers.Limits("PNG", side, square=True, most_bytes=300_000, moving=None)
    return encode(picture, limits)


def _volumes(pack: Sequence[int], most: int) -> Iterator[Sequence[int]]:
    """Part a pack as evenly as can be, so that no volume is too small."""
    count = -(-len(pack) // most)
    fewest, more = divmod(len(pack), count)
    at = 0
    for number in range(count):
        size = fewest + (number < more)
        yield pack[at : at + size]
        at += size


def _numbered(pack: Iterable[PackSticker]) -> Iterator[tuple[str, PackSticker]]:
    for number, one in enumerate(pack, 1):
        yield f"{number:02}-{_file_name(one.name)}".rstrip("-"), one


def _file_name(words: str) -> str:
    """Return words as a name that every file system takes."""
    return re.sub(r"[^\w.+-]+", "-", words).strip("-.")[:60] or "pack"


def _zip(files: Mapping[str, bytes]) -> bytes:
    """Return files as a zip; pictures are small already, so nothing is deflated."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, _DATE), data)
    return file.getvalue()
