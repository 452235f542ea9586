"""Which of a kind's groups each typed word belongs to, where settings come in groups.

``beard full``, ``full beard`` and ``full`` are one setting; ``round`` may be a pair of glasses or
a hat, and the group said beside it decides. A line that opens with a group says groups before
their settings, any other behind them.
"""

from collections.abc import Sequence
from dataclasses import replace

from bot.core.language.tokens import Group, Name, Nothing, Number, Token, Unknown
from bot.core.language.vocabulary import Vocabulary, squeeze

Word = Name | Nothing | Unknown


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
            if isinstance(word, Word) and _fits(vocabulary, word, token):
                bound[place] = token
                break
        else:
            alone.append(token)
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
