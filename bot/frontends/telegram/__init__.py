"""The Telegram front end: ``TelegramChat`` over python-telegram-bot."""

import os

# RetryAfter.retry_after as a timedelta, as in the library's next version, without its warning
os.environ.setdefault("PTB_TIMEDELTA", "true")

from bot.frontends.telegram.chat import TelegramChat

__all__ = ["TelegramChat"]
