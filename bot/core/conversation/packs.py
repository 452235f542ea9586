"""All looks of a kind as a sticker pack, one job after the other, so that they come in their order.

What is left of a pack is kept with the conversation, in the transaction that adds the next job.
"""

from dataclasses import replace
from uuid import NAMESPACE_URL, UUID, uuid5

from bot.core.conversation import emojis
from bot.core.conversation import pack_actions as do
from bot.core.conversation.actions import Action, Choice, Run, Say
from bot.core.conversation.making import Step
from bot.core.conversation.state import NO_PACK, Pack, State
from bot.core.language.meanings import Request
from storage.contract.avatars import AvatarSpec
from storage.contract.kinds import KINDS, Kind, Setting
from storage.contract.packs import MOST_PACKS


def choices(job: UUID, sheet: Request) -> tuple[Choice, ...]:
    """Return the button that asks for the whole pack under a sheet, where there is one."""
    pack = KINDS[KINDS[sheet.kind].shows].pack
    return (Choice("button.pack", f"pack:{job.hex}", {"count": len(pack)}),) if pack else ()


def begin(
    state: State,
    kind: Kind,
    key: str,
    photo: UUID | None,
    face: int | None,
    avatar: AvatarSpec | None,
) -> Step:
    """Say what is coming and have the first look made; a pack on its way gives way.

    They are of the photo's face, or of the avatar. ``key``: what names the update.
    """
    if not kind.pack:
        return state, (Say("say.choice_gone"),)
    if len(state.packs) >= MOST_PACKS:
        return state, (Say("pack.too_many", {"count": MOST_PACKS}),)
    sticker_pack = uuid5(NAMESPACE_URL, f"selfmoji pack {key}")
    pack = Pack(kind.name, kind.pack, photo, face, avatar, sticker_pack=sticker_pack)
    state = replace(state, pack=pack, editing=state.editing.opened(sticker_pack))
    said = Say("say.pack", {"count": len(kind.pack), "kind": Request(kind.name)})
    begun = do.CreatePack(sticker_pack, key="pack.title_moods")
    state, actions = _next(state)
    return state, (said, begun, *actions)


def go_on(state: State, job: UUID, request: Request) -> Step | None:
    """Put a pack's look into it and have the next made; None for other jobs."""
    pack = state.pack
    if pack is None or pack.job != job:
        return None
    begun: tuple[Action, ...] = ()
    into = pack.sticker_pack
    if into == NO_PACK:
        into = uuid5(NAMESPACE_URL, f"selfmoji pack {job.hex}")
        begun = (do.CreatePack(into, key="pack.title_moods"),)
        state = replace(state, pack=replace(pack, sticker_pack=into))
    added = do.AddToPack(
        into, uuid5(into, job.hex), job, request, emojis.of(request), emojis.keywords(request),
        quiet=True,
    )  # fmt: skip
    published: tuple[Action, ...] = ()
    if begun or pack.left == KINDS[pack.kind].pack[1:]:  # the first is in
        published = (do.PublishPack(into),)
    state, following = _next(state)
    if not following:
        following = (do.ShowPack(into, unless_published=True),)
    return state, (*begun, added, *published, *following)


def _next(state: State) -> Step:
    pack = state.pack
    if pack is None or not pack.left:
        return replace(state, pack=None), ()
    name, *left = pack.left
    state = replace(state, pack=replace(pack, left=tuple(left), job=None))
    drawn = None if pack.avatar is None else pack.avatar.to_json()
    request = Request(pack.kind, (Setting(name),))
    return state, (Run(request, pack.photo, pack.face, avatar=drawn, of_pack=True),)
