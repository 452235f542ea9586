"""The wardrobe in a chat: one message with the avatar as it is, changed at each press or word.

Every change is kept with the conversation before it is drawn, and a drawing that a newer one
overtakes is given up, so quick presses neither get lost nor show in the wrong order.
"""

import random
from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from bot.core.conversation import actions as do
from bot.core.conversation import wardrobe_view, wearing
from bot.core.conversation.actions import Run, Say
from bot.core.conversation.changes import (
    OpenWardrobe,
    by_lot,
    exchanged,
    painted,
    recoloured,
    resembling,
    with_part,
)
from bot.core.conversation.events import JobEnded
from bot.core.conversation.library import Library
from bot.core.conversation.making import Step, remember, run, supersede
from bot.core.conversation.state import Shown, State, Unfinished
from bot.core.conversation.wearing import COLOUR, PAINT, PART, SLOT, Change
from bot.core.language import colour_names
from bot.core.language.meanings import Request
from bot.core.language.vocabulary import Vocabulary
from storage.contract.avatars import Avatar, AvatarSpec
from storage.contract.kinds import PREVIEW, Setting

_PRESSES = {
    "slot-": Change("turn", value="-1"), "slot+": Change("turn", value="1"),
    "prev": Change("previous"), "next": Change("next"), "like": Change("like"),
    "paint": Change(PAINT), "random": Change("random"), "undo": Change("undo"),
    "reset": Change("reset"), "compare": Change("compare"), "done": Change("done"),
}  # fmt: skip
"""What the buttons ask for."""


def opened(state: State, library: Library) -> Step:
    """Open the wardrobe of the current avatar; without one, make one."""
    if not state.avatars:
        return run(state, (Request("emoji"),))
    kept = state.avatars[0]
    return _opened(state, library, kept.id, kept.spec)


def opened_for(state: State, library: Library, result: Shown) -> Step:
    """Open the wardrobe of the avatar that a result shows."""
    if result.avatar is None:
        return opened(state, library)
    alike = (one for one in state.avatars if one.spec == result.avatar)
    same = (one for one in state.avatars if one.id == result.job)
    kept = next(alike, None) or next(same, None)
    if kept is not None:
        return _opened(state, library, kept.id, result.avatar)
    state, actions = _opened(state, library, result.job, result.avatar)
    return state, (do.KeepAvatar(result.job, result.avatar), *actions)


def _opened(
    state: State,
    library: Library,
    avatar: UUID,
    spec: AvatarSpec,
    slot: str = "",
    at: str | None = None,
) -> Step:
    slots = library.slots(spec.style)
    if not slots:
        return state, (Say("say.wardrobe_empty"),)
    return _drawn(state, OpenWardrobe(avatar, spec, slot if slot in slots else slots[0]), at)


def press(
    state: State, library: Library, value: str, message: str | None, chance: random.Random
) -> Step:
    """Do what a button of a wardrobe says: ``verb:avatar``; ``message``: where it stands."""
    verb, _, name = value.partition(":")
    change = _PRESSES.get(verb)
    wardrobe = state.wardrobe
    if change is None:
        return state, (Say("say.choice_gone"),)
    if wardrobe is None or wardrobe.avatar.hex != name:
        kept = next((one for one in state.avatars if one.id.hex == name), None)
        if kept is None:
            return state, (Say("say.choice_gone"),)
        slots = library.slots(kept.spec.style)
        wardrobe = OpenWardrobe(kept.id, kept.spec, slots[0] if slots else "")
    return _followed(state, library, wardrobe, change, message, chance)


def say(
    state: State,
    library: Library,
    vocabulary: Vocabulary,
    typed: str,
    message: str | None,
    chance: random.Random,
) -> Step:
    """Dress as typed: the open wardrobe's avatar, or else the current one, as a sticker at once.

    ``message``: a wardrobe that is to change in its place.

    Raises:
        CommandError: the library has nothing like it.
    """
    if not state.avatars:
        return run(state, (Request("emoji"),))
    wardrobe = state.wardrobe
    live = wardrobe is not None and (wardrobe.newest or message is not None)
    if wardrobe is None or not live:
        kept = state.avatars[0]
        slots = library.slots(kept.spec.style)
        wardrobe = OpenWardrobe(kept.id, kept.spec, slots[0] if slots else "")
    if not library.slots(wardrobe.spec.style):
        return state, (Say("say.wardrobe_empty"),)
    if not typed:
        return _drawn(state, wardrobe, message)
    change = wearing.read(vocabulary, library, wardrobe.spec.style, typed)
    if live or message is not None or change.verb in (SLOT, "compare"):
        return _followed(state, library, wardrobe, change, message, chance)
    if change.verb in ("undo", "done"):
        return state, (Say("say.nothing_to_undo" if change.verb == "undo" else "say.nothing_open"),)
    return _finished(state, _changed(state, library, wardrobe, change, chance), message)


