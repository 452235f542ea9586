"""Looks grow: what is asked for next is worn beside what is worn already."""

from collections.abc import Iterable
from dataclasses import replace

from bot.core.conversation.state import Shown, State, Unfinished
from bot.core.language.meanings import Make, Request
from storage.contract.kinds import KINDS, Kind, Setting, group_of


def worn(state: State, make: Make) -> Request:
    """Return a wish of a kind with groups, laid over the newest look on the same photo.

    A bare one means the look asked for last, on whatever photo.
    """
    wanted = make.request
    kind = KINDS[wanted.kind]
    if not wanted.settings and not make.without:
        bare = (one for one in (*state.last, *state.preferred) if one.kind == kind.name)
        return next(bare, wanted)
    look = {kind.place_of(setting.name): setting for setting in newest(state, kind.name)}
    look = {at: one for at, one in look.items() if group_of(one.name) not in make.without}
    return Request(kind.name, laid_over(kind, look.values(), wanted.settings))


def laid_over(
    kind: Kind, worn: Iterable[Setting], wanted: Iterable[Setting]
) -> tuple[Setting, ...]:
    """Return settings with others in their places, in the order of the kind.

    What is to be kept without an amount is kept as it is worn.
    """
    look = {kind.place_of(setting.name): setting for setting in worn}
    for setting in wanted:
        place = kind.place_of(setting.name)
        if setting.kept and not setting.amount and place in look:
            setting = replace(look[place], kept=True)
        look[place] = setting
    order = {name: at for at, name in enumerate(kind.settings)}
    return tuple(sorted(look.values(), key=lambda setting: order[setting.name]))


def newest(state: State, kind: str) -> tuple[Setting, ...]:
    """Return what the current photo wears, or is about to."""
    made: tuple[Shown | Unfinished, ...] = (*state.shown, *state.unfinished)
    for one in reversed(made):
        if one.photo == state.photo and one.request.kind == kind:
            return one.request.settings
    return ()
