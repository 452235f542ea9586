"""What people say around a wish: courtesies, whole phrases, and wishes that nobody makes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True, slots=True, eq=False)
class _Phrase:
    """Words that stand for a line, with small words between them perhaps."""

    pattern: re.Pattern[str]
    line: str

    @property
    def kind(self) -> str:
        """The kind that the line begins with."""
        return self.line.partition(" ")[0]


@dataclass(frozen=True)
class Talk:
    """What belongs to talking, of all languages.

    ``fillers``: words of sentences that mean nothing to us. ``between``: words that may stand
    inside a phrase. ``courtesies``: to what kind of courtesy they are; ``phrases``: to the line
    that they mean; ``near``: names of what nobody makes, to a meaning of ``nearby.NEARBY``.
    """

    fillers: frozenset[str] = frozenset()
    between: frozenset[str] = frozenset()
    courtesies: Mapping[str, str] = field(default_factory=dict)
    phrases: Mapping[str, str] = field(default_factory=dict)
    near: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def _phrases(self) -> tuple[_Phrase, ...]:
        small = "|".join(re.escape(word) for word in sorted(self.between, key=len, reverse=True))
        gap = rf"[ _-]*(?:(?:{small})[ _-]*)*"
        found = []
        for words in sorted(self.phrases, key=len, reverse=True):
            spelt = gap.join(re.escape(word) for word in words.split())
            whole = rf"(?<![a-z]){spelt}(?![a-z])" if words.isascii() else spelt
            found.append(_Phrase(re.compile(whole), self.phrases[words]))
        return tuple(found)

    def rephrased(self, line: str, kind: str = "") -> str:
        """Return a normalised line with its phrases as what they stand for.

        ``kind``: what the line is about already; other phrases stay, and the kind is not repeated.
        """
        for phrase in self._phrases:
            if kind and phrase.kind != kind:
                continue
            meant = phrase.line.removeprefix(kind).casefold()
            line = phrase.pattern.sub(f" {meant} ", line)
        return line.strip()
