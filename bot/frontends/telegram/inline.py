"""Inline mode: who types ``@bot happy`` in any chat is offered their own kept stickers.

Nothing is kept of what they type. Answers are the asker's alone and last for seconds, so that what
was erased is offered no longer. @BotFather turns the mode on (``/setinline``).
"""

import logging

from telegram import InlineQuery, InlineQueryResultCachedSticker, InlineQueryResultsButton
from telegram.constants import InlineQueryLimit
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.core.chat import Listener
from bot.core.conversation.events import Who
from bot.core.language.texts import Texts
from bot.errors import place_of
from bot.frontends.telegram import updates
from storage.kept import Kept

log = logging.getLogger(__name__)

CACHED = 2  # seconds that Telegram may repeat an answer for
PAGE = int(InlineQueryLimit.RESULTS)
START = "stickers"  # what the button's link carries


async def answer(bot: ExtBot[None], texts: Texts, query: InlineQuery, listener: Listener) -> None:
    """Answer a query; one that is too old by then, or cannot be looked up, stays unanswered."""
    person = query.from_user
    who = Who("telegram", str(person.id), person.language_code)
    try:
        offer = await listener.offer(who, query.query)
        files = [(one, file) for one in offer.stickers if (file := _file(one)) is not None]
        start = int(query.offset) if query.offset.isdecimal() else 0
        page = files[start : start + PAGE]
        button = None
        if not offer.any:
            text = texts.get(offer.locale, "inline.none_yet")
            button = InlineQueryResultsButton(text, start_parameter=START)
        await bot.answer_inline_query(
            query.id,
            [InlineQueryResultCachedSticker(one.id.hex, file) for one, file in page],
            cache_time=CACHED,
            is_personal=True,
            next_offset=str(start + PAGE) if len(files) > start + PAGE else "",
            button=button,
        )
    except TelegramError as problem:
        log.info("an inline query stays unanswered: %s", type(problem).__name__)
    except Exception as problem:  # its message may quote what was typed
        log.error("an inline query could not be answered: %s", place_of(problem))


def _file(one: Kept) -> str | None:
    """Return what Telegram calls a sticker in its set, or in a chat where it was shown."""
    shown = (updates.file_of(reference) for reference in reversed(one.references))
    return one.file or next(filter(None, shown), None)
