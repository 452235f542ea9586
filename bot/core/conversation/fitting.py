"""The wardrobe in a chat: one message with the avatar as it is, changed at each press or word.

Every change is kept with the conversation before it is drawn, and a drawing that a newer one
overtakes is given up, so quick presses neither get lost nor show in the wrong order.
"""

import random
from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from bot.core.conversation import actions as do
from bot.core.conversation import wearing
from bot.core.conversation.actions import (
    Action,
    Choice,
    Offer,
    PaintName,
    PartName,
    Rows,
    Run,
    Say,
    SlotName,
    Worn,
)
from bot.core.conversation.events import JobEnded
from bot.core.conversation.making import Step, remember, run, supersede
from bot.core.conversation.state import Shown, State, Unfinished
from bot.core.conversation.wardrobe import (
    NONE,
    Fitting,
    Library,
    by_lot,
    exchanged,
    painted,
    part,
    recoloured,
    resembling,
    with_part,
)
from bot.core.conversation.wearing import COLOUR, PAINT, PART, SLOT, Wish
from bot.core.language import colour_names
from bot.core.language.commands import Request
from bot.core.language.vocabulary import Vocabulary
from storage.contract.avatars import Avatar, AvatarSpec
from storage.contract.kinds import FITTING, Setting

_PRESSES = {
    "slot-": Wish("turn", value="-1"), "slot+": Wish("turn", value="1"),
    "prev": Wish("previous"), "next": Wish("next"), "like": Wish("like"), "paint": Wish(PAINT),
    "random": Wish("random"), "undo": Wish("undo"), "reset": Wish("reset"),
    "compare": Wish("compare"), "done": Wish("done"),
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
    return _drawn(state, Fitting(avatar, spec, slot if slot in slots else slots[0]), at)


def press(
    state: State, library: Library, value: str, message: str | None, chance: random.Random
) -> Step:
    """Do what a button of a wardrobe says: ``verb:avatar``; ``message``: where it stands."""
    verb, _, name = value.partition(":")
    wish = _PRESSES.get(verb)
    fitting = state.fitting
    if wish is None:
        return state, (Say("say.choice_gone"),)
    if fitting is None or fitting.avatar.hex != name:
        kept = next((one for one in state.avatars if one.id.hex == name), None)
        if kept is None:
            return state, (Say("say.choice_gone"),)
        slots = library.slots(kept.spec.style)
        fitting = Fitting(kept.id, kept.spec, slots[0] if slots else "")
    return _followed(state, library, fitting, wish, message, chance)


def say(
    state: State,
    library: Library,
    vocabulary: Vocabulary,
    typed: str,
    message: str | None,
    chance: random.Random,
) -> Step:
    """Dress as typed: the open wardrobe's avatar, or else the current one, as a sticker at once.

    ``message``: a wardrobe that is to change in its place. Raises CommandError.
    """
    if not state.avatars:
        return run(state, (Request("emoji"),))
    fitting = state.fitting
    live = fitting is not None and (fitting.newest or message is not None)
    if fitting is None or not live:
        kept = state.avatars[0]
        slots = library.slots(kept.spec.style)
        fitting = Fitting(kept.id, kept.spec, slots[0] if slots else "")
    if not library.slots(fitting.spec.style):
        return state, (Say("say.wardrobe_empty"),)
    if not typed:
        return _drawn(state, fitting, message)
    wish = wearing.read(vocabulary, library, fitting.spec.style, typed)
    if live or message is not None or wish.verb in (SLOT, "compare"):
        return _followed(state, library, fitting, wish, message, chance)
    if wish.verb in ("undo", "done"):
        return state, (Say("say.nothing_to_undo" if wish.verb == "undo" else "say.nothing_open"),)
    return _finished(state, _changed(state, library, fitting, wish, chance), message)


def _followed(
    state: State,
    library: Library,
    fitting: Fitting,
    wish: Wish,
    message: str | None,
    chance: random.Random,
) -> Step:
    if wish.verb == "done":
        return _finished(state, fitting, message)
    return _drawn(state, _changed(state, library, fitting, wish, chance), message)


def _changed(
    state: State, library: Library, fitting: Fitting, wish: Wish, chance: random.Random
) -> Fitting:
    """Return a fitting as wished; a wish that does not fit its slot changes nothing."""
    if wish.slot:
        fitting = replace(fitting, slot=wish.slot, comparing=False)
    spec, slot = fitting.spec, fitting.slot
    kept = _kept(state, fitting)
    match wish.verb:
        case "turn":
            return fitting.turned(library, int(wish.value))
        case "next" | "previous":
            steps = 1 if wish.verb == "next" else -1
            if not library.variants(spec.style, slot):
                return fitting.changed(recoloured(library, spec, slot, steps))
            return fitting.changed(exchanged(library, spec, slot, steps))
        case "like":
            ranked = kept.ranked if kept is not None else {}
            return fitting.changed(resembling(library, spec, slot, ranked))
        case "random":
            ranked = kept.ranked if kept is not None else {}
            return fitting.changed(by_lot(library, spec, ranked, chance))
        case "reset":
            return fitting.changed(kept.matched if kept is not None else spec)
        case "undo":
            return fitting.undone()
        case "compare":
            return replace(fitting, comparing=not fitting.comparing)
        case _ if wish.verb == PART:
            return fitting.changed(with_part(spec, slot, wish.value))
        case _ if wish.verb == PAINT:
            return fitting.changed(recoloured(library, spec, slot))
        case _ if wish.verb == COLOUR:
            return _painted(library, fitting, wish)
        case _:
            return fitting


def _painted(library: Library, fitting: Fitting, wish: Wish) -> Fitting:
    """Return a fitting in a colour by name or "#rrggbb", at the nearest slot that has colours."""
    spec = fitting.spec
    slots = (fitting.slot,) if wish.slot else (fitting.slot, *library.slots(spec.style))
    for slot in slots:
        paint = library.paint(spec, slot)
        if paint is not None:
            colour = wish.value
            if not colour.startswith("#"):
                colour = colour_names.nearest(colour, library.colours(spec, slot))
            return replace(fitting, slot=slot).changed(painted(spec, paint, colour))
    return fitting


def _kept(state: State, fitting: Fitting) -> Avatar | None:
    return next((one for one in state.avatars if one.id == fitting.avatar), None)


def _drawn(state: State, fitting: Fitting, message: str | None) -> Step:
    """Have an open wardrobe drawn, in place of the message that shows it."""
    state, superseded = supersede(state, message)
    fitting = replace(fitting, newest=True)
    request = Request(FITTING.name, (Setting("compare" if fitting.comparing else "mirror"),))
    drawing = Run(request, avatar=_picture(state, fitting), replaces=message)
    return replace(state, fitting=fitting, forgetting=False), (*superseded, drawing)


def _picture(state: State, fitting: Fitting) -> Mapping[str, object]:
    """Return what the worker draws: the avatar, perhaps beside how it was matched."""
    kept = _kept(state, fitting)
    before = kept.matched if kept is not None else fitting.spec
    compared = {"before": before.to_json()} if fitting.comparing else {}
    return {**fitting.spec.to_json(), **compared}


def _finished(state: State, fitting: Fitting, message: str | None) -> Step:
    """Keep an avatar as it is now and show it as a sticker."""
    state, superseded = supersede(state, message)
    request = Request("emoji", (Setting(fitting.spec.style),))
    keep = do.ChangeAvatar(fitting.avatar, fitting.spec)
    sticker = Run(request, avatar=fitting.spec.to_json(), replaces=message)
    state = remember(replace(state, fitting=None, fresh=False, forgetting=False), (request,))
    return state, (*superseded, keep, sticker)


def shown(
    state: State, library: Library, event: JobEnded, ours: Unfinished | None, picture: bytes
) -> Step:
    """Show a wardrobe that was drawn, unless a newer drawing overtook it."""
    fitting = state.fitting
    if fitting is None or (ours is None and event.avatar != _picture(state, fitting)):
        return state, (do.Hush(stays=True),)
    kept = _kept(state, fitting)
    key, values = _words(library, fitting)
    said: Action = Say(
        key,
        values,
        choices=_choices(library, fitting, kept),
        picture=picture,
        offers=_offers(library, fitting),
    )
    return state, (said,)


def _words(library: Library, fitting: Fitting) -> tuple[str, dict[str, object]]:
    """Return what stands below the picture."""
    spec, slot = fitting.spec, fitting.slot
    if fitting.comparing:
        return "say.fitting_compared", {}
    variants, variant = library.variants(spec.style, slot), part(spec, slot)
    values: dict[str, object] = {"slot": SlotName(slot, leading=True)}
    paint = library.paint(spec, slot)
    if not variants:
        colours = library.colours(spec, slot)
        number = colours.index(spec.colours[paint]) + 1 if paint is not None else 0
        return "say.fitting", {**values, "number": number, "count": len(colours), "worn": Worn()}
    names: tuple[PartName | PaintName, ...] = (
        PartName(variant, library.tags.get((spec.style, slot, variant), {})),
    )
    if paint is not None and variant != NONE:
        names = (*names, PaintName(spec.colours[paint]))
    number = variants.index(variant) + 1 if variant in variants else 0
    return "say.fitting", {**values, "number": number, "count": len(variants), "worn": Worn(names)}


def _choices(library: Library, fitting: Fitting, kept: Avatar | None) -> Rows:
    spec, slot = fitting.spec, fitting.slot
    name = fitting.avatar.hex

    def button(key: str, verb: str, **values: object) -> Choice:
        return Choice(f"button.{key}", f"wear:{verb}:{name}", values)

    before, after = (fitting.turned(library, step).slot for step in (-1, 1))
    ranked = kept.ranked if kept is not None else {}
    move = [button("part_before", "prev"), button("part_after", "next")]
    if ranked.get(slot):
        move.append(button("like_me", "like"))
    whole = [button("random", "random"), button("compare", "compare")]
    if library.paint(spec, slot) is not None and library.variants(spec.style, slot):
        whole.insert(0, button("paint", "paint"))
    end = [button("done", "done")]
    if fitting.history or (kept is not None and spec != kept.matched):
        end.insert(0, button("reset", "reset"))
    if fitting.history:
        end.insert(0, button("take_back", "undo"))
    return (
        (
            button("slot_before", "slot-", slot=SlotName(before, leading=True)),
            button("slot_after", "slot+", slot=SlotName(after, leading=True)),
        ),
        tuple(move),
        tuple(whole),
        tuple(end),
    )


def _offers(library: Library, fitting: Fitting) -> tuple[Offer, ...]:
    """Return everything that the slot in hand may hold, for chats that can show it at once."""
    spec, slot = fitting.spec, fitting.slot
    paint = library.paint(spec, slot)
    parts = [
        Offer(
            PartName(variant, library.tags.get((spec.style, slot, variant), {}), number),
            f"/wear {slot} {variant}",
            worn=variant == part(spec, slot),
            picture=(spec.style, slot, variant),
        )
        for number, variant in enumerate(library.variants(spec.style, slot), 1)
    ]
    colours = [
        Offer(
            PaintName(colour),
            f"/wear {slot} {colour}",
            worn=paint is not None and colour == spec.colours[paint],
            colour=colour,
        )
        for colour in library.colours(spec, slot)
    ]
    return (*parts, *colours)
