"""The bot's errors.

BotError
├── CommandError          a person's command cannot be understood; carries the key of its sentence
├── ChatError             a platform refused or failed
│   ├── ChatUnavailable   try again later (5xx, timeouts, rate limits)
│   ├── ChatForbidden     the person blocked us or the channel is closed: stop trying
│   ├── ChatRejected      the platform did not accept what we sent: our fault
│   ├── SetNameTaken      a sticker set of that name exists, or did
│   ├── SetGone           a sticker set, or the sticker in it, is not there
│   ├── SetFull           a sticker set holds as many as it may
│   ├── OwnerUnknown      whose account the set is to hang on has never started us there
│   └── StickerRefused    the platform does not take this sticker
├── StickerTooLarge       a picture cannot be brought under a platform's limit
└── CannotWork            what the work needs is not there; an operator must act
"""


class BotError(Exception):
    """Base of all errors of this package."""


class CommandError(BotError):
    """A command that cannot be understood; ``key`` and ``values`` word it in any language."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


class ChatError(BotError):
    """A chat platform refused or failed."""


class ChatUnavailable(ChatError):
    """The platform is away or limits us; ``retry_after`` seconds if it said so."""

    def __init__(self, message: str = "", retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ChatForbidden(ChatError):
    """The person blocked the bot, or the channel is closed to it."""


class ChatRejected(ChatError):
    """The platform did not accept what was sent."""


class SetNameTaken(ChatError):
    """A sticker set of that name exists, or existed until lately."""


class SetGone(ChatError):
    """The sticker set is not there, or does not hold the sticker."""


class SetFull(ChatError):
    """The sticker set holds as many stickers as it may."""


class OwnerUnknown(ChatError):
    """The person whose account the set is to hang on has never started us there."""


class StickerRefused(ChatError):
    """The platform does not take a sticker as it is."""


class StickerTooLarge(BotError):
    """No encoding brings the picture under the platform's limit."""


class CannotWork(BotError):
    """Models or their device are missing; the message says what an operator can do."""


def place_of(problem: BaseException) -> str:
    """Say what failed and where, without its message: that may quote what must not be logged."""
    trace, line = problem.__traceback__, ""
    while trace is not None:
        line = f" at {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
        trace = trace.tb_next
    return type(problem).__name__ + line
