"""Discord's errors, mapped once.

DiscordException
├── HTTPException              -> ChatRejected     what we sent is not acceptable
│   ├── Forbidden              -> ChatForbidden    blocked, thrown out, or without permission
│   ├── NotFound               -> ChatForbidden    the channel is gone
│   └── DiscordServerError     -> ChatUnavailable  5xx, after the library's own attempts
├── RateLimited                -> ChatUnavailable  with ``retry_after``
├── GatewayNotFound            -> ChatUnavailable
└── ClientException            -> ChatRejected     the library refused
    ├── ConnectionClosed       -> ChatUnavailable
    ├── InvalidData            -> ChatUnavailable  Discord answered what the library cannot read
    ├── LoginFailure           -> ChatForbidden    Discord does not know the token
    ├── PrivilegedIntentsRequired -> ChatForbidden the portal has to allow what we listen to
    ├── InteractionResponded, MissingApplicationID -> ChatRejected
    └── (voice: FFmpegProcessError)                -> ChatRejected
aiohttp.ClientError, OSError, TimeoutError         -> ChatUnavailable
"""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

import aiohttp
import discord
from discord import errors

from bot.errors import ChatError, ChatForbidden, ChatRejected, ChatUnavailable

MAPPED: dict[type[Exception], type[ChatError]] = {
    errors.DiscordException: ChatRejected,
    errors.HTTPException: ChatRejected,
    errors.Forbidden: ChatForbidden,
    errors.NotFound: ChatForbidden,
    errors.DiscordServerError: ChatUnavailable,
    errors.RateLimited: ChatUnavailable,
    errors.GatewayNotFound: ChatUnavailable,
    errors.ClientException: ChatRejected,
    errors.ConnectionClosed: ChatUnavailable,
    errors.InvalidData: ChatUnavailable,
    errors.LoginFailure: ChatForbidden,
    errors.PrivilegedIntentsRequired: ChatForbidden,
    errors.InteractionResponded: ChatRejected,
    errors.MissingApplicationID: ChatRejected,
    errors.FFmpegProcessError: ChatRejected,
    aiohttp.ClientError: ChatUnavailable,
    OSError: ChatUnavailable,
    TimeoutError: ChatUnavailable,
}

TRANSPORT = (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError)
"""What the library lets out of a request."""


def translate(problem: Exception) -> ChatError:
    """Return the bot's error for one of Discord's or of the connection to it."""
    if isinstance(problem, discord.LoginFailure):
        return ChatForbidden("Discord does not know this token")
    if isinstance(problem, discord.RateLimited):
        return ChatUnavailable(str(problem), problem.retry_after)
    if (
        isinstance(problem, discord.HTTPException)
        and problem.status == HTTPStatus.TOO_MANY_REQUESTS
    ):
        return ChatUnavailable(str(problem))  # the library gave up on the pauses it was told
    if (
        isinstance(problem, discord.HTTPException)
        and problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    ):
        return ChatUnavailable(str(problem))  # what serves files has no kind of its own for it
    mapped = next(MAPPED[kind] for kind in type(problem).__mro__ if kind in MAPPED)
    return mapped(f"{type(problem).__name__}: {problem}")


@contextmanager
def translated() -> Iterator[None]:
    """Let only ``bot.errors`` out of the block."""
    try:
        yield
    except TRANSPORT as problem:
        raise translate(problem) from problem
