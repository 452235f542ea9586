"""Every word that people may type, and what it stands for, misspelt perhaps."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.core.language.spelling import plain
from bot.core.language.talk import Talk
from storage.contract.kinds import KINDS, group_of

LIFETIME = 50  # years that the slider of age at 1 adds, about

NEAR = 0.7  # similarity from which a misspelt word is understood
NEAR_SHORT = 0.8  # the same of words of up to four letters: "moon" is no "toon"
CLEARLY = 0.1  # by how much the best must beat the next
HINTED = 0.59  # similarity from which a word is worth suggesting


@dataclass(frozen=True, slots=True, eq=False)
class WardrobeWords:
    """What people call what avatars wear, squeezed, each by its canonical name.

    ``slots``, ``parts`` (by variant) and ``colours``; ``moves``: next, undo and the like.
    """

    slots: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    colours: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    moves: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Vocabulary:
    """Every word people may type, squeezed, and the canonical name it stands for.

    ``commands``: commands, shortcuts and kinds. ``settings``: by kind. ``languages``: to locales.
    Where settings come in groups, ``groups`` maps what a group is called to the groups it may be,
    the likeliest first, and ``within`` holds the words of each; ``settings`` gives a word to the
    first group that knows it. ``nothing``: what takes a setting off. ``naming`` and ``deleting``:
    what is done to a kept avatar. ``minors``: what people are called who are no adults yet.
    ``keeping``: what keeps a setting as it is. ``presets``: sliders that are moved together.
    ``packing``: what is done to a sticker pack.
    ``years``: phrases around a number of years, to the setting that they are a strength of.
    ``talk``: what is said around a wish.
    ``above`` and ``below``: where a caption goes.
    ``mine``: what says that a photo shows who sends it; ``everyone``: that all on it are meant.
    """

    commands: Mapping[str, str]
    settings: Mapping[str, Mapping[str, str]]
    languages: Mapping[str, str]
    fillers: frozenset[str] = frozenset()
    groups: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    within: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    nothing: frozenset[str] = frozenset()
    wardrobe: WardrobeWords = field(default_factory=WardrobeWords)
    naming: frozenset[str] = frozenset()
    deleting: frozenset[str] = frozenset()
    minors: frozenset[str] = frozenset()
    keeping: frozenset[str] = frozenset()
    presets: Mapping[str, str] = field(default_factory=dict)
    years: Mapping[str, str] = field(default_factory=dict)
    talk: Talk = field(default_factory=Talk)
    above: frozenset[str] = frozenset()
    below: frozenset[str] = frozenset()
    mine: frozenset[str] = frozenset()
    everyone: frozenset[str] = frozenset()
    packing: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def patterns(self) -> dict[str, re.Pattern[str]]:
        """For each kind, what matches any of its settings at a position, the longest first."""
        return {kind: any_of(words) for kind, words in self.settings.items()}

    @cached_property
    def alone(self) -> Mapping[str, Mapping[str, str]]:
        """The words of ``settings`` that mean a kind where nothing else says so.

        What stands in groups beside a choice does not: "green hair" is no wish for a drawing.
        """
        return {
            kind: {
                word: name
                for word, name in words.items()
                if not (group_of(name) and name in KINDS[kind].beside)
            }
            for kind, words in self.settings.items()
        }

    @cached_property
    def patterns_alone(self) -> dict[str, re.Pattern[str]]:
        """The same as ``patterns`` of ``alone``."""
        return {kind: any_of(words) for kind, words in self.alone.items()}

    @cached_property
    def group_patterns(self) -> dict[str, re.Pattern[str]]:
        """For each kind with groups, what matches the name of one."""
        return {kind: any_of(words) for kind, words in self.groups.items()}

    @cached_property
    def patterns_within(self) -> dict[str, dict[str, re.Pattern[str]]]:
        """For each group of each kind, what matches any of its settings."""
        return {
            kind: {group: any_of(words) for group, words in groups.items()}
            for kind, groups in self.within.items()
        }

    @cached_property
    def nothing_pattern(self) -> re.Pattern[str]:
        """What matches a word that takes something off."""
        return any_of(self.nothing)

    @cached_property
    def keeping_pattern(self) -> re.Pattern[str]:
        """What matches a word that keeps something as it is."""
        return any_of(self.keeping)

    @cached_property
    def command_pattern(self) -> re.Pattern[str]:
        """What matches any command or kind at a position."""
        return any_of(self.commands)

    @cached_property
    def filler_pattern(self) -> re.Pattern[str]:
        """What matches a word that means nothing to us."""
        return any_of({*self.fillers, *self.talk.fillers, *self.talk.courtesies})

    @cached_property
    def courtesy_pattern(self) -> re.Pattern[str]:
        """What matches a courtesy."""
        return any_of(self.talk.courtesies)

    @cached_property
    def near_pattern(self) -> re.Pattern[str]:
        """What matches the name of something that nobody makes."""
        return any_of(self.talk.near)

    @cached_property
    def minor_pattern(self) -> re.Pattern[str]:
        """What matches a word for somebody who is no adult, anywhere in a line."""
        return re.compile(rf"(?<![a-z])(?:{any_of(self.minors).pattern})")

    @cached_property
    def mine_pattern(self) -> re.Pattern[str]:
        """What matches the words that a photo is one's own, anywhere in a caption."""
        spelt = (re.escape(phrase) for phrase in sorted(self.mine, key=len, reverse=True))
        return re.compile(
            rf"(?<![a-z])(?:{'|'.join(spelt) or '(?!)'})(?![a-z])[.,!。，！]*", re.IGNORECASE
        )

    def in_strengths(self, line: str) -> str:
        """Return a line with years as strengths: ``20 years older`` is ``older 0.4``."""
        for phrase, setting in self.years.items():
            before, after = (re.escape(part) for part in phrase.split("{}"))
            found = re.search(rf"{before}(\d+){after}", line)
            if found is not None:
                share = min(1.0, int(found[1]) / LIFETIME)
                line = f"{line[: found.start()]} {setting} {share:g} {line[found.end() :]}"
        return line

    def settings_within(self, kind: str, groups: tuple[str, ...]) -> Mapping[str, str]:
        """Return the words of a kind's settings, or of those in some of its groups alone."""
        if not groups:
            return self.settings[kind]
        within = (self.within[kind][group] for group in reversed(groups))
        return {word: name for words in within for word, name in words.items()}


