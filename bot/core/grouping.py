"""Carries out what is decided about groups' packs, and keeps each what its members bring.

``fit`` compares what a pack is to hold with what it holds and what is being made: it takes out the
rest and has some of what is missing made. The end of each of these jobs calls it again. So the pack
gets there whatever comes in between: somebody else who joins, somebody who leaves, a kill.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.core.conversation import emojis, group_view, grouping
from bot.core.conversation.actions import Choice, PackFile, Say
from bot.core.conversation.events import Origin
from bot.core.conversation.group_actions import OF_ADMINS, InGroup, Verb
from bot.core.conversation.group_stickers import Wanted, wanted
from bot.core.conversation.group_view import Look
from bot.core.conversation.lineup import clean
from bot.core.conversation.state import State
from bot.core.language.meanings import Request
from bot.core.language.wording import Wording
from bot.core.packing import PUBLISHING, START_FIRST
from bot.stickers import moves
from storage import (
    avatars,
    cards,
    consents,
    groups,
    jobs,
    makings,
    members,
    packs,
    people,
    publications,
    takedowns,
)
from storage.contract.avatars import AvatarSpec
from storage.contract.jobs import Done, Job, NewJob, Outcome
from storage.contract.packs import Card, Making, NewSticker, Pack
from storage.contract.packs import Origin as MadeBy
from storage.errors import NotTheirs, PackFull, PackGone
from storage.jobs import Bounds
from storage.models import PackStickerRow
from storage.people import Person
from storage.vault import Vault

AT_ONCE = 4
"""Stickers that are made for a pack at the same time, of each account."""

PAGES = frozenset({"web"})
"""Platforms where nobody is together in a chat: there a room has a link instead."""


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence in a language. ``card``: the pack whose card it is, if it is one."""

    say: Say
    locale: str
    card: UUID | None = None


