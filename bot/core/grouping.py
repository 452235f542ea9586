"""Carries out what is decided about groups' packs: who is in them, and what members ask of them."""

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.core.conversation import group_view, grouping
from bot.core.conversation.actions import Choice, PackFile, Say
from bot.core.conversation.events import Origin
from bot.core.conversation.group_actions import OF_ADMINS, InGroup, Verb
from bot.core.conversation.lineup import clean
from bot.core.conversation.state import State
from bot.core.group_cards import Cards, Changes, Told
from bot.core.group_fitting import Fitting
from bot.core.group_publishing import GroupPublishing
from bot.core.language.wording import Wording
from bot.core.packing import START_FIRST, WHEN_ASKED
from storage import avatars, cards, consents, groups, members, packs, people
from storage.contract.avatars import AvatarSpec
from storage.contract.packs import Pack
from storage.errors import NotTheirs, PackFull, PackGone
from storage.jobs import Bounds
from storage.people import Person
from storage.vault import Vault

PAGES = frozenset({"web"})
"""Platforms where nobody is together in a chat: there a room has a link instead."""


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

    @property
    def _cards(self) -> Cards:
        return Cards(
            self.session, self.vault, self.wording, self.person, self.chat, self.locale,
            self.changes,
        )  # fmt: skip

    @property
    def _publishing(self) -> GroupPublishing:
        return GroupPublishing(self.session, self.chat)

    @property
    def fitting(self) -> Fitting:
        """What keeps the packs what their members bring."""
        return Fitting(
            self.session, self.vault, self.bounds, self._cards, self._publishing, self.changes
        )

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
                await self._cards.show(pack, action)
            case Verb.JOIN:
                await self._join(pack, action)
            case Verb.BRING:
                await self._bring(pack)
            case Verb.BIRTHDAY:
                await self._member(await members.wish(self.session, pack.id, self.person.id), pack)
            case Verb.KEEP:
                await self._keep(pack)
            case Verb.AGAIN:
                await self._again(pack, action)
            case Verb.PUBLISH:
                await self._publish_here(pack, action)
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
                await self._cards.refresh(pack.id)
            case Verb.DELETE:
                self._say(group_view.delete_question(pack, action.message))
            case Verb.GONE:
                await self.fitting.delete(pack)
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
        await self._cards.show(pack, action)

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
        await groups.join(session, pack.id, person.id, group_view.wording_of(person.platform))
        name = clean(action.origin.who.name)
        await members.call(session, self.vault, pack.id, person.id, name)
        mine, newest = await self._own(pack.id), await self._newest()
        if mine is None and newest is not None:
            await members.bring(session, self.vault, pack.id, person.id, newest)
        await self.fitting.fit(pack.id)
        await self._cards.show(pack, action)
        if mine is None and newest is None:
            self._say(_ask_for_selfie(action.origin, name))
        await self._cards.refresh(pack.id, but=self.chat)

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
        await self.fitting.fit(pack.id)
        await self._cards.refresh(pack.id)

    async def brought(self, avatar: AvatarSpec, job_id: UUID) -> None:
        """Let packs that wait for the person's avatar have one that was just made of a photo."""
        waiting = await members.waiting(self.session, self.person.id)
        if not waiting or set(await consents.shown_on(self.session, job_id)) - {self.person.id}:
            return
        for pack_id in waiting:
            await members.bring(self.session, self.vault, pack_id, self.person.id, avatar)
            await self.fitting.fit(pack_id)
            await self._cards.refresh(pack_id)

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
        await self.fitting.fit(pack.id)
        own = [one for one in await cards.of_pack(self.session, pack.id) if one.chat == self.chat]
        if own and action.message is not None:
            await self._cards.show(pack, action)
        await self._cards.refresh(pack.id, but=self.chat if action.message is not None else "")
        await cards.forget(self.session, pack.id, self.person.id)
        self._say(Say("shared.left", {"title": pack.title, "count": went}))

    # --- the account it hangs on ----------------------------------------------------------------

    async def _again(self, pack: Pack, action: InGroup) -> None:
        if self.person.platform in WHEN_ASKED:
            await self._publish_here(pack, action)
        else:
            await self._publishing.publish(pack, again=True)

    async def _publish_here(self, pack: Pack, action: InGroup) -> None:
        """Bring a pack to the group's place, where whoever asks has a say about its stickers."""
        if not action.origin.maker:
            self._say(Say("shared.only_makers"))
        elif await self._publishing.asked(pack):
            await self._cards.refresh(pack.id)

    async def _keep(self, pack: Pack) -> None:
        try:
            await groups.take_over(self.session, pack.id, self.person.id, START_FIRST)
        except NotTheirs:
            there = await members.of_pack(self.session, pack.id)
            member = any(one.person_id == self.person.id for one in there)
            self._say(Say("shared.kept_already" if member else "shared.not_in_it"))
            return
        self._say(Say("shared.kept", {"title": pack.title}))
        await self._publishing.publish(pack, again=True)

    # --- telling --------------------------------------------------------------------------------

    def _say(self, say: Say) -> None:
        self.changes.told.append(Told(say, self.locale))


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
