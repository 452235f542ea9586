"""Sliders of one's own face in a chat: one message with the face as it is, changed at each press.

Every change is kept with the conversation before it is drawn, and a drawing that a newer one
overtakes is given up, as in the wardrobe.
"""

import random
from dataclasses import replace

from bot.core.conversation import actions as do
from bot.core.conversation import sliders_view, sliding
from bot.core.conversation.actions import Run, Say
from bot.core.conversation.events import JobEnded
from bot.core.conversation.looks import laid_over, newest
from bot.core.conversation.making import Step, remember, run, supersede
from bot.core.conversation.sliding import PRESETS, SLIDERS, STEP, OpenSliders
from bot.core.conversation.state import Shown, State, Unfinished
from bot.core.language.grammar import Grammar
from bot.core.language.meanings import Make, Note, Request
from bot.core.language.vocabulary import nearest, squeeze
from storage.contract.kinds import EDIT, TUNING, Setting, group_of

_DRAFT = " draft"
"""What the page puts behind a line while a slider still moves."""

_MOVES = ("random", "undo", "reset", "done")


def opened(state: State, notes: tuple[Note, ...] = ()) -> Step:
    """Open the sliders of the current photo, as it looks by now; or ask for one."""
    return run(replace(state, sliders=None), (_request(newest(state, EDIT.name)),), notes)


def opened_for(state: State, result: Shown) -> Step:
    """Open the sliders of what a result shows."""
    if result.photo is None:
        return state, (Say("say.choice_gone"),)
    state = replace(state, photo=result.photo, face=result.face, sliders=None)
    return run(state, (_request(result.request.settings),))


def press(state: State, value: str, message: str | None, chance: random.Random) -> Step:
    """Do what a button says: ``verb:what:photo``; ``message``: where it stands."""
    verb, _, rest = value.partition(":")
    what, _, photo = rest.partition(":")
    sliders = state.sliders
    if sliders is None or sliders.photo.hex != photo:
        return state, (Say("say.choice_gone"),)
    if verb == "done":
        return _finished(state, sliders, message)
    number = int(what) if what.isdecimal() else -1
    look = sliders.look
    if verb == "page" and 0 <= number < sliders_view.PAGES:
        return _drawn(state, replace(sliders, page=number), message)
    if verb == "preset" and what in PRESETS:
        return _drawn(state, sliders.changed(sliding.preset(look, what)), message)
    if 0 <= number < len(SLIDERS):
        slider = SLIDERS[number]
        steps = {"more": STEP, "less": -STEP}
        if verb in steps:
            amount = sliding.amount_of(look, slider) + steps[verb]
            return _drawn(state, sliders.changed(sliding.moved(look, slider, amount)), message)
        if verb == "zero":
            return _drawn(state, sliders.changed(sliding.moved(look, slider, 0.0)), message)
        if verb == "lock":
            return _drawn(state, sliders.changed(sliding.toggled(look, slider)), message)
    return _moved(state, sliders, verb, message, chance)


def say(
    state: State, grammar: Grammar, typed: str, message: str | None, chance: random.Random
) -> Step:
    """Move sliders as typed behind ``/sliders``: settings, ``keep …``, a preset, a move.

    Args:
        state: before it.
        grammar: reads settings as it does behind ``/edit``.
        typed: normalised.
        message: sliders that are to change in their place.
        chance: moves them where they are to be moved at random.

    Raises:
        CommandError: none of it is known.
    """
    draft = typed.endswith(_DRAFT)
    typed = typed.removesuffix(_DRAFT)
    sliders = state.sliders
    if sliders is None or sliders.photo != state.photo or sliders.face != state.face:
        if state.photo is None:
            return opened(state)
        sliders = OpenSliders(state.photo, state.face, newest(state, EDIT.name))
    words = grammar.vocabulary
    moves = {one: move for move in _MOVES for one in words.wardrobe.moves.get(move, ())}
    move = moves.get(squeeze(typed))
    if move == "done":
        return _finished(state, sliders, message)
    if move is not None:
        return _moved(state, sliders, move, message, chance)
    named = nearest(squeeze(typed), words.presets)
    if named is not None:
        return _drawn(state, sliders.changed(sliding.preset(sliders.look, named)), message)
    line = grammar.parse(f"/{EDIT.name} {typed}")
    if not isinstance(line.meaning, Make):
        return opened(state)
    look = _laid(sliders.look, line.meaning)
    return _drawn(state, sliders.changed(look, draft=draft), message, line.notes, draft=draft)


def _laid(look: tuple[Setting, ...], wish: Make) -> tuple[Setting, ...]:
    """Return a look with a wish laid over it; keeping what is kept already sets it free."""
    look = tuple(one for one in look if group_of(one.name) not in wish.without)
    for setting in wish.request.settings:
        slider = EDIT.place_of(setting.name)
        if slider not in SLIDERS:
            look = laid_over(EDIT, look, (setting,))
        elif setting.kept and not setting.amount:
            look = sliding.toggled(look, slider)
        else:
            amount = setting.amount if setting.name == slider else -setting.amount
            look = sliding.moved(look, slider, amount)
            if setting.kept and not sliding.locked(look, slider):
                look = sliding.toggled(look, slider)
    return look


def _moved(
    state: State, sliders: OpenSliders, move: str, message: str | None, chance: random.Random
) -> Step:
    match move:
        case "random":
            return _drawn(state, sliders.changed(sliding.by_lot(sliders.look, chance)), message)
        case "reset":
            return _drawn(state, sliders.changed(sliding.reset(sliders.look)), message)
        case "undo":
            return _drawn(state, sliders.undone(), message)
        case _:
            return state, (Say("say.choice_gone"),)


def _request(look: tuple[Setting, ...], *, draft: bool = False) -> Request:
    quick = (Setting(TUNING.beside[0]),) if draft else ()
    return Request(TUNING.name, (*quick, *look))


def _look(settings: tuple[Setting, ...]) -> tuple[Setting, ...]:
    return tuple(one for one in settings if one.name not in TUNING.beside)


def _drawn(
    state: State,
    sliders: OpenSliders,
    message: str | None,
    notes: tuple[Note, ...] = (),
    *,
    draft: bool = False,
) -> Step:
    """Have open sliders drawn, in place of the message that shows them."""
    state, superseded = supersede(state, message)
    state = replace(state, sliders=replace(sliders, newest=True), forgetting=False)
    request = _request(sliders.look, draft=draft)
    drawing = Run(request, sliders.photo, sliders.face, replaces=message, notes=notes)
    return state, (*superseded, drawing)


def _finished(state: State, sliders: OpenSliders, message: str | None) -> Step:
    """Make a sticker of the face as the sliders stand."""
    state, superseded = supersede(state, message)
    request = Request(EDIT.name, sliders.look)
    sticker = Run(request, sliders.photo, sliders.face, replaces=message)
    state = remember(replace(state, sliders=None, forgetting=False), (request,))
    return state, (*superseded, sticker)


def shown(state: State, event: JobEnded, ours: Unfinished | None, picture: bytes) -> Step:
    """Show sliders that were drawn, unless a newer drawing overtook them."""
    if event.photo_id is None:
        return state, (do.DropPlaceholder(stays=True),)
    sliders, look = state.sliders, _look(event.settings)
    if sliders is None or (sliders.photo, sliders.face) != (event.photo_id, event.face):
        sliders = OpenSliders(event.photo_id, event.face, look)
        state = replace(state, sliders=sliders)
    elif ours is None and look != sliders.look:
        return state, (do.DropPlaceholder(stays=True),)
    return state, (sliders_view.look(sliders, picture),)
