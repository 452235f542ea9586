"""What the Bot API refuses, from https://core.telegram.org/bots/api, in its own words."""

import io
import json
import re
from collections.abc import Collection, Mapping
from typing import Any

import av
from PIL import Image


class Refused(Exception):
    """An answer of the Bot API that is not ``ok``."""

    def __init__(
        self, code: int, description: str, parameters: Mapping[str, int] | None = None
    ) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


def bad(description: str) -> Refused:
    """Word a refusal of what was sent."""
    return Refused(400, f"Bad Request: {description}")


def text(words: str) -> str:
    """Let 1 to 4096 characters through."""
    if not words.strip():
        raise bad("message text is empty")
    if len(words) > 4096:
        raise bad("message is too long")
    return words


def caption(words: str) -> str:
    """Let up to 1024 characters through."""
    if len(words) > 1024:
        raise bad("message caption is too long")
    return words


def keyboard(raw: str | None) -> list[list[dict[str, str]]]:
    """Let inline keyboards through whose buttons have words and 1 to 64 bytes of data."""
    if not raw:
        return []
    rows: list[list[dict[str, str]]] = json.loads(raw).get("inline_keyboard", [])
    for row in rows:
        for button in row:
            if not button["text"]:
                raise bad("text buttons are unallowed in the inline keyboard")
            if not 1 <= len(button["callback_data"].encode()) <= 64:
                raise bad("BUTTON_DATA_INVALID")
    return rows


def sticker(data: bytes, name: str, side: int = 512) -> tuple[int, int]:
    """Let stickers through, as what their file's name says.

    Static ones: WEBP or PNG, one side 512, the other no more, 512 KB. Custom emoji have 100.
    """
    if name.endswith(".webm"):
        return _video_sticker(data, side)
    if len(data) > 512 * 1024:
        raise bad("file is too big")
    size = _size(data, ["WEBP", "PNG"], "wrong file type")
    if max(size) != side:
        raise bad("STICKER_PNG_DIMENSIONS")
    return size


def _video_sticker(data: bytes, side: int) -> tuple[int, int]:
    """Let WEBM through: VP9, no sound, one side 512, 3 seconds, 30 frames a second, 256 KB."""
    if len(data) > 256 * 1024:
        raise bad("STICKER_VIDEO_BIG")
    try:
        film = av.open(io.BytesIO(data), format="webm")
    except av.FFmpegError as problem:
        raise bad("wrong file type") from problem
    with film:
        (stream,) = film.streams
        context = stream.codec_context
        frames = sum(1 for packet in film.demux(stream) if packet.size)
        seconds = (film.duration or 0) / av.time_base
        if context.name != "vp9" or stream.type != "video":
            raise bad("STICKER_VIDEO_NOWEBM")
        if seconds > 3 or frames > 30 * seconds + 1:
            raise bad("STICKER_VIDEO_LONG")
        if max(context.width, context.height) != side:
            raise bad("STICKER_PNG_DIMENSIONS")
        return context.width, context.height


def document(data: bytes, name: str) -> None:
    """Let files of up to 50 MB through that have a name."""
    if len(data) > 50 * 1024 * 1024:
        raise bad("file is too big")
    if not name:
        raise bad("wrong file name")


def photo(data: bytes) -> tuple[int, int]:
    """Let photos through: 10 MB, sides of 10,000 together, no longer than 20 to 1."""
    if len(data) > 10 * 1024 * 1024:
        raise bad("file is too big")
    width, height = _size(data, ["JPEG", "PNG", "WEBP"], "IMAGE_PROCESS_FAILED")
    if width + height > 10_000 or max(width, height) > 20 * min(width, height):
        raise bad("PHOTO_INVALID_DIMENSIONS")
    return width, height


def inline(fields: Mapping[str, str], files: Collection[str]) -> dict[str, Any]:
    """Let answers to inline queries through: 50 stickers, each once, of files that are known."""
    results: list[dict[str, str]] = json.loads(fields["results"])
    if len(results) > 50:
        raise bad("RESULTS_TOO_MUCH")
    ids = [one["id"] for one in results]
    if len(set(ids)) < len(ids) or not all(1 <= len(one.encode()) <= 64 for one in ids):
        raise bad("RESULT_ID_INVALID")
    if any(one["type"] != "sticker" or one["sticker_file_id"] not in files for one in results):
        raise bad("wrong file identifier/HTTP URL specified")
    if len(fields.get("next_offset", "").encode()) > 64:
        raise bad("NEXT_OFFSET_INVALID")
    button = json.loads(fields.get("button", "null"))
    if button is not None and not re.fullmatch(r"[\w-]{1,64}", button["start_parameter"]):
        raise bad("START_PARAM_INVALID")
    return {
        "files": [one["sticker_file_id"] for one in results],
        "personal": fields.get("is_personal") == "true",
        "cached": int(fields.get("cache_time", 300)),
        "next": fields.get("next_offset", ""),
        "button": button,
    }


def commands(raw: str) -> list[dict[str, str]]:
    """Let up to 100 commands through: names of a-z, 0-9 and _, descriptions of 1 to 256."""
    listed: list[dict[str, str]] = json.loads(raw)
    if len(listed) > 100:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    for entry in listed:
        name = entry["command"]
        if not 1 <= len(name) <= 32 or not name.isascii() or name != name.lower():
            raise bad("BOT_COMMAND_INVALID")
        if not name.replace("_", "").isalnum():
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(entry["description"]) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    return listed


def _size(data: bytes, formats: list[str], refusal: str) -> tuple[int, int]:
    try:
        with Image.open(io.BytesIO(data), formats=formats) as image:
            image.load()
            return image.size
    except OSError as problem:
        raise bad(refusal) from problem
