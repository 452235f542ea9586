"""Which of a kind's groups each typed word belongs to, where settings come in groups.

``beard full``, ``full beard`` and ``full`` are one setting; ``round`` may be a pair of glasses or
a hat, and the group said beside it decides. A line that opens with a group says groups before
their settings, any other behind them.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest

from bot.core.language.tokens import Group, Name, Nothing, Number, Token, Unknown
from bot.core.language.vocabulary import Vocabulary, squeeze
from storage.contract.kinds import group_of

Word = Name | Nothing | Unknown

COLOUR = "colour"  # of hair
UNCOLOURED = frozenset({"hat", "glasses"})
"""Groups whose pieces come in colours of their own: a red hat is no wish for red hair."""


def uncoloured(tokens: Sequence[Token]) -> tuple[list[Token], list[Name]]:
    """Part a line's tokens from the colours that stand before what has its own."""
    left: list[Token] = []
    colours: list[Name] = []
    for token, following in zip_longest(tokens, tokens[1:]):
        if isinstance(token, Name) and group_of(token.name) == COLOUR and _own(following):
            colours.append(token)
        else:
            left.append(token)
    return left, colours


def _own(token: Token | None) -> bool:
    if isinstance(token, Group):
        return UNCOLOURED.issuperset(token.groups)
    return isinstance(token, Name) and group_of(token.name) in UNCOLOURED


def bind(vocabulary: Vocabulary, tokens: Sequence[Token]) -> list[Token]:
    """Give every word the group said for it; groups without a word of theirs are left over."""
    words = [token for token in tokens if not isinstance(token, Number)]
    forward = bool(words) and isinstance(words[0], Group)
    bound: dict[int, Group] = {}
    alone: list[Group] = []
    for at, token in enumerate(tokens):
        if not isinstance(token, Group):
            continue
        after, before = _neighbour(tokens, at, 1), _neighbour(tokens, at, -1)
        for place in (after, before) if forward else (before, after):
            if place is None or place in bound:
                continue
            word = tokens[place]
            if _fits_one(vocabulary, word, token):
                bound[place] = token
                break
        else:
            places = (place for place in (before, after) if place is not None and place in bound)
            said = any(_fits_one(vocabulary, tokens[place], token) for place in places)
            alone += [] if said else [token]
    settled = [
        _settled(vocabulary, token, bound.get(at))
        for at, token in enumerate(tokens)
        if not isinstance(token, Group)
    ]
    return [*settled, *alone]


def _neighbour(tokens: Sequence[Token], at: int, step: int) -> int | None:
    """Return the place of the next word in a direction, numbers aside."""
    at += step
    while 0 <= at < len(tokens) and isinstance(tokens[at], Number):
        at += step
    return at if 0 <= at < len(tokens) else None


def _fits(vocabulary: Vocabulary, word: Word, group: Group) -> bool:
    if isinstance(word, Name):
        return _inside(vocabulary, word, group) is not None
    return not word.groups


def _fits_one(vocabulary: Vocabulary, token: Token, group: Group) -> bool:
    return isinstance(token, Word) and _fits(vocabulary, token, group)


def _inside(vocabulary: Vocabulary, word: Name, group: Group) -> str | None:
    """Return the setting that a word stands for in a group."""
    for one in group.groups:
        names = vocabulary.within[group.kind][one]
        if squeeze(word.typed) in names:
            return names[squeeze(word.typed)]
        if word.name in names.values():
            return word.name
    return None


def _settled(vocabulary: Vocabulary, token: Token, group: Group | None) -> Token:
    match token:
        case Name() if group is not None:
            return replace(token, name=_inside(vocabulary, token, group) or token.name)
        case Nothing() | Unknown() if group is not None:
            return replace(token, groups=group.groups)
        case _:
            return token