def squeeze(word: str) -> str:
    """Bring a word into the form it is compared in: ``Big Ears`` and ``big-ears`` are one."""
    return re.sub(r"[\s_-]+", "", plain(word))


def any_of(words: Iterable[str]) -> re.Pattern[str]:
    """Match any word, perhaps parted by spaces, hyphens or underscores, but not within numbers."""
    parts = []
    for word in sorted(words, key=len, reverse=True):
        atoms = re.split(r"(?<=\D)(?=.)|(?<=\d)(?=\D)", word)
        spelt = r"[ _-]?".join(re.escape(atom) for atom in atoms)
        last = word[-1:]
        if last.isdigit():
            spelt += r"(?!\d)"
        elif last.isascii():
            spelt += r"(?![a-z])"
        parts.append(spelt)
    return re.compile("|".join(parts) or r"(?!)")


def nearest(typed: str, words: Mapping[str, str]) -> str | None:
    """Return what a word stands for, misspelt perhaps, if nothing else is as near."""
    if typed in words:
        return words[typed]
    ranked = _near(typed, words)
    if not ranked:
        return None
    (best, score), *others = ranked
    # the sheet that a kind's plural shows is no rival of the kind
    if any(score - near < CLEARLY and not name.startswith(best) for name, near in others):
        return None
    return best


def alike(typed: str, words: Iterable[str]) -> list[str]:
    """Return the words that a misspelt one may be, the likeliest first."""
    return [word for word, _ in _near(typed, {word: word for word in words})]


def _near(typed: str, words: Mapping[str, str]) -> list[tuple[str, float]]:
    """Rank what a misspelt word may stand for; what is too short for that stands for nothing."""
    if (len(typed) < 4 and typed.isascii()) or any(letter.isdigit() for letter in typed):
        return []
    return _ranked(typed, words, NEAR_SHORT if len(typed) <= 4 and typed.isascii() else NEAR)


def closest(typed: str, words: Mapping[str, str]) -> list[str]:
    """Return up to three names that may be meant, the likeliest first."""
    return [name for name, _ in _ranked(typed, words, HINTED)[:3]]


def _ranked(typed: str, words: Mapping[str, str], least: float) -> list[tuple[str, float]]:
    """Rank canonical names by the likeness of their closest word, the closest first."""
    found: dict[str, float] = {}
    scored = process.extract(
        typed, list(words), scorer=OSA.normalized_similarity, score_cutoff=least, limit=None
    )
    for word, score, _ in scored:
        found[words[word]] = max(score, found.get(words[word], 0.0))
    return sorted(found.items(), key=lambda item: -item[1])