def _followed(
    state: State,
    library: Library,
    wardrobe: OpenWardrobe,
    change: Change,
    message: str | None,
    chance: random.Random,
) -> Step:
    if change.verb == "done":
        return _finished(state, wardrobe, message)
    return _drawn(state, _changed(state, library, wardrobe, change, chance), message)


def _changed(
    state: State, library: Library, wardrobe: OpenWardrobe, change: Change, chance: random.Random
) -> OpenWardrobe:
    """Return a wardrobe as wished; a change that does not fit its slot changes nothing."""
    if change.slot:
        wardrobe = replace(wardrobe, slot=change.slot, comparing=False)
    spec, slot = wardrobe.spec, wardrobe.slot
    kept = _kept(state, wardrobe)
    match change.verb:
        case "turn":
            return wardrobe.turned(library, int(change.value))
        case "next" | "previous":
            steps = 1 if change.verb == "next" else -1
            if not library.variants(spec.style, slot):
                return wardrobe.changed(recoloured(library, spec, slot, steps))
            return wardrobe.changed(exchanged(library, spec, slot, steps))
        case "like":
            ranked = kept.ranked if kept is not None else {}
            return wardrobe.changed(resembling(library, spec, slot, ranked))
        case "random":
            ranked = kept.ranked if kept is not None else {}
            return wardrobe.changed(by_lot(library, spec, ranked, chance))
        case "reset":
            return wardrobe.changed(kept.matched if kept is not None else spec)
        case "undo":
            return wardrobe.undone()
        case "compare":
            return replace(wardrobe, comparing=not wardrobe.comparing)
        case _ if change.verb == PART:
            return wardrobe.changed(with_part(spec, slot, change.value))
        case _ if change.verb == PAINT:
            return wardrobe.changed(recoloured(library, spec, slot))
        case _ if change.verb == COLOUR:
            return _painted(library, wardrobe, change)
        case _:
            return wardrobe


def _painted(library: Library, wardrobe: OpenWardrobe, change: Change) -> OpenWardrobe:
    """Return a wardrobe in a colour by name or "#rrggbb", at the nearest slot that has colours."""
    spec = wardrobe.spec
    slots = (wardrobe.slot,) if change.slot else (wardrobe.slot, *library.slots(spec.style))
    for slot in slots:
        paint = library.paint(spec, slot)
        if paint is not None:
            colour = change.value
            if not colour.startswith("#"):
                colour = colour_names.nearest(colour, library.colours(spec, slot))
            return replace(wardrobe, slot=slot).changed(painted(spec, paint, colour))
    return wardrobe


def _kept(state: State, wardrobe: OpenWardrobe) -> Avatar | None:
    return next((one for one in state.avatars if one.id == wardrobe.avatar), None)


def _drawn(state: State, wardrobe: OpenWardrobe, message: str | None) -> Step:
    """Have an open wardrobe drawn, in place of the message that shows it."""
    state, superseded = supersede(state, message)
    wardrobe = replace(wardrobe, newest=True)
    request = Request(PREVIEW.name, (Setting("compare" if wardrobe.comparing else "alone"),))
    drawing = Run(request, avatar=_picture(state, wardrobe), replaces=message)
    return replace(state, wardrobe=wardrobe, forgetting=False), (*superseded, drawing)


def _picture(state: State, wardrobe: OpenWardrobe) -> Mapping[str, object]:
    """Return what the worker draws: the avatar, perhaps beside how it was matched."""
    kept = _kept(state, wardrobe)
    before = kept.matched if kept is not None else wardrobe.spec
    compared = {"before": before.to_json()} if wardrobe.comparing else {}
    return {**wardrobe.spec.to_json(), **compared}


def _finished(state: State, wardrobe: OpenWardrobe, message: str | None) -> Step:
    """Keep an avatar as it is now and show it as a sticker."""
    state, superseded = supersede(state, message)
    request = Request("emoji", (Setting(wardrobe.spec.style),))
    keep = do.ChangeAvatar(wardrobe.avatar, wardrobe.spec)
    sticker = Run(request, avatar=wardrobe.spec.to_json(), replaces=message)
    state = remember(replace(state, wardrobe=None, fresh=False, forgetting=False), (request,))
    return state, (*superseded, keep, sticker)


def shown(
    state: State, library: Library, event: JobEnded, ours: Unfinished | None, picture: bytes
) -> Step:
    """Show a wardrobe that was drawn, unless a newer drawing overtook it."""
    wardrobe = state.wardrobe
    if wardrobe is None or (ours is None and event.avatar != _picture(state, wardrobe)):
        return state, (do.DropPlaceholder(stays=True),)
    kept = _kept(state, wardrobe)
    return state, (wardrobe_view.look(library, wardrobe, kept, picture),)
