"""Logs without secrets: whatever is logged, tokens and keys are not in it."""

import logging
import re
import sys
from collections.abc import Iterable

HIDDEN = "[hidden]"
_TELEGRAM_TOKEN = re.compile(r"(?<!\d)\d{6,12}:[A-Za-z0-9_-]{30,}")
_PASSWORD_IN_URL = re.compile(r"(?<=://)([^\s/:@]*):[^\s/@]+@")
_CHATTY = (
    "aiosqlite",
    "alembic",
    "discord",
    "httpcore",
    "httpx",
    "pgqueuer",
    "telegram",
    "uvicorn",
)


class RedactingFormatter(logging.Formatter):
    """Formats records, then hides secrets in the whole text, tracebacks included."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", "%H:%M:%S")
        self._secrets = sorted({secret for secret in secrets if secret}, key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        """Return the line with its secrets hidden."""
        text = super().format(record)
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        text = _TELEGRAM_TOKEN.sub(HIDDEN, text)
        return _PASSWORD_IN_URL.sub(rf"\1:{HIDDEN}@", text)


def set_up(level: int, secrets: Iterable[str]) -> None:
    """Log to stderr from ``level`` on; libraries, of which httpx logs URLs, from WARNING on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(RedactingFormatter(secrets))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
