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
from bot.marks import marked
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


def zipped(title: str, pack: Sequence[PackSticker], format_: str = "webp") -> Packed:
    """Return one zip of all stickers as WEBP or PNG files; what moves is WEBP in either.

    Args:
        title: of the pack.
        pack: in its order.
        format_: "webp" or "png".

    Raises:
        StickerTooLarge: no encoding of one is small enough.
    """
    coded = stickers.for_web if format_ == "webp" else stickers.plain
    files = {
        f"{name}.{stickers.suffix(data)}": marked(data, one.kind)
        for name, one in _numbered(pack)
        for data in [coded(one.picture)]
    }
    return Packed((PackFile(f"{_file_name(title)}.zip", _zip(files)),))


def for_whatsapp(title: str, author: str, pack: Sequence[PackSticker]) -> Packed:
    """Return ``.wastickers`` files, apart for what stands and what moves, of 3 to 30 each.

    Each holds ``title.txt``, ``author.txt``, ``tray.png`` and the stickers. Fewer than three of a
    sort make no pack and are left out.

    Raises:
        StickerTooLarge: no encoding of one is small enough.
    """
    files: list[PackFile] = []
    left_out: list[str] = []
    for word, sort in (("", False), ("moving", True)):
        same = [one for one in pack if moves(one.picture) is sort]
        if len(same) < WHATSAPP_FEWEST:
            left_out += [one.name for one in same]
            continue
        volumes = list(_volumes(same, WHATSAPP_MOST))
        for number, volume in enumerate(volumes, 1):
            count = str(number) if len(volumes) > 1 else ""
            named = " ".join(part for part in (title, word, count) if part)
            content: dict[str, bytes] = {
                "title.txt": named.encode(),
                "author.txt": author.encode(),
                "tray.png": tray(volume[0].picture),
            }
            for name, one in _numbered(volume):
                data = encode(one.picture, LIMITS["whatsapp"])
                content[f"{name}.webp"] = marked(data, one.kind)
            files.append(PackFile(f"{_file_name(named)}.wastickers", _zip(content)))
    return Packed(tuple(files), tuple(left_out))


def for_signal(title: str, author: str, pack: Sequence[PackSticker]) -> Packed:
    """Return zips that each hold a folder as Signal Desktop's pack creator takes it.

    Stickers are 512 px PNG, or APNG in true colour where they move; beside them stand
    ``title.txt``, ``author.txt``, ``cover.png`` and ``emoji.txt``, JSON of one emoji for each.

    Raises:
        StickerTooLarge: no encoding of one is small enough.
    """
    volumes = list(_volumes(pack, SIGNAL_MOST)) if pack else []
    files = []
    for number, volume in enumerate(volumes, 1):
        named = f"{title} {number}" if len(volumes) > 1 else title
        pictures = {
            name: marked(encode(one.picture, LIMITS["signal"]), one.kind)
            for name, one in _numbered(volume)
        }
        emoji = {name: one.emoji for name, one in _numbered(volume)}
        content: dict[str, bytes] = {
            "title.txt": named.encode(),
            "author.txt": author.encode(),
            "emoji.txt": json.dumps(emoji, ensure_ascii=False, indent=1).encode(),
            "cover.png": _still(volume[0].picture, 512),
            **{f"{name}.png": data for name, data in pictures.items()},
        }
        folder = _file_name(named)
        inside = {f"{folder}/{name}": data for name, data in content.items()}
        files.append(PackFile(f"{folder}-signal.zip", _zip(inside)))
    return Packed(tuple(files))


def tray(picture: bytes) -> bytes:
    """Return a picture's tray icon, a PNG of 96 x 96 px."""
    return _still(picture, TRAY_SIDE)


def _still(picture: bytes, side: int) -> bytes:
    """Return the first frame as a square PNG."""
    limits = stickers.Limits("PNG", side, square=True, most_bytes=300_000, moving=None)
    return encode(picture, limits)


def _volumes(pack: Sequence[PackSticker], most: int) -> Iterator[Sequence[PackSticker]]:
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
