"""Several stickers in one file."""

import io
import zipfile

from bot.stickers import suffix


def zipped(stickers: list[tuple[str, bytes]]) -> bytes:
    """Return a ZIP of stickers by their names, each under a name of its own; work for a thread."""
    buffer = io.BytesIO()
    counts: dict[str, int] = {}
    with zipfile.ZipFile(buffer, "w") as file:  # pictures are compressed already
        for name, data in stickers:
            counts[name] = counts.get(name, 0) + 1
            number = f"-{counts[name]}" if counts[name] > 1 else ""
            file.writestr(f"{name}{number}.{suffix(data)}", data)
    return buffer.getvalue()
