"""Telegram's errors, mapped once.

TelegramError
├── Forbidden                -> ChatForbidden     blocked by the person, or thrown out of the group
├── RetryAfter               -> ChatUnavailable   with ``retry_after``
├── NetworkError             -> ChatUnavailable   5xx, no connection
│   ├── TimedOut             -> ChatUnavailable
│   └── BadRequest           -> ChatRejected      what we sent is not acceptable
├── Conflict                 -> ChatUnavailable   another process polls with the same token
├── ChatMigrated             -> ChatRejected      answered by ``chat`` before it comes here
├── InvalidToken             -> ChatForbidden     without the text, which may quote the token
├── EndPointNotFound         -> ChatRejected
└── PassportDecryptionError  -> ChatRejected
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from telegram import error

from bot.errors import ChatError, ChatForbidden, ChatRejected, ChatUnavailable

MAPPED: dict[type[error.TelegramError], type[ChatError]] = {
    error.Forbidden: ChatForbidden,
    error.RetryAfter: ChatUnavailable,
    error.NetworkError: ChatUnavailable,
    error.TimedOut: ChatUnavailable,
    error.BadRequest: ChatRejected,
    error.Conflict: ChatUnavailable,
    error.ChatMigrated: ChatRejected,
    error.InvalidToken: ChatForbidden,
    error.EndPointNotFound: ChatRejected,
    error.PassportDecryptionError: ChatRejected,
    error.TelegramError: ChatUnavailable,  # raised bare for an answer that is not JSON
}


def translate(problem: error.TelegramError) -> ChatError:
    """Return the bot's error for one of Telegram's."""
    if isinstance(problem, error.RetryAfter):
        return ChatUnavailable(str(problem), seconds_to_wait(problem))
    if isinstance(problem, error.InvalidToken):
        return ChatForbidden("Telegram does not know this token")
    mapped = next(MAPPED[kind] for kind in type(problem).__mro__ if kind in MAPPED)
    return mapped(str(problem))


@contextmanager
def translated() -> Iterator[None]:
    """Let only ``bot.errors`` out of the block."""
    try:
        yield
    except error.InvalidToken as problem:
        raise translate(problem) from None  # a chained traceback would quote the token
    except error.TelegramError as problem:
        raise translate(problem) from problem


def seconds_to_wait(problem: error.RetryAfter) -> float:
    """Return the pause that Telegram asks for, in seconds."""
    pause = problem.retry_after  # a timedelta by the switch in this package's __init__
    return pause.total_seconds() if isinstance(pause, timedelta) else float(pause)
