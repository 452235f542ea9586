"""What messages show of sticker packs: made when they are sent, and kept nowhere."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.contact_sheet import sheet
from bot.core.conversation.actions import PackFile
from bot.core.conversation.events import Message
from bot.core.conversation.packing_view import PER_PAGE
from bot.packing import Packed, PackSticker, zipped
from storage import packs
from storage.contract.packs import Pack
from storage.database import Database
from storage.errors import PackGone, PersonGone
from storage.vault import Vault


@dataclass(frozen=True, slots=True)
class PackFiles:
    """Makes them from what a database holds."""

    database: Database
    vault: Vault

    async def filled(self, message: Message, wanted: PackFile | None) -> Message:
        """Return a message with the picture or file that it is to show; without, if that is gone.

        Pictures are read one at a time, and worked on while no transaction waits.
        """
        if wanted is None:
            return message
        try:
            async with self.database.snapshot() as session:
                pack = await packs.read(session, self.vault, wanted.pack)
            if wanted.form == "zip":
                pictures = await self.pictures(pack)
                (file,) = (await asyncio.to_thread(_zipped, pack, pictures)).files
                name = file.name.removesuffix(".zip")
                return replace(message, document=file.data, name=name)
            first, shown = _part(pack, wanted)
            pictures = await self.pictures(shown)
        except (PackGone, PersonGone):
            return message
        if not pictures:
            return message
        return replace(message, picture=await asyncio.to_thread(sheet, pictures, first))

    async def pictures(self, pack: Pack) -> list[bytes]:
        """Return the pictures of a pack's stickers as they were made, in order.

        Raises:
            PackGone: one of them was taken out meanwhile.
        """
        found = []
        for one in pack.stickers:
            async with self.database.snapshot() as session:
                found.append((await packs.picture(session, self.vault, one.id)).data)
        return found


def _zipped(pack: Pack, pictures: Sequence[bytes]) -> Packed:
    named = (
        PackSticker(" ".join(one.keywords) or "sticker", picture, one.emoji[0], one.origin.kind)
        for one, picture in zip(pack.stickers, pictures, strict=True)
    )
    return zipped(pack.title, tuple(named))


def _part(pack: Pack, wanted: PackFile) -> tuple[int, Pack]:
    """Return the number of the first sticker to show, and a pack of those alone."""
    for number, one in enumerate(pack.stickers, 1):
        if one.id == wanted.sticker:
            return number, replace(pack, stickers=(one,))
    first = (wanted.page - 1) * PER_PAGE
    return first + 1, replace(pack, stickers=pack.stickers[first : first + PER_PAGE])
