"""Asks a platform for one step, and finds out what came of it.

The row of a sticker says that it is on its way before the platform is asked. Where an answer never
came, the set itself is looked at: what is in it and in no row is what had been on its way.
"""

import logging
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncSession

from bot.core.language.texts import Texts
from bot.core.publishing.sets import SetFile, SetSticker, StickerSets
from bot.core.publishing.steps import (
    Add,
    BeginVolume,
    Create,
    Describe,
    Move,
    Replace,
    Retitle,
    Step,
)
from bot.core.publishing.work import StoppedError, Work
from bot.errors import (
    ChatUnavailable,
    SetFull,
    SetGone,
    SetNameTaken,
    StickerRefused,
    StickerTooLarge,
)
from storage import packs, publications
from storage.contract.packs import StepState, Sticker, Upload, Volume
from storage.database import Database
from storage.vault import Vault

log = logging.getLogger(__name__)

NAMES = 20  # that are tried for a set
IDENTICAL = "identical"  # the set holds this picture already, and takes none twice


@dataclass(frozen=True, slots=True)
class Requests:
    """Takes steps on one platform."""

    database: Database
    vault: Vault
    texts: Texts
    sets: StickerSets

    async def take(self, step: Step, work: Work) -> None:
        """Take one step; raises what the platform raises, where that is not the step's own."""
        match step:
            case BeginVolume(number=number):
                name = await self._name_of(work, number)
                await self.database.retry(
                    lambda session: publications.add_volume(
                        session, work.pack.id, self.sets.platform, number, name
                    )
                )
            case Create(volume=volume, sticker=sticker):
                await self._create(volume, sticker, work)
            case Add(volume=volume, sticker=sticker):
                await self._add(volume, sticker, work)
            case Replace(volume=volume, sticker=sticker, upload=upload):
                await self._replace(volume, sticker, upload, work)
            case Describe(sticker=sticker, upload=upload):
                asked = self.sets.describe_in_set(
                    upload.file_id or "", sticker.emoji, sticker.keywords
                )
                if await self._known(upload, asked):
                    version = sticker.words_version
                    await self.database.retry(
                        lambda session: publications.described(session, upload.id, version)
                    )
            case Move(upload=upload, position=position, order=order):
                if await self._known(upload, self.sets.move_in_set(upload.file_id or "", position)):
                    ids = [one.id for one in order]
                    await self.database.retry(lambda session: publications.reorder(session, ids))
            case Retitle(volume=volume):
                await self.sets.retitle_set(volume.name, self._title(work, volume))
                await self._there(volume, work)

    async def _name_of(self, work: Work, number: int) -> str:
        """Return the first name of a volume, at its place."""
        return self.sets.set_name(work.pack.name, number, 0, await self._place(work, number))

    async def _place(self, work: Work, number: int) -> str:
        before = [one.name for one in work.volumes if one.number < number]
        return await self.sets.place(work.taken.chat, work.asker, before)

    def _title(self, work: Work, volume: Volume) -> str:
        if volume.number == 1:
            return work.pack.title
        values = {"title": work.pack.title, "number": volume.number}
        return self.texts.get(work.locale, "pack.volume", **values)

    # --- sets -----------------------------------------------------------------------------------

    async def _create(self, volume: Volume, sticker: Sticker, work: Work) -> None:
        """Make a set, under the first name that is free."""
        given = await self._read(sticker)
        pack, owner = work.pack, work.keeper.external_id
        place = await self._place(work, volume.number)
        names = [self.sets.set_name(pack.name, volume.number, n, place) for n in range(NAMES)]
        first = names.index(volume.name) if volume.name in names else 0
        for name in names[first:]:
            upload = await self._begin_set(volume, name, sticker)
            try:
                await self.sets.create_set(owner, name, self._title(work, volume), pack.kind, given)
            except SetNameTaken:
                if not await self._exists(name):
                    continue
            except (StickerRefused, StickerTooLarge) as problem:
                await self._refused(sticker, upload, problem)
                return
            except SetFull:  # of others' already
                await self._overflow(volume, upload, work)
                return
            except ChatUnavailable as problem:
                if problem.retry_after is not None or not await self._exists(name):
                    raise  # else it was made, although the answer says otherwise
            await self._arrived(replace(volume, name=name), upload)
            await self._there(volume, work)
            return
        raise SetNameTaken("no name is free")

    async def _begin_set(self, volume: Volume, name: str, sticker: Sticker) -> Upload:
        async def work(session: AsyncSession) -> Upload:
            if not await publications.sending_volume(session, volume.id, name):
                raise StoppedError
            return await publications.begin(session, volume.id, sticker, 0)

        return await self.database.retry(work)

    async def _exists(self, name: str) -> bool:
        try:
            return bool(await self.sets.read_set(name))
        except SetGone:
            return False

    async def _there(self, volume: Volume, work: Work) -> None:
        version = work.pack.title_version
        await self.database.retry(
            lambda session: publications.volume_there(session, volume.id, version)
        )

    # --- stickers -------------------------------------------------------------------------------

    async def _add(self, volume: Volume, sticker: Sticker, work: Work) -> None:
        given = await self._read(sticker)
        place = 1 + max((one.position for one in volume.uploads), default=-1)
        upload = await self.database.retry(
            lambda session: publications.begin(session, volume.id, sticker, place)
        )
        owner, kind = work.keeper.external_id, work.pack.kind
        try:
            await self.sets.add_to_set(owner, volume.name, kind, given)
        except (StickerRefused, StickerTooLarge) as problem:
            await self._refused(sticker, upload, problem)
        except SetFull:  # somebody else put stickers in
            await self._overflow(volume, upload, work)
        except SetGone:  # somebody has deleted it: it is made anew
            await self.database.retry(
                lambda session: publications.forget_volume(session, volume.id)
            )
        else:
            await self._arrived(volume, upload)

    async def _overflow(self, volume: Volume, upload: Upload, work: Work) -> None:
        """Begin a further volume for a sticker that found no room."""
        number = len(work.volumes) + 1
        name = await self._name_of(work, number)

        async def further(session: AsyncSession) -> None:
            await publications.forget_upload(session, upload.id)
            if volume.number == number - 1:
                await publications.add_volume(
                    session, work.pack.id, self.sets.platform, number, name
                )

        await self.database.retry(further)

    async def _replace(self, volume: Volume, sticker: Sticker, upload: Upload, work: Work) -> None:
        given = await self._read(sticker)
        place, old = upload.position, upload.file_id or ""
        upload = await self.database.retry(
            lambda session: publications.begin(session, volume.id, sticker, place)
        )
        owner, kind = work.keeper.external_id, work.pack.kind
        try:
            await self.sets.replace_in_set(owner, volume.name, kind, old, given)
        except (StickerRefused, StickerTooLarge) as problem:
            await self._refused(sticker, upload, problem)
        except SetGone:
            await self._forget(upload)
        else:
            await self._arrived(volume, upload)

    async def _known(self, upload: Upload, asked: Awaitable[None]) -> bool:
        """Await a request about a sticker; one that its set has lost is given anew."""
        try:
            await asked
        except SetGone:
            await self._forget(upload)
            return False
        return True

    async def _forget(self, upload: Upload) -> None:
        await self.database.retry(lambda session: publications.forget_upload(session, upload.id))

    async def _refused(self, sticker: Sticker, upload: Upload, problem: Exception) -> None:
        log.warning("a sticker is not taken: %s", type(problem).__name__)
        await self._refuse(sticker.picture_version, upload, type(problem).__name__)

    async def _refuse(self, version: int, upload: Upload, code: str) -> None:
        await self.database.retry(
            lambda session: publications.refuse(session, upload.id, code, version)
        )

    async def _read(self, sticker: Sticker) -> SetSticker:
        async with self.database.snapshot() as session:
            picture = await packs.picture(session, self.vault, sticker.id)
        return SetSticker(picture.data, picture.animated, sticker.emoji, sticker.keywords)

    async def _arrived(self, volume: Volume, upload: Upload) -> None:
        """Learn what a sticker that was just taken is called."""
        try:
            files = await self.sets.read_set(volume.name)
        except SetGone:
            raise ChatUnavailable("a set is not seen yet") from None
        new = unknown(files, volume)
        if new:
            await self._name(upload, new[-1])
        elif upload.file_id is not None:  # replaced by the same picture
            await self._name(upload, SetFile(upload.file_id, upload.file_key or ""))
        else:
            await self._refuse(upload.picture_version, upload, IDENTICAL)

    async def _name(self, upload: Upload, file: SetFile) -> None:
        await self.database.retry(
            lambda session: publications.arrived(session, upload.id, file.id, file.key)
        )

    # --- after a crash --------------------------------------------------------------------------

    async def settle(self, volume: Volume) -> None:
        """Find out what became of everything in a set that was on its way."""
        sending = [one for one in volume.uploads if one.state is StepState.SENDING]
        if not sending and volume.state is not StepState.SENDING:
            return
        files: Sequence[SetFile] = ()
        with suppress(SetGone):
            files = await self.sets.read_set(volume.name)
        present = {file.key for file in files}
        new = unknown(files, volume)

        async def work(session: AsyncSession) -> None:
            left = list(new)
            for upload in sending:
                if left and upload.file_key not in present:
                    file = left.pop(0)
                    await publications.arrived(session, upload.id, file.id, file.key)
                else:
                    await publications.lost(session, upload)
            if volume.state is StepState.SENDING and files:
                await publications.volume_there(session, volume.id, 0)

        await self.database.retry(work)

    # --- what is to go --------------------------------------------------------------------------

    async def take_out(self, volume: Volume) -> None:
        """Take a set down that is to go, or those of its stickers that are; none stays empty."""
        going = [one for one in volume.uploads if one.state is StepState.LEAVING]
        staying = [one for one in volume.uploads if one not in going and one.file_id is not None]
        if volume.state is StepState.LEAVING or not staying:
            with suppress(SetGone):
                await self.sets.delete_set(volume.name)
            await self.database.retry(
                lambda session: publications.forget_volume(session, volume.id)
            )
            return
        new: list[SetFile] = []
        if any(one.file_id is None for one in going):  # its name was never learned
            with suppress(SetGone):
                new = unknown(await self.sets.read_set(volume.name), volume)
        for upload in going:
            file = upload.file_id or (new.pop(0).id if new else None)
            if file is not None:
                with suppress(SetGone):
                    await self.sets.take_from_set(file)
            await self._forget(upload)


def unknown(files: Sequence[SetFile], volume: Volume) -> list[SetFile]:
    """Return what is in a set that no row of it tells of."""
    known = {one.file_key for one in volume.uploads}
    return [file for file in files if file.key not in known]
