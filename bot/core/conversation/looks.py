"""Looks grow: what is asked for next is worn beside what is worn already."""

from bot.core.conversation.state import Shown, State, Unfinished
from bot.core.language.meanings import Make, Request
from storage.contract.kinds import KINDS, Setting, group_of


def worn(state: State, make: Make) -> Request:
    """Return a wish of a kind with groups, laid over the newest look on the same photo.

    A bare one means the look asked for last, on whatever photo.
    """
    wanted = make.request
    kind = KINDS[wanted.kind]
    if not wanted.settings and not make.without:
        bare = (one for one in (*state.last, *state.preferred) if one.kind == kind.name)
        return next(bare, wanted)
    look = {group_of(setting.name): setting for setting in _newest(state, kind.name)}
    for group in make.without:
        look.pop(group, None)
    look.update((group_of(setting.name), setting) for setting in wanted.settings)
    return Request(kind.name, tuple(look[group] for group in kind.groups if group in look))


def _newest(state: State, kind: str) -> tuple[Setting, ...]:
    """Return what the current photo wears, or is about to."""
    made: tuple[Shown | Unfinished, ...] = (*state.shown, *state.unfinished)
    for one in reversed(made):
        if one.photo == state.photo and one.request.kind == kind:
            return one.request.settings
    return ()
