"""Cuts a typed line into numbers, known names, and the rest."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.core.language.spelling import plain
from bot.core.language.vocabulary import Vocabulary, squeeze
from storage.contract.kinds import KINDS, Kind

_SEPARATORS = re.compile(r"[\s,;:=+&、。!?()\[\]{}\"'“”‘’《》「」<>/|*.~…-]")
NUMBER = re.compile(r"([-+]?)(\d+(?:\.\d*)?|\.\d+)\s*(%?)")
LETTERS = re.compile(r"[^\W\d_]+(?:[-'_:][^\W\d_]+)*")
_PERCENT_IN_CHINESE = re.compile(r"百分之\s*(\d+(?:\.\d+)?)")
_NUMBER_SIGN = re.compile(r"#\s*(?=\d{1,2}(?![\da-f]))")
_PICK = re.compile(r"(?:no)?[(.]?\s*(\d{1,2})[).,!]*")
_WESTERN = re.compile(r"[^\W\d_]", re.ASCII)
_DECIMAL_COMMA = re.compile(r"(?<![\d.])(\d+)[,。](\d+)(?![\d,。])")
_WHOLE = re.compile(r"\d+(?!\d*[.%])")
OFF = "none"
KEEP = "keep"
ADDRESSED = re.compile(r"@\w+")
KIND_OF = {"avatar": "emoji"}
"""Commands that are kinds where other words stand before them: ``make me an avatar``."""


def normalise(text: str) -> str:
    """Bring a line into one form: half width, small letters, ``80%``, decimal points."""
    text = re.sub("[\u2010-\u2015\u2212]", "-", plain(text))
    text = _NUMBER_SIGN.sub("", text)
    text = _PERCENT_IN_CHINESE.sub(r"\1%", text)
    return _DECIMAL_COMMA.sub(r"\1.\2", text).strip()


def picked(text: str) -> int | None:
    """Return the number that a line picks something by, ``3``, ``#3`` or ``3)``; else None."""
    match = _PICK.fullmatch(normalise(text))
    return int(match[1]) if match else None


@dataclass(frozen=True, slots=True)
class Number:
    """An amount as typed: ``80%`` has the value 80."""

    typed: str
    value: float
    percent: bool


@dataclass(frozen=True, slots=True)
class Name:
    """A setting of a kind by its canonical name."""

    typed: str
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Start:
    """The name of a kind."""

    typed: str
    kind: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """A word or sign that no one knows. ``groups``: where it is said to belong, if it is."""

    typed: str
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """What a group of a kind's settings is called; it may be one of several."""

    typed: str
    kind: str
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Nothing:
    """A word that takes settings off: those of its groups, or all."""

    typed: str
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Keep:
    """A word that keeps the settings behind it as they are."""

    typed: str


Token = Number | Name | Start | Unknown | Group | Nothing | Keep


def number_of(match: re.Match[str]) -> Number:
    """Return what ``NUMBER`` has matched."""
    sign, digits, percent = match.groups()
    return Number(match.group().strip(), float(sign + digits), bool(percent))


def cut(
    vocabulary: Vocabulary, line: str, kinds: tuple[Kind, ...], *, starts: bool
) -> Iterator[Token]:
    """Cut a normalised line into numbers, settings of these kinds, and the rest.

    ``starts``: whether names of kinds count too; then what may stand beside a choice counts where
    its kind was named. Words without meaning are left out. What follows a group is looked for in
    that group first, where its kind was named or the line opens with a group.
    """
    named = () if starts else kinds
    at = 0
    said: Token | None = None
    opening: Token | None = None
    while at < len(line):
        number = NUMBER.match(line, at)
        if number is not None:
            yield number_of(number)
            at, said = number.end(), None
            continue
        found = None
        if isinstance(said, Group) and (isinstance(opening, Group) or KINDS[said.kind] in named):
            found = _within(vocabulary, line, at, said)
        if found is None:
            found = _longest(vocabulary, line, at, kinds, named, starts=starts)
        if found is not None:
            token, at = found
            if token is not None:
                yield token
                said = token
                opening = None if isinstance(token, Start) else opening or token
                if isinstance(token, Start):  # what two kinds know means the one just named
                    kinds = tuple(sorted(kinds, key=lambda kind: kind.name != token.kind))
                    named = (KINDS[token.kind],)
            continue
        letters = LETTERS.match(line, at)
        if letters is not None or _SEPARATORS.match(line, at) is None:
            typed = _with_digits(vocabulary, line, letters, kinds) if letters else line[at]
            if letters is not None and _WESTERN.match(typed) is None:
                typed = _until_known(vocabulary, line, at, len(typed), kinds, named, starts=starts)
            said = Unknown(typed)
            opening = opening or said
            yield said
            at += len(typed)
            continue
        at += 1


