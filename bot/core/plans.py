"""Carries out what the conversation decided, as far as rows go, inside one transaction.

What is left for after the commit, messages to show and jobs to enqueue, is a ``Plan``.
"""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from uuid import UUID

from pydantic import ConfigDict, TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from bot.core import permitting
from bot.core.conversation import actions as do
from bot.core.conversation import taste
from bot.core.conversation.actions import Action, Choice, PackFile, Run, Say, ShowResult
from bot.core.conversation.events import Message
from bot.core.conversation.group_actions import InGroup
from bot.core.conversation.lineup import clean
from bot.core.conversation.state import State, requests_to_json
from bot.core.conversation.step import started
from bot.core.group_cards import Told, worded
from bot.core.grouping import Grouping
from bot.core.language.meanings import Note, Request
from bot.core.language.searching import Searching
from bot.core.language.wording import Wording
from bot.core.linking import perform
from bot.core.offering import led_to, request_of
from bot.core.packing import Packing
from bot.exporting import parted
from storage import avatars, cards, deliveries, exports, favourites, jobs, people, photos, results
from storage.contract.captions import with_caption
from storage.contract.drawings import drawing_in
from storage.contract.finishing import with_finish
from storage.contract.jobs import Job, NewJob
from storage.contract.kinds import KINDS, Setting
from storage.jobs import Bounds
from storage.people import Person
from storage.vault import Vault

MOST_FAVOURITES = 10
"""How many favourites are shown at once."""


@dataclass(frozen=True, slots=True)
class Showing:
    """A message on its way to the chat. ``replaces``: the message that it changes.

    ``result``: the job whose result its sticker is, or the document ``drawn`` in that.
    ``exported``: which zip of all that ``person`` has its document is, from 1.
    ``pack``: what it shows of a sticker pack. ``card``: the group's pack whose card it is.
    """

    message: Message
    replaces: str | None = None
    result: UUID | None = None
    drawn: bool = False
    exported: int = 0
    person: UUID | None = None
    pack: PackFile | None = None
    card: UUID | None = None


@dataclass(frozen=True, slots=True)
class Placeholder:
    """What stands in the chat for a job until it ends; ``place``: the job's in the queue.

    Without a message the job has none of its own: its result takes the place of an older one.
    """

    job: Job
    request: Request
    notes: tuple[Note, ...] = ()
    message: Message | None = None
    place: int = 0


@dataclass(frozen=True, slots=True)
class Said:
    """What a person said themselves, and the key of the update that it came with.

    ``photo``: the one that they sent; a chat shows it as long as it is kept.
    """

    key: str
    message: Message
    photo: UUID | None = None


@dataclass(slots=True)
class Plan:
    """What to do after the commit. ``answers``: in their order; ``said``: what they answer.

    ``drop_placeholder``: that of the job that ended goes without a word. ``cancelled``: jobs to
    take back from the queue; ``abandoned``: their placeholders. ``erase``: everything of the person
    is to go before the answers are shown. ``after``: a message that is older than all answers.
    ``owed``: deliveries to other chats that follow from it.
    """

    locale: str
    answers: list[Showing | Placeholder] = field(default_factory=list)
    drop_placeholder: bool = False
    cancelled: list[UUID] = field(default_factory=list)
    abandoned: list[str] = field(default_factory=list)
    erase: Say | None = None
    after: str | None = None
    said: Said | None = None
    owed: list[UUID] = field(default_factory=list)

    def take_the_place_of(self, placeholder: str | None, *, live: bool) -> None:
        """Put the first answer in a placeholder's place, or let that go without a word.

        ``live``: the job was to replace an older sticker, which stays if it failed.
        """
        first = self.answers[0] if self.answers else None
        if isinstance(first, Showing):
            words = first.message.sticker is None and first.message.picture is None
            self.answers[0] = replace(first, replaces=None if live and words else placeholder)
        elif self.drop_placeholder and placeholder is not None and not live:
            self.abandoned.append(placeholder)


@cache
def _adapter() -> TypeAdapter[tuple[Plan]]:
    return TypeAdapter(
        tuple[Plan], config=ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")
    )


