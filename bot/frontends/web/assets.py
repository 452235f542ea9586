"""The page's own files, each with what names its version."""

import hashlib
import mimetypes
from importlib import resources

_SUFFIXES = (".js", ".css", ".svg", ".webp", ".webmanifest", ".json")


def assets() -> dict[str, tuple[bytes, str, str]]:
    """Return each file by its name: bytes, media type and ETag."""
    found = {}
    for file in resources.files("bot.frontends.web.page").iterdir():
        if file.name.endswith(_SUFFIXES):
            body = file.read_bytes()
            kind = "text/javascript" if file.name.endswith(".js") else None
            media_type = kind or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            found[file.name] = (body, media_type, f'"{hashlib.sha256(body).hexdigest()[:24]}"')
    return found
