"""Reads what people type to dress an avatar: ``hair bob``, ``no glasses``, ``hair colour red``.

Every phrase that means something in a style is spelt out once, so that misspelt ones find the
nearest as everywhere else: a slot with a part, a number, a colour or a move, either way round, and
parts that only one slot has alone.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from bot.core.conversation.library import Library
from bot.core.language import colour_names
from bot.core.language.vocabulary import Vocabulary, WardrobeWords, closest, nearest, squeeze
from bot.errors import CommandError

SLOT, PART, COLOUR, PAINT = "slot", "part", "colour", "paint"
MOVES = ("next", "previous", "like")
"""Moves that may name a slot; the others are about the whole avatar."""

_HEX = re.compile(r"#[0-9a-f]{6}\b")
_SHOWN = 30  # letters of what was typed


@dataclass(frozen=True, slots=True)
class Change:
    """A change asked for.

    ``verb``: SLOT opens a slot, PART wears the variant ``value``, COLOUR paints in ``value`` (a
    name of ``colour_names.NAMED`` or "#rrggbb"), PAINT in the next colour; else a move.
    ``slot``: where, empty for the slot in hand.
    """

    verb: str
    slot: str = ""
    value: str = ""


def read(vocabulary: Vocabulary, library: Library, style: str, typed: str) -> Change:
    """Understand what is to be worn; ``typed`` is normalised.

    Raises:
        CommandError: nothing in the library is near.
    """
    colour = _HEX.search(typed)
    if colour is not None:
        where = read(vocabulary, library, style, typed.replace(colour.group(), " "))
        return Change(COLOUR, where.slot, colour.group())
    phrases = _spelt(vocabulary.wardrobe, library, style)
    lines = {phrase: line for phrase, (line, _) in phrases.items()}
    said = _bare(vocabulary, typed)
    line = lines.get(squeeze(typed)) or nearest(said, lines) or nearest(squeeze(typed), lines)
    if line is not None:
        return next(change for known, change in phrases.values() if known == line)
    hints = tuple(f"/wear {hint}" for hint in closest(said, lines))
    short = typed if len(typed) <= _SHOWN else typed[: _SHOWN - 1] + "…"
    if hints:
        raise CommandError("command_error.unknown_part", typed=short, hints=hints)
    raise CommandError("command_error.unknown_part_bare", typed=short)


def _bare(vocabulary: Vocabulary, typed: str) -> str:
    """Return a phrase without words that mean nothing, squeezed."""
    words = [
        word
        for word in re.split(r"[\s,;:=+、。!?]+", typed.replace("的", ""))
        if squeeze(word) not in vocabulary.fillers
    ]
    return squeeze("".join(words))


Phrases = Mapping[str, tuple[str, Change]]
"""What may be said, squeezed -> the canonical words for it, and what they mean."""


@lru_cache(maxsize=8)  # 30,000 phrases and a twentieth of a second for each style
def _spelt(words: WardrobeWords, library: Library, style: str) -> Phrases:
    found: dict[str, tuple[str, Change]] = {}

    def put(spelt: str, line: str, change: Change) -> None:
        found.setdefault(spelt, (line, change))

    for move, names in words.moves.items():
        verb = PAINT if move == COLOUR else move
        for name in names:
            put(name, move, Change(verb))
    for slot in library.slots(style):
        for name, line, change in _of_slot(words, library, style, slot):
            put(name, line, change)
    for slot in library.slots(style):
        for variant in library.variants(style, slot):
            holders = [
                one for one in library.slots(style) if variant in library.variants(style, one)
            ]
            if len(holders) == 1:
                line = f"{_first(words, slot)} {variant}"
                for name in _names(words, variant):
                    put(name, line, Change(PART, slot, variant))
    for colour, names in words.colours.items():
        for name in names:
            put(name, f"colour {colour}", Change(COLOUR, "", colour))
            for paint in words.moves.get(COLOUR, ()):
                put(paint + name, f"colour {colour}", Change(COLOUR, "", colour))
    return found


def _of_slot(
    words: WardrobeWords, library: Library, style: str, slot: str
) -> list[tuple[str, str, Change]]:
    """Return every phrase that names a slot, with its canonical words and its meaning."""
    found = []
    first = _first(words, slot)
    painted = bool(library.paints(style, slot))
    for name in (squeeze(slot), *words.slots.get(slot, ())):
        found.append((name, first, Change(SLOT, slot)))
        for number, variant in enumerate(library.variants(style, slot), 1):
            worn = Change(PART, slot, variant)
            line = f"{first} {variant}"
            found.append((f"{name}{number}", line, worn))
            for part in _names(words, variant):
                found += [(name + part, line, worn), (part + name, line, worn)]
        for move in MOVES:
            for said in words.moves.get(move, ()):
                change = Change(move, slot)
                found += [
                    (name + said, f"{first} {move}", change),
                    (said + name, f"{first} {move}", change),
                ]
        if painted:
            found += _in_colour(words, library, style, slot, name)
    return found


def _in_colour(
    words: WardrobeWords, library: Library, style: str, slot: str, name: str
) -> list[tuple[str, str, Change]]:
    found = []
    first = _first(words, slot)
    for number, colour in enumerate(library.choices(style, slot), 1):
        if not library.variants(style, slot):
            found.append((f"{name}{number}", f"{first} {colour}", Change(COLOUR, slot, colour)))
    for paint in words.moves.get(COLOUR, ()):
        following = Change(PAINT, slot)
        found += [(name + paint, f"{first} colour", following)]
        for said in words.moves.get("next", ()):
            found.append((name + paint + said, f"{first} colour", following))
    for colour in colour_names.NAMED:
        change, line = Change(COLOUR, slot, colour), f"{first} colour {colour}"
        for said in words.colours.get(colour, ()):
            found += [(name + said, line, change), (said + name, line, change)]
            found += [(name + paint + said, line, change) for paint in words.moves.get(COLOUR, ())]
    return found


def _first(words: WardrobeWords, slot: str) -> str:
    """Return the name by which a slot is called in canonical words."""
    return next(iter(words.slots.get(slot, ())), slot)


def _names(words: WardrobeWords, variant: str) -> tuple[str, ...]:
    return (squeeze(variant), *words.parts.get(variant, ()))
