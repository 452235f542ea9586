"""Cuts a typed line into numbers, known names, and the rest."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from bot.core.vocabulary import Vocabulary, squeeze
from storage.kinds import KINDS, Kind

_SEPARATORS = re.compile(r"[\s,;:=+&、。!?()\[\]{}\"'“”‘’《》「」<>/|*.~…-]")
NUMBER = re.compile(r"([-+]?)(\d+(?:\.\d*)?|\.\d+)\s*(%?)")
LETTERS = re.compile(r"[^\W\d_]+(?:[-'_:][^\W\d_]+)*")
_PERCENT_IN_CHINESE = re.compile(r"百分之\s*(\d+(?:\.\d+)?)")
_DECIMAL_COMMA = re.compile(r"(?<![\d.])(\d+)[,。](\d+)(?![\d,。])")
_WHOLE = re.compile(r"\d+(?!\d*[.%])")
ADDRESSED = re.compile(r"@\w+")


def normalise(text: str) -> str:
    """Bring a line into one form: half width, small letters, ``80%``, decimal points."""
    text = unicodedata.normalize("NFKC", text).casefold()
    text = re.sub("[\u2010-\u2015\u2212]", "-", text)
    text = _PERCENT_IN_CHINESE.sub(r"\1%", text)
    return _DECIMAL_COMMA.sub(r"\1.\2", text).strip()


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
    """A word or sign that no one knows."""

    typed: str


Token = Number | Name | Start | Unknown


def number_of(match: re.Match[str]) -> Number:
    """Return what ``NUMBER`` has matched."""
    sign, digits, percent = match.groups()
    return Number(match.group().strip(), float(sign + digits), bool(percent))


def cut(
    vocabulary: Vocabulary, line: str, kinds: tuple[Kind, ...], *, starts: bool
) -> Iterator[Token]:
    """Cut a normalised line into numbers, settings of these kinds, and the rest.

    ``starts``: whether names of kinds count too. Words without meaning are left out.
    """
    at = 0
    while at < len(line):
        number = NUMBER.match(line, at)
        if number is not None:
            yield number_of(number)
            at = number.end()
            continue
        found = _longest(vocabulary, line, at, kinds, starts=starts)
        if found is not None:
            token, at = found
            if token is not None:
                yield token
            continue
        letters = LETTERS.match(line, at)
        if letters is not None:
            yield Unknown(_with_digits(vocabulary, line, letters, kinds))
            at += len(_with_digits(vocabulary, line, letters, kinds))
            continue
        if _SEPARATORS.match(line, at) is None:
            yield Unknown(line[at])
        at += 1


def _longest(
    vocabulary: Vocabulary, line: str, at: int, kinds: tuple[Kind, ...], *, starts: bool
) -> tuple[Token | None, int] | None:
    """Return the longest known word at a position (None for a filler) and where it ends."""
    best: tuple[int, Token | None] | None = None
    for kind in kinds:
        match = vocabulary.patterns[kind.name].match(line, at)
        if match is not None and (best is None or match.end() > best[0]):
            name = vocabulary.settings[kind.name][squeeze(match.group())]
            best = match.end(), Name(match.group(), kind.name, name)
    if starts:
        match = vocabulary.command_pattern.match(line, at)
        if match is not None and (best is None or match.end() > best[0]):
            name = vocabulary.commands[squeeze(match.group())]
            if name in KINDS:
                best = match.end(), Start(match.group(), name)
    match = vocabulary.filler_pattern.match(line, at)
    if match is not None and (best is None or match.end() > best[0]):
        best = match.end(), None
    return None if best is None else (best[1], best[0])


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
