"""A pack as a ZIP of pictures: WEBP or PNG, and an index that says what each is."""

import io
import json
import re
import zipfile
from collections.abc import Iterable

from bot import stickers
from bot.errors import StickerTooLarge
from storage.contract.packs import Pack, Sticker

FORMATS = ("webp", "png")


def archive(pack: Pack, pictures: Iterable[bytes], suffix: str = "webp") -> bytes:
    """Return a ZIP of a pack's stickers in order, and of ``index.json``.

    Args:
        pack: its stickers go with the pictures.
        pictures: PNG or WEBM, as they were made.
        suffix: "webp", which moves where a sticker does, or "png", which does so as APNG.
    """
    file = io.BytesIO()
    index = []
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as made:  # pictures do not get smaller
        for number, (one, picture) in enumerate(zip(pack.stickers, pictures, strict=True), 1):
            data = _encoded(picture, suffix)
            name = f"{number:03}-{_named(one)}.{stickers.suffix(data)}"
            _write(made, name, data)
            entry = {"file": name, "emoji": list(one.emoji), "keywords": list(one.keywords)}
            index.append({**entry, "animated": one.animated})
        told = {"title": pack.title, "kind": pack.kind.value, "stickers": index}
        _write(made, "index.json", json.dumps(told, ensure_ascii=False, indent=2).encode())
    return file.getvalue()


def file_name(title: str) -> str:
    """Return what a pack's file is called, without its suffix."""
    return re.sub(r"[^\w.+-]+", "-", title).strip("-.") or "stickers"


def _encoded(picture: bytes, suffix: str) -> bytes:
    limits = stickers.LIMITS["web" if suffix == "webp" else "png"]
    try:
        return stickers.encode(picture, limits)
    except StickerTooLarge:
        return picture


def _named(one: Sticker) -> str:
    words = "-".join(one.keywords) or "sticker"
    return re.sub(r"[^\w+-]+", "-", words).strip("-")[:40] or "sticker"


def _write(made: zipfile.ZipFile, name: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))  # the same pack gives the same file
    entry.external_attr = 0o644 << 16
    made.writestr(entry, data)