@dataclass(slots=True)
class Changes:
    """What is left to do after the rows: to say, to enqueue, to cancel, to show anew."""

    told: list[Told] = field(default_factory=list)
    jobs: list[tuple[Job, Request]] = field(default_factory=list)
    cancelled: list[UUID] = field(default_factory=list)
    cards: list[tuple[Card, Told]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Grouping:
    """Does it for one person in one chat, within a transaction."""

    session: AsyncSession
    vault: Vault
    wording: Wording
    bounds: Bounds
    person: Person
    chat: str
    locale: str
    changes: Changes = field(default_factory=Changes)

    async def perform(self, action: InGroup, state: State) -> State:
        """Do it; return the state after it."""
        try:
            return await self._perform(action, state)
        except PackGone:
            self._say(Say("shared.gone"))
        except PackFull as problem:
            self._say(Say("shared.full", {"count": problem.most}))
        return state

    async def _perform(self, action: InGroup, state: State) -> State:
        match action.verb:
            case Verb.BEGIN | Verb.NEW_ROOM:
                await self._begin(action)
                return state
            case Verb.LEAVE:
                await self._leave(action)
                return state
        pack = await self._pack(action)
        if action.verb in OF_ADMINS and not (action.origin.admin or pack.keeper == self.person.id):
            self._say(Say("shared.only_admins"))
            return state
        match action.verb:
            case Verb.SHOW:
                await self._card(pack, action)
            case Verb.JOIN:
                await self._join(pack, action)
            case Verb.BRING:
                await self._bring(pack)
            case Verb.BIRTHDAY:
                await self._member(await members.wish(self.session, pack.id, self.person.id), pack)
            case Verb.KEEP:
                await self._keep(pack)
            case Verb.AGAIN:
                await self._publish(pack, again=True)
            case Verb.ZIP:
                values = {"title": pack.title, "count": len(pack.stickers)}
                self._say(Say("pack.file", values, pack=PackFile(pack.id, "zip")))
            case Verb.MANAGE:
                self._say(group_view.manage(pack))
            case Verb.RENAME:
                self._say(Say("shared.which_title"))
                return grouping.asked_title(state, pack.id)
            case Verb.TITLE:
                await packs.rename(self.session, self.vault, pack.id, action.words)
                self._say(Say("shared.renamed", {"title": action.words}))
                await self._refresh(pack.id)
            case Verb.DELETE:
                self._say(group_view.delete_question(pack, action.message))
            case Verb.GONE:
                await self._delete(pack)
                self._say(Say("shared.deleted", {"title": pack.title}, replaces=action.message))
        return state

    # --- which pack -----------------------------------------------------------------------------

    async def _begin(self, action: InGroup) -> None:
        """Show the pack of the group or the room, begun where there is none."""
        origin = action.origin
        account, title = None, self.wording.texts.get(self.locale, "shared.title")
        if origin.group is not None:
            title = clean(origin.group.name) or title
            account = await self._account(origin)
        elif self.person.platform in PAGES:
            account = await self._room(action)
            if account is None:
                self._say(Say("shared.no_room"))
                return
            await groups.settle(self.session, self.vault, account.id, origin.home)
        else:
            self._say(Say("shared.only_in_groups", {"example": "/pack group"}))
            return
        pack, _ = await groups.shared_pack(
            self.session, self.vault, account.id, self.person.id, title
        )
        await self._card(pack, action)

    async def _account(self, origin: Origin) -> Person:
        group = "" if origin.group is None else origin.group.id
        return await groups.account(
            self.session, self.vault, self.person.platform, group, self.locale
        )

    async def _room(self, action: InGroup) -> Person | None:
        """Return the account of the room that a code names, or of the person's own room."""
        platform = self.person.platform
        if action.words:
            return await groups.room(self.session, platform, action.words)
        if action.verb is not Verb.NEW_ROOM:
            for pack in await self._packs():
                return await people.read(self.session, pack.owner)
        return await groups.new_room(self.session, self.vault, platform, self.locale)

    async def _packs(self) -> list[Pack]:
        """Return the packs that the person is in, the newest consent first."""
        return [
            await packs.read(self.session, self.vault, one.pack_id)
            for one in await members.of_person(self.session, self.person.id)
            if one.withdrawn is None
        ]

    async def _pack(self, action: InGroup) -> Pack:
        """Return the pack that an action names, where the group is that it belongs to.

        Raises:
            PackGone: it is not there any more, or not there.
        """
        if action.pack is None:
            raise PackGone("none is named")
        pack = await packs.read(self.session, self.vault, action.pack)
        owner = await people.read(self.session, pack.owner)
        group = action.origin.group
        here = "" if group is None else groups.external_id(group.id)
        away = owner.external_id != here and self.person.platform not in PAGES
        if away or owner.platform != self.person.platform:
            raise PackGone("it is another group's")
        return pack

    # --- members --------------------------------------------------------------------------------

    async def _join(self, pack: Pack, action: InGroup) -> None:
        session, person = self.session, self.person
        await groups.join(session, pack.id, person.id, grouping.WORDING)
        name = clean(action.origin.who.name)
        await members.call(session, self.vault, pack.id, person.id, name)
        mine, newest = await self._own(pack.id), await self._newest()
        if mine is None and newest is not None:
            await members.bring(session, self.vault, pack.id, person.id, newest)
        await self.fit(pack.id)
        await self._card(pack, action)
        if mine is None and newest is None:
            self._say(_ask_for_selfie(action.origin, name))
        await self._refresh(pack.id, but=self.chat)

    async def _own(self, pack_id: UUID) -> AvatarSpec | None:
        brought = await members.brought(self.session, self.vault, pack_id)
        return next((one.avatar for one in brought if one.person_id == self.person.id), None)

    async def _newest(self) -> AvatarSpec | None:
        """Return the person's current avatar, but none of a photo that shows somebody else."""
        for one in await avatars.of_person(self.session, self.vault, self.person.id):
            if set(await consents.shown_on(self.session, one.id)) <= {self.person.id}:
                return one.spec
        return None

    async def _bring(self, pack: Pack) -> None:
        avatar = await self._newest()
        if avatar is None:
            self._say(Say("shared.no_avatar"))
            return
        there = await members.bring(self.session, self.vault, pack.id, self.person.id, avatar)
        await self._member(there, pack)

    async def _member(self, there: bool, pack: Pack) -> None:
        """Go on with what a member wished for; say how one becomes a member."""
        if not there:
            self._say(Say("shared.not_in_it"))
            return
        await self.fit(pack.id)
        await self._refresh(pack.id)

    async def brought(self, avatar: AvatarSpec, job_id: UUID) -> None:
        """Let packs that wait for the person's avatar have one that was just made of a photo."""
        waiting = await members.waiting(self.session, self.person.id)
        if not waiting or set(await consents.shown_on(self.session, job_id)) - {self.person.id}:
            return
        for pack_id in waiting:
            await members.bring(self.session, self.vault, pack_id, self.person.id, avatar)
            await self.fit(pack_id)
            await self._refresh(pack_id)

    async def _leave(self, action: InGroup) -> None:
        """Take the person out of a pack; where several may be meant, ask which."""
        mine = await self._packs()
        wanted_id = action.pack
        if wanted_id is None and action.origin.group is not None:
            account = await self._account(action.origin)
            wanted_id = next((one.id for one in mine if one.owner == account.id), None)
        if wanted_id is None and len(mine) == 1 and action.origin.group is None:
            wanted_id = mine[0].id
        pack = next((one for one in mine if one.id == wanted_id), None)
        if pack is not None:
            await self._left(pack, action)
        elif not mine or action.pack is not None or action.origin.group is not None:
            self._say(Say("shared.in_none" if action.pack is None else "shared.not_in_it"))
        else:
            rows = tuple(
                (Choice("shared_button.leave_named", f"group:leave:{one.id.hex}",
                        {"title": one.title}),)
                for one in mine
            )  # fmt: skip
            self._say(Say("shared.in_these", choices=rows))

    async def _left(self, pack: Pack, action: InGroup) -> None:
        _, went = await groups.leave(self.session, pack.id, self.person.id)
        await self.fit(pack.id)
        own = [one for one in await cards.of_pack(self.session, pack.id) if one.chat == self.chat]
        if own and action.message is not None:
            await self._card(pack, action)
        await self._refresh(pack.id, but=self.chat if action.message is not None else "")
        await cards.forget(self.session, pack.id, self.person.id)
        self._say(Say("shared.left", {"title": pack.title, "count": went}))

    # --- the account it hangs on ----------------------------------------------------------------

    async def _keep(self, pack: Pack) -> None:
        try:
            await groups.take_over(self.session, pack.id, self.person.id, START_FIRST)
        except NotTheirs:
            there = await members.of_pack(self.session, pack.id)
            member = any(one.person_id == self.person.id for one in there)
            self._say(Say("shared.kept_already" if member else "shared.not_in_it"))
            return
        self._say(Say("shared.kept", {"title": pack.title}))
        await self._publish(pack, again=True)

    async def _publish(self, pack: Pack, *, again: bool = False) -> None:
        """Have a pack brought to its platform, where that has packs, and told of in its group."""
        owner = await people.read(self.session, pack.owner)
        if owner.platform not in PUBLISHING or not pack.stickers:
            return
        there = await publications.of_pack(self.session, pack.id)
        if again or not there:
            home = await self._home(pack)
            await publications.want(self.session, pack.id, owner.platform, owner.id, home)

    async def _home(self, pack: Pack) -> str:
        """Return the group's own chat, "" for a room."""
        shown = await cards.of_pack(self.session, pack.id)
        return next((one.chat for one in shown if one.person_id == pack.owner), "")

    async def _delete(self, pack: Pack) -> None:
        await self._forget_jobs(await makings.of_pack(self.session, pack.id))
        await packs.delete(self.session, pack.id)

    # --- keeping a pack what it is to be --------------------------------------------------------

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
            chat=await self._home(pack),
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
        await self._publish(await packs.read(self.session, self.vault, pack.id))
        if not any(one.unfinished for one in await makings.of_pack(self.session, pack.id)):
            await self._refresh(pack.id)

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
                await self._delete(pack)
                continue
            await self.fit(pack_id)
            await self._refresh(pack_id)

    # --- telling --------------------------------------------------------------------------------

    def _say(self, say: Say) -> None:
        self.changes.told.append(Told(say, self.locale))

    async def _card(self, pack: Pack, action: InGroup) -> None:
        """Show a pack's card in this chat, in the place of the message that was pressed."""
        grouped = action.origin.group is not None
        whose = pack.owner if grouped else self.person.id
        await cards.shown(self.session, pack.id, whose, self.chat, action.message)
        self.changes.told.append(await self._worded(pack.id, whose, action.message))

    async def _refresh(self, pack_id: UUID, but: str = "") -> None:
        """Show a pack's cards anew, but in one chat."""
        for card in await cards.of_pack(self.session, pack_id):
            if card.chat != but:
                told = await self._worded(pack_id, card.person_id, card.reference)
                self.changes.cards.append((card, told))

    async def _worded(self, pack_id: UUID, whose: UUID, replaces: str | None) -> Told:
        """Return a pack's card, in the language of whose chat it is."""
        pack = await packs.read(self.session, self.vault, pack_id)
        owner = await people.read(self.session, pack.owner)
        reader = await people.read(self.session, whose)
        sets = await publications.set_names(self.session, [pack_id], owner.platform)
        look = Look(
            await members.brought(self.session, self.vault, pack_id),
            sets.get(pack_id, ()),
            sum(one.unfinished for one in await makings.of_pack(self.session, pack_id)),
            await groups.link_of(self.session, self.vault, owner.id),
        )
        locale = self.wording.texts.negotiate(reader.locale or self.locale)
        return Told(group_view.card(pack, look, replaces), locale, pack_id)


def _account_of(one: Wanted, pack: Pack) -> UUID:
    """Return the account that brings a sticker: who alone is on it, else the group."""
    return one.of[0] if len(one.of) == 1 else pack.owner


def _ask_for_selfie(origin: Origin, name: str) -> Say:
    if origin.private:
        return Say("shared.send_selfie_here")
    if origin.home:
        return Say("shared.send_selfie", {"name": name, "link": f"{origin.home}?start=group"})
    return Say("shared.send_selfie_answer", {"name": name})


async def packs_of(session: AsyncSession, person_id: UUID) -> list[UUID]:
    """Return the packs of groups that a person is in."""
    there = await members.of_person(session, person_id)
    return [one.pack_id for one in there if one.withdrawn is None]
