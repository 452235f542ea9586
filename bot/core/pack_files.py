"""What messages show of sticker packs: made when they are sent, and kept nowhere."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.contact_sheet import sheet
from bot.core.conversation.actions import PackFile
from bot.core.conversation.events import Message
from bot.core.conversation.packing_view import PER_PAGE
from bot.marks import Mark, marked
from bot.packing import (
    Packed,
    PackSticker,
    Part,
    for_signal,
    for_whatsapp,
    signal_folder,
    signal_parts,
    wastickers,
    whatsapp_parts,
    zipped,
)
from storage import packs
from storage.contract.packs import Pack
from storage.database import Database
from storage.errors import PackGone, PersonGone
from storage.vault import Vault

AUTHOR = "Selfmoji"


@dataclass(frozen=True, slots=True)
class PackFiles:
    """Makes them from what a database holds."""

    database: Database
    vault: Vault
    mark: Mark = marked

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
                (file,) = (await self.packed(pack, "webp")).files
                name = file.name.removesuffix(".zip")
                return replace(message, document=file.data, name=name)
            if wanted.form != "sheet":
                return await self._in_form(message, pack, wanted)
            first, shown = _part(pack, wanted)
            pictures = await self.pictures(shown)
        except (PackGone, PersonGone):
            return message
        if not pictures:
            return message
        return replace(message, picture=await asyncio.to_thread(sheet, pictures, first))

    async def _in_form(self, message: Message, pack: Pack, wanted: PackFile) -> Message:
        """Return a message with a file of a pack as another app takes it."""
        found = parts(pack, wanted.form)[wanted.page - 1 :][:1]
        for part in found:
            some = replace(pack, stickers=tuple(pack.stickers[at] for at in part.at))
            named = _named(some, await self.pictures(some))
            make = wastickers if wanted.form == "whatsapp" else signal_folder
            file = await asyncio.to_thread(make, part.title, AUTHOR, named)
            return replace(message, document=file.data, name=file.name.rpartition(".")[0])
        return message

    async def packed(self, pack: Pack, form: str) -> Packed:
        """Return a pack as files: a zip of "webp" or "png", or for "whatsapp" or "signal".

        Raises:
            PackGone, PersonGone: it was deleted or taken apart meanwhile.
            StickerTooLarge: no encoding of one is small enough.
        """
        pictures = await self.pictures(pack)
        return await asyncio.to_thread(_packed, pack, pictures, form, self.mark)

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


def parts(pack: Pack, form: str) -> tuple[Part, ...]:
    """Return the files that a pack makes for an app, "whatsapp" or "signal"."""
    if form == "whatsapp":
        return whatsapp_parts(pack.title, [one.animated for one in pack.stickers])
    return signal_parts(pack.title, len(pack.stickers))


def _named(pack: Pack, pictures: Sequence[bytes]) -> tuple[PackSticker, ...]:
    return tuple(
        PackSticker(" ".join(one.keywords) or "sticker", picture, one.emoji[0], one.origin.kind)
        for one, picture in zip(pack.stickers, pictures, strict=True)
    )


def _packed(pack: Pack, pictures: Sequence[bytes], form: str, mark: Mark) -> Packed:
    named = _named(pack, pictures)
    match form:
        case "whatsapp":
            return for_whatsapp(pack.title, AUTHOR, named)
        case "signal":
            return for_signal(pack.title, AUTHOR, named)
        case _:
            return zipped(pack.title, named, form, mark)


def _part(pack: Pack, wanted: PackFile) -> tuple[int, Pack]:
    """Return the number of the first sticker to show, and a pack of those alone."""
    for number, one in enumerate(pack.stickers, 1):
        if one.id == wanted.sticker:
            return number, replace(pack, stickers=(one,))
    first = (wanted.page - 1) * PER_PAGE
    return first + 1, replace(pack, stickers=pack.stickers[first : first + PER_PAGE])