def to_bytes(plan: Plan) -> bytes:
    """Return what is left to do of a plan, to be kept; results stay where they are."""
    answers = [_lean(answer) for answer in plan.answers]
    return _adapter().dump_json((replace(plan, answers=answers, erase=None),))


def _lean(answer: Showing | Placeholder) -> Showing | Placeholder:
    if isinstance(answer, Placeholder):
        return replace(answer, notes=())
    if answer.exported:
        return replace(answer, message=replace(answer.message, document=None))
    if answer.result is None:
        return answer
    return replace(answer, message=replace(answer.message, sticker=None, document=None))


def _filled(answer: Showing, picture: bytes) -> Message:
    """Return a message with its result in it again."""
    if answer.drawn:
        return replace(answer.message, document=drawing_in(picture))
    return replace(answer.message, sticker=picture)


def _finished(request: Request, state: State) -> tuple[Setting, ...]:
    """Return a job's settings: those of the wish, its caption, and the finish that is liked."""
    settings = with_caption(request.settings, request.caption)
    return settings if KINDS[request.kind].sheet else with_finish(settings, state.liked.finish)


@dataclass(frozen=True, slots=True)
class Planner:
    """Performs actions for one person in one chat. ``keep_photos``: for how long."""

    vault: Vault
    wording: Wording
    bounds: Bounds
    keep_photos: timedelta
    searching: Searching

    async def perform(
        self,
        session: AsyncSession,
        person: Person,
        chat: str,
        state: State,
        actions: tuple[Action, ...],
    ) -> tuple[State, Plan]:
        """Do everything that concerns rows; return the state with its new jobs, and the rest."""
        plan = Plan(state.locale)
        busy = False
        erasing = do.Erase() in actions
        for action in actions:
            match action:
                case Say():
                    if erasing:
                        plan.erase = action  # worded with what was erased
                    else:
                        self._say(plan, action)
                case Run():
                    if busy:
                        continue
                    try:
                        state = await self._run(session, person, chat, state, action, plan)
                    except jobs.Busy as problem:
                        busy = True
                        self._say(plan, Say("say.busy", {"seconds": problem.seconds}))
                case ShowResult():
                    await self._show(session, plan, action)
                case do.ShowDrawing(job=job, request=request):
                    plan.answers.append(await self._drawing(session, plan.locale, job, request))
                case do.DropPlaceholder(stays=stays):
                    plan.drop_placeholder = not stays
                case do.Cancel():
                    await self._cancel(session, plan, action)
                case do.KeepFavourite(job=job):
                    try:
                        await favourites.add(session, job)
                    except results.ResultGone:
                        self._say(plan, Say("say.result_gone"))
                        return state, plan
                case do.DropFavourite(job=job):
                    await favourites.remove(session, person.id, job)
                case do.AdoptResult(job=job):
                    state = await self._adopt(session, person, state, job, plan)
                case do.ShowFavourites(words=words):
                    await self._favourites(session, person, plan, words)
                case do.KeepAvatar(id=avatar, spec=spec, ranked=ranked):
                    await avatars.keep(session, self.vault, person.id, spec, ranked, avatar)
                    grouping = self.grouping(session, person, chat, plan.locale)
                    await grouping.brought(spec, avatar)
                    await self.follow(session, plan, grouping)
                case do.ChangeAvatar(id=avatar, spec=spec):
                    if not await avatars.change(session, self.vault, avatar, spec):
                        await avatars.keep(session, self.vault, person.id, spec)
                case do.ChooseAvatar(id=avatar):
                    await avatars.choose(session, avatar)
                case do.NameAvatar(id=avatar, name=name):
                    await avatars.name(session, self.vault, avatar, name)
                case do.DeleteAvatar(id=avatar):
                    await avatars.delete(session, avatar)
                case do.KeepPreferred(requests=requests):
                    kept = requests_to_json(requests)
                    await people.set_preference(session, self.vault, person.id, "preferred", kept)
                case do.KeepTaste(taste=liked, here=here):
                    name = taste.name_of(chat if here else None)
                    kept_taste = taste.to_json(liked)
                    await people.set_preference(session, self.vault, person.id, name, kept_taste)
                    await self._hold_backdrops(session, person.id)
                    plan.locale = state.locale
                case do.KeepLanguage(locale=locale):
                    plan.locale = locale
                    await people.set_locale(session, person.id, locale)
                case do.AskShown() | do.NoteOwn():
                    await permitting.ask(session, person, chat, action)
                case do.TellPrivacy(private=private):
                    for said in await permitting.privacy(session, person, private=private):
                        self._say(plan, said)
                case do.TellLinkCode() | do.Link() | do.Unlink():
                    self._say(plan, await perform(session, self.vault, person.id, action))
                case do.Export():
                    plan.answers += await self._export(session, person.id, plan.locale)
                case do.Erase():
                    pass
                case InGroup():
                    grouping = self.grouping(session, person, chat, plan.locale)
                    state = await grouping.perform(action, state)
                    await self.follow(session, plan, grouping)
                case _:
                    packing = Packing(session, self.vault, self.wording, person, chat, plan.locale)
                    told, well = await packing.perform(action)
                    for one in told:
                        self._say(plan, one)
                    if not well:
                        return state, plan
        return state, plan

    async def _hold_backdrops(self, session: AsyncSession, person_id: UUID) -> None:
        """Keep the pictures that a person has for backgrounds, and no others of theirs."""
        kept = await people.preferences(session, self.vault, person_id)
        named = [one for one in kept if one.startswith(taste.name_of(None))]
        used = [taste.from_json(kept[one]).backdrop for one in named]
        held = {one for one in used if one is not None}
        await photos.hold(session, person_id, held, self.keep_photos)

    def grouping(
        self, session: AsyncSession, person: Person, chat: str, locale: str
    ) -> Grouping:  # fmt: skip
        """Return what looks after groups' packs, for one person in one chat."""
        return Grouping(session, self.vault, self.wording, self.bounds, person, chat, locale)

    async def follow(self, session: AsyncSession, plan: Plan, grouping: Grouping) -> None:
        """Put into a plan what a change of groups' packs leaves to do."""
        changes = grouping.changes
        plan.answers += [self._told(one) for one in changes.told]
        plan.answers += [Placeholder(job, request) for job, request in changes.jobs]
        plan.cancelled += changes.cancelled
        for card, told in changes.cards:
            shown = to_bytes(Plan(told.locale, [self._told(told)]))
            owner = await people.read(session, card.person_id)
            plan.owed.append(
                await deliveries.owe(
                    session, self.vault, owner.id, owner.platform, card.chat, shown
                )
            )

    def _told(self, told: Told) -> Showing:
        message = self.wording.say(told.say, told.locale)
        return Showing(message, told.say.replaces, pack=told.say.pack, card=told.card)

    async def read(self, session: AsyncSession, kept: bytes, chat: str = "") -> Plan:
        """Return a plan as ``to_bytes`` kept it; a sticker erased meanwhile is told of.

        ``chat``: where it is about to be shown, so that a card says how its pack is by now.
        """
        (plan,) = _adapter().validate_json(kept)
        exported: list[Showing] = []
        for place, answer in enumerate(plan.answers):
            if isinstance(answer, Showing) and answer.exported and answer.person is not None:
                exported = exported or await self._export(session, answer.person, plan.locale)
                at = min(answer.exported, len(exported)) - 1
                plan.answers[place] = exported[at]
            if isinstance(answer, Showing) and answer.result is not None:
                try:
                    picture = (await results.read(session, self.vault, answer.result)).picture
                    message = _filled(answer, picture)
                except results.ResultGone:
                    message = self.wording.say(Say("say.result_gone"), plan.locale)
                plan.answers[place] = replace(answer, message=message)
            if chat and isinstance(answer, Showing) and answer.card is not None:
                card = await cards.in_chat(session, answer.card, chat)
                if card is not None:
                    told = await worded(session, self.vault, self.wording, card, plan.locale)
                    plan.answers[place] = replace(self._told(told), replaces=answer.replaces)
        return plan

    def _say(self, plan: Plan, said: Say) -> None:
        message = self.wording.say(said, plan.locale)
        plan.answers.append(Showing(message, said.replaces, pack=said.pack))

    async def _run(
        self,
        session: AsyncSession,
        person: Person,
        chat: str,
        state: State,
        run: Run,
        plan: Plan,
    ) -> State:
        new = NewJob(
            person_id=person.id,
            photo_id=run.photo,
            kind=run.request.kind,
            settings=_finished(run.request, state),
            platform=person.platform,
            chat=chat,
            face=run.face,
            placeholder=run.replaces,
            second_photo_id=run.request.second_photo,
            avatar=run.avatar,
        )
        job = await jobs.add(session, new, self.bounds, self.vault)
        placeholder = Placeholder(job, run.request, run.notes)
        if run.replaces is None and not run.of_pack:
            place = await jobs.place(session, job.id)
            message = self.wording.waiting(
                run.request, place, run.notes, plan.locale, photo=run.photo
            )
            placeholder = replace(placeholder, message=message, place=place)
        plan.answers.append(placeholder)
        return started(state, run, job.id)

    async def _show(self, session: AsyncSession, plan: Plan, shown: ShowResult) -> None:
        picture = shown.picture
        if picture is None:
            try:
                picture = (await results.read(session, self.vault, shown.job)).picture
            except results.ResultGone:
                self._say(plan, Say("say.result_gone"))
                return
        message = self.wording.sticker(shown, picture, plan.locale)
        plan.answers.append(Showing(message, shown.replaces, result=shown.job))

    async def _export(self, session: AsyncSession, person_id: UUID, locale: str) -> list[Showing]:
        """Return everything of a person's as files, as many as it takes."""

        def words(version: str) -> str:
            return self.wording.texts.get(locale, f"consent.{version}")

        zips = parted(await exports.of_person(session, self.vault, person_id, words))
        return [
            Showing(
                self.wording.export(data, number, len(zips), locale),
                exported=number,
                person=person_id,
            )
            for number, data in enumerate(zips, 1)
        ]

    async def _drawing(
        self, session: AsyncSession, locale: str, job: UUID, request: Request
    ) -> Showing:
        try:
            document = drawing_in((await results.read(session, self.vault, job)).picture)
        except results.ResultGone:
            document = None
        if document is None:
            return Showing(self.wording.say(Say("say.result_gone"), locale))
        return Showing(self.wording.drawing(request, document, locale), result=job, drawn=True)

    async def _adopt(
        self, session: AsyncSession, person: Person, state: State, job: UUID, plan: Plan
    ) -> State:
        """Keep a result as a photo, which what is asked for next is made of."""
        try:
            picture = (await results.read(session, self.vault, job)).picture
        except results.ResultGone:
            self._say(plan, Say("say.result_gone"))
            return state
        key = await people.key_of(session, self.vault, person.id)
        photo = photos.seal(key, person.id, picture)
        await photos.add(session, photo, self.keep_photos)
        self._say(plan, Say("say.adopted", {"example": "/sliders"}))
        return replace(state, photo=photo.id, face=None, question=None, fresh=True, sliders=None)

    async def _cancel(self, session: AsyncSession, plan: Plan, given_up: do.Cancel) -> None:
        for job_id in given_up.jobs:
            try:
                job = await jobs.read(session, job_id)
            except LookupError:
                continue
            if await jobs.cancel(session, job_id):
                plan.cancelled.append(job_id)
                if job.placeholder is not None and job_id not in given_up.stay:
                    plan.abandoned.append(job.placeholder)

    async def _favourites(
        self, session: AsyncSession, person: Person, plan: Plan, words: str
    ) -> None:
        most = favourites.MOST if words else MOST_FAVOURITES
        every = await favourites.of_person(session, self.vault, person.id, most)
        kept = led_to(self.searching, words, every)[:MOST_FAVOURITES]
        if not kept:
            key = "say.no_such_favourite" if every else "say.no_favourites"
            self._say(plan, Say(key, {"typed": clean(words)}))
            return
        self._say(plan, Say("say.favourites_shown", {"count": len(kept)}))
        for favourite in kept:
            job = favourite.job
            request = request_of(favourite)
            unkeep = Choice("button.unfavourite", f"unkeep:{job.id.hex}")
            shown = ShowResult(job.id, request, ((unkeep,),), photo=job.photo_id)
            message = self.wording.sticker(shown, favourite.done.picture, plan.locale)
            plan.answers.append(Showing(message, result=job.id))
