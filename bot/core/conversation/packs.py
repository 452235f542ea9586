"""Packs: all looks of a kind at once, one job after the other, so that they come in their order.

What is left of a pack is kept with the conversation, in the transaction that adds the next job.
"""

from dataclasses import replace
from uuid import UUID

from bot.core.conversation.actions import Choice, Run, Say
from bot.core.conversation.making import Step
from bot.core.conversation.state import Pack, Sheet, State
from bot.core.language.meanings import Request
from storage.contract.kinds import KINDS, Setting


def choices(job: UUID, sheet: Request) -> tuple[Choice, ...]:
    """Return the button that asks for the whole pack under a sheet, where there is one."""
    pack = KINDS[KINDS[sheet.kind].shows].pack
    return (Choice("button.pack", f"pack:{job.hex}", {"count": len(pack)}),) if pack else ()


def begin(state: State, sheet: Sheet) -> Step:
    """Say what is coming and have the first look made; a pack on its way gives way."""
    kind = KINDS[KINDS[sheet.request.kind].shows]
    if not kind.pack:
        return state, (Say("say.choice_gone"),)
    pack = Pack(kind.name, kind.pack, sheet.photo, sheet.face, sheet.avatar)
    said = Say("say.pack", {"count": len(kind.pack), "kind": Request(kind.name)})
    state, actions = _next(replace(state, pack=pack))
    return state, (said, *actions)


def go_on(state: State, job: UUID) -> Step:
    """Have the next look made once a pack's job is done; nothing happens for other jobs."""
    if state.pack is None or state.pack.job != job:
        return state, ()
    return _next(state)


def _next(state: State) -> Step:
    pack = state.pack
    if pack is None or not pack.left:
        return replace(state, pack=None), ()
    name, *left = pack.left
    state = replace(state, pack=replace(pack, left=tuple(left), job=None))
    drawn = None if pack.avatar is None else pack.avatar.to_json()
    request = Request(pack.kind, (Setting(name),))
    return state, (Run(request, pack.photo, pack.face, avatar=drawn, of_pack=True),)
