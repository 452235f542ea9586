"""Our messages as Telegram takes them: texts, pictures and stickers with buttons below."""

import asyncio
import logging
from contextlib import suppress

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    InputMediaPhoto,
)
from telegram.error import BadRequest
from telegram.ext import ExtBot

from bot.core.conversation.events import Message
from bot.errors import StickerTooLarge
from bot.frontends.telegram import updates
from bot.stickers import for_telegram, suffix

log = logging.getLogger(__name__)


class GoneError(Exception):
    """A message that was to be changed is no longer there."""


class Messages:
    """Sends, changes and removes messages; raises the library's own errors."""

    def __init__(self, bot: ExtBot[None]) -> None:
        self._bot = bot

    async def send(self, at: int, topic: int | None, message: Message) -> str:
        """Show a message; return its reference."""
        keyboard = _keyboard(message)
        form = form_of(message)
        if form == "sticker" and message.sticker is not None:
            try:
                sticker = await asyncio.to_thread(for_telegram, message.sticker)
            except StickerTooLarge:
                log.warning("A sticker stays above Telegram's limit; sent as a picture")
                picture = Message(message.text, message.buttons, picture=message.sticker)
                return await self.send(at, topic, picture)
            shown = await self._bot.send_sticker(
                at,
                InputFile(sticker, filename=f"sticker.{suffix(sticker)}", attach=False),
                emoji="🙂",
                reply_markup=keyboard,
                message_thread_id=topic,
            )
        elif form == "document" and message.document is not None:
            shown = await self._bot.send_document(
                at,
                InputFile(
                    message.document,
                    filename=f"{message.name or 'drawing'}.{suffix(message.document)}",
                ),
                caption=message.text or None,
                reply_markup=keyboard,
                message_thread_id=topic,
            )
        elif form == "picture" and message.picture is not None:
            shown = await self._bot.send_photo(
                at,
                InputFile(message.picture, filename="picture.png"),
                caption=message.text or None,
                reply_markup=keyboard,
                message_thread_id=topic,
            )
        else:
            shown = await self._bot.send_message(
                at, message.text, reply_markup=keyboard, message_thread_id=topic
            )
        reference = updates.message_reference(shown)
        if shown.sticker is not None:  # so that it can be offered without sending it anew
            return f"{reference}:{shown.sticker.file_id}"
        return reference

    async def remove(self, at: int, number: int) -> None:
        """Take a message away, if it is still there."""
        with suppress(BadRequest):  # already gone, or too old to be deleted
            await self._bot.delete_message(at, number)

    async def change(self, at: int, number: int, message: Message) -> None:
        """Change a shown text or picture in place.

        Raises:
            GoneError: it is no longer there, or was never ours.
        """
        keyboard = _keyboard(message)
        try:
            if message.picture is not None:
                media = InputMediaPhoto(
                    InputFile(message.picture, filename="picture.png", attach=True),
                    caption=message.text or None,
                )
                await self._bot.edit_message_media(media, at, number, reply_markup=keyboard)
            else:
                await self._bot.edit_message_text(message.text, at, number, reply_markup=keyboard)
        except BadRequest as refusal:
            if "message is not modified" in refusal.message.lower():
                return
            if "message to edit not found" in refusal.message.lower() or (
                "message can't be edited" in refusal.message.lower()
            ):
                raise GoneError from refusal
            raise


def form_of(message: Message) -> str:
    """Return what a message will be: "text", "picture", "document" or "sticker"."""
    if message.sticker is not None:
        return "sticker"
    if message.document is not None:
        return "document"
    return "picture" if message.picture is not None else "text"


def _keyboard(message: Message) -> InlineKeyboardMarkup | None:
    if not message.buttons:
        return None
    return InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(button.label, callback_data=button.value) for button in row]
            for row in message.buttons
        ]
    )
