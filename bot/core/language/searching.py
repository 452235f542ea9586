"""Finds stickers by what they show, in any language that we speak, misspelt perhaps; pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import accumulate
from operator import and_

from bot.core.language.meanings import Request
from bot.core.language.spelling import plain
from bot.core.language.vocabulary import Vocabulary, alike, squeeze

_PART = re.compile(r"[\s,.!?;:，。！？、；：]+")


class Searching:
    """Knows what people call what stickers show."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    @cached_property
    def _called(self) -> Mapping[tuple[str, str], frozenset[str]]:
        """What people call each setting of each kind, and each kind: its words, squeezed."""
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        for word, kind in self._vocabulary.commands.items():
            found[kind, ""].add(word)
        for kind, words in self._vocabulary.settings.items():
            for word, setting in words.items():
                found[kind, setting].add(word)
        return {name: frozenset(words) for name, words in found.items()}

    def words_of(self, request: Request, *more: str) -> frozenset[str]:
        """Return what a sticker is found by: its wish and caption in every language, and more."""
        words = {part for text in more for part in _parts(text)}
        words |= self._called.get((request.kind, ""), frozenset())
        for one in request.settings:
            if one.amount > 0 and not one.words:
                words |= self._called.get((request.kind, one.name), frozenset())
        if request.caption is not None:
            words.update(_parts(request.caption.text))
        return frozenset(words)

    def find(self, typed: str, stickers: Sequence[frozenset[str]]) -> list[int]:
        """Return which stickers all words lead to that lead anywhere, in their order.

        Every sticker for nothing typed, none where no word leads anywhere.

        Args:
            typed: what somebody looks for.
            stickers: by what each is found (``words_of``).
        """
        parts = [one for one in _parts(typed) if one not in self._vocabulary.fillers]
        if not parts:
            return list(range(len(stickers))) if not typed.strip() else []
        known = frozenset().union(*stickers)
        led = [found for part in parts if (found := _led_to(part, known))]
        if not led:
            return []
        hits = ({at for at, words in enumerate(stickers) if words & found} for found in led)
        *_, all_of_them = accumulate(hits, and_)
        return sorted(all_of_them)


def _parts(text: str) -> list[str]:
    """Take a text apart into squeezed words."""
    return [part for one in _PART.split(plain(text)) if (part := squeeze(one))]


def _led_to(part: str, known: Iterable[str]) -> frozenset[str]:
    """Return the words that a typed one means: that begin so, else that are within it, or alike."""
    begun = frozenset(word for word in known if word.startswith(part))
    if begun:
        return begun
    if not part.isascii():  # nothing parts Chinese words
        within = frozenset(word for word in known if not word.isascii() and word in part)
        if within:
            return within
    return frozenset(alike(part, known))
