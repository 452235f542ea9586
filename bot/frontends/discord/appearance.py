"""How our messages look on Discord: content, pictures as attachments, buttons."""

import asyncio
import io
import logging
from dataclasses import dataclass
from typing import Any

import discord

from bot.core.conversation.events import Message
from bot.errors import StickerTooLarge
from bot.stickers import for_attachment, suffix

log = logging.getLogger(__name__)

LONGEST_CONTENT = 2000
LONGEST_ALT = 1024


@dataclass(frozen=True, slots=True)
class Appearance:
    """A message ready to be sent any number of times; ``picture``: file name and bytes."""

    text: str
    message: Message
    picture: tuple[str, bytes] | None

    def fields(self) -> dict[str, Any]:
        """Return what all ways of sending take; an over-long text goes into an embed."""
        long = len(self.text) > LONGEST_CONTENT
        return {
            "content": None if long else self.text,
            "embeds": [discord.Embed(description=self.text)] if long else [],
        }

    def files(self) -> list[discord.File]:
        """Return the picture, described for those who cannot see it."""
        if self.picture is None:
            return []
        name, data = self.picture
        description = self.text[:LONGEST_ALT] or None
        return [discord.File(io.BytesIO(data), name, description=description)]

    def view(self) -> discord.ui.View | None:
        """Return the buttons; nothing waits for them in this process."""
        if not self.message.buttons:
            return None
        view = discord.ui.View(timeout=None)
        for row, buttons in enumerate(self.message.buttons):
            for button in buttons:
                view.add_item(
                    discord.ui.Button(label=button.label[:80], custom_id=button.value, row=row)
                )
        view.stop()  # the library would keep each view forever; ``on_interaction`` finds the button
        return view

    def to_send(self) -> dict[str, Any]:
        """Return arguments of a new message."""
        view = self.view()
        return {**self.fields(), "files": self.files()} | ({"view": view} if view else {})

    def to_edit(self) -> dict[str, Any]:
        """Return arguments that leave nothing of the message before."""
        return {**self.fields(), "attachments": self.files(), "view": self.view()}


def text_on(shown: discord.Message) -> str:
    """Return the text of a message as it stands, wherever ``fields`` put it."""
    return shown.content or next((one.description or "" for one in shown.embeds), "")


async def appearance(message: Message) -> Appearance:
    """Encode a message's picture for Discord."""
    if message.document is not None:
        file = (f"{message.name or 'drawing'}.{suffix(message.document)}", message.document)
        return Appearance(message.text, message, file)
    name = message.name or "sticker"
    if message.sticker is not None:
        try:
            data = await asyncio.to_thread(for_attachment, message.sticker)
        except StickerTooLarge:
            log.warning("A sticker stays above Discord's limit; sent as it is")
            data = message.sticker
        return Appearance(message.text, message, (f"{name}.{suffix(data)}", data))
    picture = None if message.picture is None else (f"{name}.png", message.picture)
    return Appearance(message.text, message, picture)
