"""Keeps each group's pack what its members bring.

``fit`` compares what a pack is to hold with what it holds and what is being made: it takes out the
rest and has some of what is missing made. The end of each of these jobs calls it again. So the pack
gets there whatever comes in between: somebody else who joins, somebody who leaves, a kill.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.core.conversation import emojis
from bot.core.conversation.group_stickers import Wanted, wanted
from bot.core.group_cards import Cards, Changes
from bot.core.group_publishing import GroupPublishing
from bot.stickers import moves
from storage import jobs, makings, members, packs, people, takedowns
from storage.contract.jobs import Done, NewJob, Outcome
from storage.contract.packs import Making, NewSticker, Pack
from storage.contract.packs import Origin as MadeBy
from storage.errors import PackGone
from storage.jobs import Bounds
from storage.models import PackStickerRow
from storage.vault import Vault

AT_ONCE = 4
"""Stickers that are made for a pack at the same time, of each account."""


@dataclass(frozen=True, slots=True)
class Fitting:
    """Does it within a transaction; what is left to do after that goes into ``changes``."""

    session: AsyncSession
    vault: Vault
    bounds: Bounds
    cards: Cards
    publishing: GroupPublishing
    changes: Changes

    async def fit(self, pack_id: UUID) -> None:
        """Take out of a pack what its members do not bring, and have some of the rest made."""
        pack = await self._in_turn(pack_id)
        want = await self._wanted(pack_id)
        ids = {one.id for one in want}
        there = {one.id for one in pack.stickers}
        if there - ids:
            which = PackStickerRow.pack_id == pack_id
            await takedowns.erase_stickers(self.session, which & PackStickerRow.id.not_in(ids))
        under_way = await makings.of_pack(self.session, pack_id)
        await self._forget_jobs([one for one in under_way if one.sticker_id not in ids])
        known = there | {one.sticker_id for one in under_way}
        busy = [one.person_id for one in under_way if one.unfinished and one.sticker_id in ids]
        for one in want:
            account = _account_of(one, pack)
            if one.id not in known and busy.count(account) < AT_ONCE:
                try:
                    await self._make(pack, one, account)
                except jobs.Busy:
                    return
                busy.append(account)

    async def _in_turn(self, pack_id: UUID) -> Pack:
        """Return a pack as it is once nobody else is at work on it.

        Raises:
            PackGone: it is not there any more.
        """
        pack = await packs.read(self.session, self.vault, pack_id)
        await people.take_turn(self.session, pack.owner)
        return await packs.read(self.session, self.vault, pack_id)

    async def _wanted(self, pack_id: UUID) -> tuple[Wanted, ...]:
        return wanted(pack_id, await members.brought(self.session, self.vault, pack_id))

    async def _make(self, pack: Pack, one: Wanted, account: UUID) -> None:
        owner = await people.read(self.session, pack.owner)
        new = NewJob(
            person_id=account,
            photo_id=None,
            kind=one.request.kind,
            settings=one.request.settings,
            platform=owner.platform,
            chat=await self.publishing.home(pack.id, owner.id),
            avatar=one.avatar,
        )
        job = await jobs.add(self.session, new, self.bounds, self.vault)
        await makings.add(self.session, job.id, pack.id, one.id)
        self.changes.jobs.append((job, one.request))

    async def _forget_jobs(self, stale: Sequence[Making]) -> None:
        for one in stale:
            if await jobs.cancel(self.session, one.job_id):
                self.changes.cancelled.append(one.job_id)
        await makings.forget(self.session, [one.job_id for one in stale])

    async def made(self, making: Making, outcome: Outcome) -> None:
        """Put a sticker that was made where it belongs, if it still is wanted; have others made."""
        try:
            pack = await self._in_turn(making.pack_id)
        except PackGone:
            await makings.forget(self.session, [making.job_id])
            return
        want = await self._wanted(pack.id)
        one = next((one for one in want if one.id == making.sticker_id), None)
        if one is not None and isinstance(outcome, Done):
            await self._put(pack, want, one, outcome.picture)
        await makings.spend(self.session, making.job_id)
        await self.fit(pack.id)
        await self.publishing.publish(await packs.read(self.session, self.vault, pack.id))
        if not any(one.unfinished for one in await makings.of_pack(self.session, pack.id)):
            await self.cards.refresh(pack.id)

    async def _put(self, pack: Pack, want: tuple[Wanted, ...], one: Wanted, picture: bytes) -> None:
        request = one.request
        settings = tuple({"name": each.name, "amount": each.amount} for each in request.settings)
        made_by = MadeBy(request.kind, settings)
        known, words = emojis.of(request), emojis.keywords(request)
        account = _account_of(one, pack)
        new = NewSticker(account, picture, moves(picture), made_by, known, words, one.of)
        await packs.add(self.session, self.vault, pack.id, new, one.id)
        order = [each.id for each in want]
        before = set(order[: order.index(one.id)])
        at = sum(each.id in before for each in pack.stickers)
        if at < len(pack.stickers):
            await packs.move(self.session, one.id, at)

    async def left_behind(self, pack_ids: list[UUID]) -> None:
        """Let packs be without a person who was forgotten; one without anybody goes."""
        for pack_id in pack_ids:
            try:
                pack = await packs.read(self.session, self.vault, pack_id)
            except PackGone:
                continue
            if pack.keeper is None and not await members.of_pack(self.session, pack_id):
                await self.delete(pack)
                continue
            await self.fit(pack_id)
            await self.cards.refresh(pack_id)

    async def delete(self, pack: Pack) -> None:
        """Erase a pack with what is being made for it."""
        await self._forget_jobs(await makings.of_pack(self.session, pack.id))
        await packs.delete(self.session, pack.id)


def _account_of(one: Wanted, pack: Pack) -> UUID:
    """Return the account that brings a sticker: who alone is on it, else the group."""
    return one.of[0] if len(one.of) == 1 else pack.owner
