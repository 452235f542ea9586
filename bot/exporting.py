"""Everything one has, as zips that a chat takes: pure."""

import io
import json
import zipfile
from collections.abc import Sequence

from bot.marks import marked
from storage.contract.exports import ExportFile

MOST_BYTES = 8 * 2**20
"""Of one zip: what every platform takes from a bot."""

_ROOM = 2048  # bytes that a file may add to its data in a zip and in the index


def parted(files: Sequence[ExportFile], most: int = MOST_BYTES) -> list[bytes]:
    """Return zips that hold all files, each with an ``index.json`` of what is in which of them.

    A file that is larger than a zip may be is left out, and the index says so.

    Args:
        files: in their order.
        most: bytes of a zip.
    """
    parts: list[list[ExportFile]] = [[]]
    left_out = [one for one in files if len(one.data) + _ROOM > most - _ROOM]
    size = _ROOM
    for one in files:
        if one in left_out:
            continue
        if parts[-1] and size + len(one.data) + _ROOM > most:
            parts.append([])
            size = _ROOM
        parts[-1].append(one)
        size += len(one.data) + _ROOM
    index = [
        {"file": one.name, "zip": number, **one.about}
        for number, part in enumerate(parts, 1)
        for one in part
    ]
    index += [{"file": one.name, "zip": None, **one.about} for one in left_out]
    return [_zip(part, index) for part in parts]


def _zip(part: Sequence[ExportFile], index: object) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("index.json", json.dumps(index, ensure_ascii=False, indent=1))
        for one in part:
            kind = one.about.get("kind")
            data = marked(one.data, kind) if isinstance(kind, str) else one.data
            archive.writestr(one.name, data)
    return file.getvalue()
