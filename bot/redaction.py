"""Logs without secrets: whatever is logged, tokens and keys are not in it."""

import copy
import json
import logging
import re
import sys
import traceback
from collections.abc import Iterable
from datetime import UTC, datetime
from types import TracebackType

from storage.contract.tracing import JOB

HIDDEN = "[hidden]"
_TELEGRAM_TOKEN = re.compile(r"(?<!\d)\d{6,12}:[A-Za-z0-9_-]{30,}")
_PASSWORD_IN_URL = re.compile(r"(?<=://)([^\s/:@]*):[^\s/@]+@")
_Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
OURS = frozenset({"bot", "inference", "selfmoji", "storage"})
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
    """Formats records without secrets, and without what people wrote or rows keep.

    Of exceptions it tells the type and the way they came, never the message: a database quotes the
    row that offended it, a parser the text. Lines of libraries are told by their template alone.
    """

    def __init__(self, secrets: Iterable[str] = (), *, as_json: bool = False) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", "%H:%M:%S")
        self._as_json = as_json
        self._secrets = sorted({secret for secret in secrets if secret}, key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        """Return the line with its secrets hidden."""
        if record.name.partition(".")[0] not in OURS:
            record = _template_of(record)
        record.exc_text = None  # another handler may have formatted it with its message
        text = self._line(record) if self._as_json else super().format(record) + _about()
        record.exc_text = None
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        text = _TELEGRAM_TOKEN.sub(HIDDEN, text)
        return _PASSWORD_IN_URL.sub(rf"\1:{HIDDEN}@", text)

    def _line(self, record: logging.LogRecord) -> str:
        job = JOB.get()
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **({"job": str(job)} if job is not None else {}),
            **({"raised": self.formatException(record.exc_info)} if record.exc_info else {}),
        }
        return json.dumps(line, ensure_ascii=False)

    def formatException(self, ei: _Raised) -> str:  # noqa: N802  the library's name
        """Return what was raised and where, cause by cause."""
        lines: list[str] = []
        problem = ei[1]
        while problem is not None:
            lines.append(f"  {type(problem).__module__}.{type(problem).__qualname__}")
            lines += [
                f"    at {frame.f_code.co_filename}:{line} in {frame.f_code.co_name}"
                for frame, line in traceback.walk_tb(problem.__traceback__)
            ]
            hidden = None if problem.__suppress_context__ else problem.__context__
            problem = problem.__cause__ or hidden
        return "\n".join(lines)


def _about() -> str:
    job = JOB.get()
    return "" if job is None else f" (job {job})"


def _template_of(record: logging.LogRecord) -> logging.LogRecord:
    """Return a library's record without what it put into its message."""
    told = copy.copy(record)
    if not record.args:  # it may have been put together before it came here
        told.msg = f"(a line of {record.module}:{record.lineno})"
    told.args = ()
    return told


def set_up(level: int, secrets: Iterable[str], *, as_json: bool = False) -> None:
    """Log to stderr from ``level`` on; libraries, of which httpx logs URLs, from WARNING on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(RedactingFormatter(secrets, as_json=as_json))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
