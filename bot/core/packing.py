"""Carries out what is done to sticker packs, and says how it ended."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.core import pack_files
from bot.core.conversation import pack_actions as do
from bot.core.conversation import packing_view
from bot.core.conversation.actions import Choice, PlatformName, Say
from bot.core.conversation.packing_view import Look
from bot.core.language.meanings import Request
from bot.core.language.wording import Wording
from bot.stickers import moves
from storage import packs, publications, results
from storage.contract.packs import NewSticker, Origin, Pack
from storage.errors import PackFull, PackGone, ResultGone
from storage.people import Person
from storage.vault import Vault

PUBLISHING = frozenset({"telegram"})
"""Platforms that have packs of their own, which ours are brought to."""

WHEN_ASKED = frozenset({"discord"})
"""Platforms where there is a place for packs, but little room: whoever wants that says so."""


@dataclass(frozen=True, slots=True)
class Packing:
    """Does it for one person in one chat, within a transaction."""

    session: AsyncSession
    vault: Vault
    wording: Wording
    person: Person
    chat: str
    locale: str

    @property
    def publishes(self) -> bool:
        """Whether the person's platform has packs."""
        return self.person.platform in PUBLISHING

    @property
    def _when_asked(self) -> bool:
        return self.person.platform in WHEN_ASKED

    async def perform(self, action: do.PackAction) -> tuple[tuple[Say, ...], bool]:
        """Do it; return what there is to say, and whether what was to follow may follow."""
        try:
            if isinstance(action, do.GivePack):
                return await self._give(action), True
            said = await self._perform(action)
            return () if said is None else (said,), True
        except PackFull as problem:
            key = "pack.too_many" if isinstance(action, do.CreatePack) else "pack.full"
            return (Say(key, {"count": problem.most}),), False
        except PackGone:
            return (Say("pack.gone"),), False
        except ResultGone:
            return (Say("say.result_gone"),), False

    async def _perform(self, action: do.PackAction) -> Say | None:
        session, vault = self.session, self.vault
        match action:
            case do.CreatePack(id=pack, title=title, key=key, kind=kind):
                title = title or self.wording.texts.get(self.locale, key)
                await packs.create(session, vault, self.person.id, title, kind, pack_id=pack)
            case do.AddToPack():
                return await self._add(action)
            case do.ReplaceInPack(sticker=sticker, old=old, job=job, request=request):
                new = await self._sticker(job, request, ("🙂",), ())
                await packs.replace(session, vault, sticker, new, old)
            case do.ExchangeInPack(sticker=sticker, old=old):
                await packs.exchange(session, vault, sticker, old)
            case do.MoveInPack(sticker=sticker, position=position):
                await packs.move(session, sticker, position)
            case do.DropFromPack(sticker=sticker):
                await packs.drop(session, sticker)
            case do.RestoreToPack(sticker=sticker, position=position):
                await packs.restore(session, sticker, position)
            case do.DescribeInPack(sticker=sticker, emoji=emoji):
                await packs.describe(session, vault, sticker, emoji)
            case do.RenamePack(pack=pack, title=title):
                await packs.rename(session, vault, pack, title)
            case do.DeletePack(pack=pack):
                await packs.delete(session, pack)
            case do.PublishPack(pack=pack, asked=asked):
                if self.publishes or (asked and self._when_asked):
                    platform, person = self.person.platform, self.person.id
                    await publications.want(session, pack, platform, person, self.chat)
            case do.StopPublishing(pack=pack, replaces=replaces):
                await publications.cancel(session, pack, self.person.platform)
                return await self._stopped(pack, replaces)
            case do.PublishRefused():
                await publications.want_again(
                    session, self.person.id, self.person.platform, START_FIRST
                )
            case do.ShowPack():
                return await self._show(action)
        return None

    async def _add(self, action: do.AddToPack) -> Say | None:
        new = await self._sticker(action.job, action.request, action.emoji, action.keywords)
        await packs.add(self.session, self.vault, action.pack, new, action.sticker)
        if action.quiet or self.publishes:  # then the platform's own progress tells it
            return None
        pack = await packs.read(self.session, self.vault, action.pack)
        values = {"title": pack.title, "count": len(pack.stickers)}
        opening = ((Choice("pack_button.show", f"packs:open:{pack.id.hex}"),),)
        return Say("pack.added", values, opening)

    async def _give(self, action: do.GivePack) -> tuple[Say, ...]:
        """Hand a pack over as files, a message each."""
        pack = await packs.read(self.session, self.vault, action.pack)
        count, form = len(pack.stickers), action.form
        if not count:
            return (Say("pack.empty", {"title": pack.title}),)
        if form == "zip":
            return (packing_view.file(pack, form, pack.title, count),)
        parts = pack_files.parts(pack, form)
        said = [
            packing_view.file(pack, form, part.title, len(part.at), number)
            for number, part in enumerate(parts, 1)
        ]
        left = count - sum(len(part.at) for part in parts)
        if left:
            said.append(Say("pack.left_out", {"title": pack.title, "count": left}))
        return tuple(said)

    async def _sticker(
        self, job: UUID, request: Request, emoji: tuple[str, ...], keywords: tuple[str, ...]
    ) -> NewSticker:
        done = await results.read(self.session, self.vault, job)
        settings = tuple({"name": one.name, "amount": one.amount} for one in request.settings)
        drawn = done.facts if "style" in done.facts else None
        origin = Origin(request.kind, settings, job, drawn)
        picture = done.picture
        return NewSticker(self.person.id, picture, moves(picture), origin, emoji, keywords)

    async def _show(self, action: do.ShowPack) -> Say | None:
        if action.unless_published and self.publishes:
            return None
        pack = await packs.read(self.session, self.vault, action.pack)
        look = Look(action.page, action.sticker, action.undo, self._when_asked)
        return packing_view.shown(pack, await self._sets(pack), look, action.replaces)

    async def _stopped(self, pack_id: UUID, replaces: str | None) -> Say:
        pack = await packs.read(self.session, self.vault, pack_id)
        platform = self.person.platform
        volumes = await publications.volumes(self.session, pack_id, platform)
        values = {
            "title": pack.title,
            "count": len(pack.stickers),
            "done": sum(one.file_id is not None for volume in volumes for one in volume.uploads),
            "links": packing_view.addresses(pack.kind, await self._sets(pack)),
            "platform": PlatformName(platform),
        }
        again = ((Choice("pack_button.again", f"packs:again:{pack_id.hex}"),),)
        return Say("pack.stopped", values, again, replaces=replaces)

    async def _sets(self, pack: Pack) -> list[str]:
        if not self.publishes:  # only those have links
            return []
        names = await publications.set_names(self.session, [pack.id], self.person.platform)
        return names.get(pack.id, [])


NO_ROOM = "no_room"
"""The failure of a publication for which a platform has no place left."""

START_FIRST = "start_first"
"""The failure of a publication whose owner has not started us on the platform."""