def _until_known(
    vocabulary: Vocabulary,
    line: str,
    at: int,
    length: int,
    kinds: tuple[Kind, ...],
    named: tuple[Kind, ...],
    *,
    starts: bool,
) -> str:
    """Return what is unknown of letters that stand without spaces, as Chinese ones do."""
    for end in range(at + 1, at + length):
        if _longest(vocabulary, line, end, kinds, named, starts=starts) is not None:
            return line[at:end]
    return line[at : at + length]


def _within(
    vocabulary: Vocabulary, line: str, at: int, said: Group
) -> tuple[Token | None, int] | None:
    """Return the longest setting of a group at a position and where it ends."""
    best: tuple[Token | None, int] | None = None
    for group in said.groups:
        match = vocabulary.patterns_within[said.kind][group].match(line, at)
        if match is not None and (best is None or match.end() > best[1]):
            name = vocabulary.within[said.kind][group][squeeze(match.group())]
            best = Name(match.group(), said.kind, name), match.end()
    return best


def _longest(
    vocabulary: Vocabulary,
    line: str,
    at: int,
    kinds: tuple[Kind, ...],
    named: tuple[Kind, ...],
    *,
    starts: bool,
) -> tuple[Token | None, int] | None:
    """Return the longest known word at a position (None for a filler) and where it ends."""
    best: tuple[int, Token | None] | None = None
    for kind in kinds:
        whole = kind in named
        patterns = vocabulary.patterns if whole else vocabulary.patterns_alone
        match = patterns[kind.name].match(line, at)
        if match is not None and (best is None or match.end() > best[0]):
            name = vocabulary.settings[kind.name][squeeze(match.group())]
            best = match.end(), Name(match.group(), kind.name, name)
        if kind.groups and (whole or kind.worn):
            best = _longest_of_groups(vocabulary, line, at, kind, best)
    if starts:
        match = vocabulary.command_pattern.match(line, at)
        if match is not None and (best is None or match.end() > best[0]):
            name = vocabulary.commands[squeeze(match.group())]
            name = KIND_OF.get(name, name)
            if name in KINDS:
                best = match.end(), Start(match.group(), name)
    match = vocabulary.filler_pattern.match(line, at)
    # without a command "a picture of my smile" is about the smile
    if match is not None and (best is None or match.end() >= best[0] + (not starts)):
        best = match.end(), None
    return None if best is None else (best[1], best[0])


def _longest_of_groups(
    vocabulary: Vocabulary, line: str, at: int, kind: Kind, best: tuple[int, Token | None] | None
) -> tuple[int, Token | None] | None:
    """Return the name of a group, or what takes something off, if that is longer."""
    match = vocabulary.group_patterns[kind.name].match(line, at)
    if match is not None and (best is None or match.end() > best[0]):
        groups = vocabulary.groups[kind.name][squeeze(match.group())]
        best = match.end(), Group(match.group(), kind.name, groups)
    match = vocabulary.nothing_pattern.match(line, at)
    if match is not None and (best is None or match.end() > best[0]):
        best = match.end(), Nothing(match.group())
    match = vocabulary.keeping_pattern.match(line, at) if kind.scales else None
    if match is not None and (best is None or match.end() > best[0]):
        best = match.end(), Keep(match.group())
    for group in kind.groups:
        off = f"{group}:{OFF}"
        ends = at + len(off)
        if line.startswith(off, at) and (best is None or ends > best[0]):
            best = ends, Nothing(off, (group,))
    return best


def _with_digits(
    vocabulary: Vocabulary, line: str, letters: re.Match[str], kinds: tuple[Kind, ...]
) -> str:
    """Take the digits along where names of that beginning have some, as AU12 has."""
    digits = _WHOLE.match(line, letters.end())
    if digits is not None:
        for kind in kinds:
            for word in vocabulary.settings[kind.name]:
                if word[-1].isdigit() and word.rstrip("0123456789") == letters.group():
                    return letters.group() + digits.group()
    return letters.group()
