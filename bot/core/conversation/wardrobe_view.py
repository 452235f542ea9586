"""How an open wardrobe looks: its words, its buttons, and everything the slot in hand may hold."""

from bot.core.conversation.actions import (
    Choice,
    PaintName,
    PartName,
    PartNames,
    Rows,
    Say,
    SlotName,
    Wearable,
)
from bot.core.conversation.changes import OpenWardrobe
from bot.core.conversation.library import Library, part
from storage.contract.avatars import NONE, Avatar


def look(library: Library, wardrobe: OpenWardrobe, kept: Avatar | None, picture: bytes) -> Say:
    """Return an open wardrobe as a message.

    Args:
        library: what avatars can wear.
        wardrobe: the avatar in hand.
        kept: the same avatar as it was last kept; None when it is gone.
        picture: PNG of what the worker drew.
    """
    key, values = _words(library, wardrobe)
    return Say(
        key,
        values,
        choices=_choices(library, wardrobe, kept),
        picture=picture,
        offers=_wearables(library, wardrobe),
    )


def _words(library: Library, wardrobe: OpenWardrobe) -> tuple[str, dict[str, object]]:
    """Return what stands below the picture."""
    spec, slot = wardrobe.spec, wardrobe.slot
    if wardrobe.comparing:
        return "say.wardrobe_compared", {}
    variants, variant = library.variants(spec.style, slot), part(spec, slot)
    values: dict[str, object] = {"slot": SlotName(slot, leading=True)}
    paint = library.paint(spec, slot)
    if not variants:
        colours = library.colours(spec, slot)
        number = colours.index(spec.colours[paint]) + 1 if paint is not None else 0
        values |= {"number": number, "count": len(colours), "worn": PartNames()}
        return "say.wardrobe", values
    names: tuple[PartName | PaintName, ...] = (
        PartName(variant, library.tags.get((spec.style, slot, variant), {})),
    )
    if paint is not None and variant != NONE:
        names = (*names, PaintName(spec.colours[paint]))
    number = variants.index(variant) + 1 if variant in variants else 0
    values |= {"number": number, "count": len(variants), "worn": PartNames(names)}
    return "say.wardrobe", values


def _choices(library: Library, wardrobe: OpenWardrobe, kept: Avatar | None) -> Rows:
    spec, slot = wardrobe.spec, wardrobe.slot
    name = wardrobe.avatar.hex

    def button(key: str, verb: str, **values: object) -> Choice:
        return Choice(f"button.{key}", f"wear:{verb}:{name}", values)

    before, after = (wardrobe.turned(library, step).slot for step in (-1, 1))
    ranked = kept.ranked if kept is not None else {}
    move = [button("part_before", "prev"), button("part_after", "next")]
    if ranked.get(slot):
        move.append(button("like_me", "like"))
    whole = [button("random", "random"), button("compare", "compare")]
    if library.paint(spec, slot) is not None and library.variants(spec.style, slot):
        whole.insert(0, button("paint", "paint"))
    end = [button("done", "done")]
    if wardrobe.history or (kept is not None and spec != kept.matched):
        end.insert(0, button("reset", "reset"))
    if wardrobe.history:
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


def _wearables(library: Library, wardrobe: OpenWardrobe) -> tuple[Wearable, ...]:
    """Return everything that the slot in hand may hold, for chats that can show it at once."""
    spec, slot = wardrobe.spec, wardrobe.slot
    paint = library.paint(spec, slot)
    parts = [
        Wearable(
            PartName(variant, library.tags.get((spec.style, slot, variant), {}), number),
            f"/wear {slot} {variant}",
            worn=variant == part(spec, slot),
            part=(spec.style, slot, variant),
        )
        for number, variant in enumerate(library.variants(spec.style, slot), 1)
    ]
    colours = [
        Wearable(
            PaintName(colour),
            f"/wear {slot} {colour}",
            worn=paint is not None and colour == spec.colours[paint],
            colour=colour,
        )
        for colour in library.colours(spec, slot)
    ]
    return (*parts, *colours)
