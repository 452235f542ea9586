"""From words to mouths: which visemes speak a line, and how long each takes.

Visemes bear the names of the fifteen that speech animation commonly uses (after MPEG-4's). English
is read by rules from its letters, which place lips well enough where nothing is heard; Chinese by
its pinyin.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

VOWELS = frozenset({"aa", "E", "ih", "oh", "ou"})
SILENCE = "sil"

_SECONDS = {"vowel": 0.13, "consonant": 0.075, "space": 0.05, "stop": 0.2}
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]+")
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
_STOP = re.compile(r"[.,;:!?…—、。，；：！？]")
_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_HAN_DIGITS = "零一二三四五六七八九"

_LETTERS = {
    "tch": "CH", "igh": "aa ih", "eau": "oh", "ough": "oh", "tion": "CH aa nn",
    "ch": "CH", "sh": "CH", "th": "TH", "ph": "FF", "wh": "ou", "qu": "kk ou", "ck": "kk",
    "ng": "kk", "gh": "", "dg": "CH",
    "oo": "ou", "ee": "ih", "ea": "ih", "ai": "E ih", "ay": "E ih", "oa": "oh", "ou": "aa ou",
    "ow": "oh ou", "oi": "oh ih", "oy": "oh ih", "au": "oh", "aw": "oh", "ie": "ih", "ei": "E ih",
    "ey": "E ih", "ue": "ou", "ew": "ou", "er": "E RR", "ir": "E RR", "ur": "E RR", "ar": "aa RR",
    "or": "oh RR",
    "a": "aa", "e": "E", "i": "ih", "o": "oh", "u": "aa", "y": "ih",
    "b": "PP", "p": "PP", "m": "PP", "f": "FF", "v": "FF", "t": "DD", "d": "DD", "l": "DD",
    "n": "nn", "k": "kk", "g": "kk", "c": "kk", "q": "kk", "h": "", "s": "SS", "z": "SS",
    "x": "kk SS", "j": "CH", "r": "RR", "w": "ou",
}  # fmt: skip
_SOFT = {"c": "SS", "g": "CH"}  # before e, i and y
_LONG = {"a": "E ih", "e": "ih", "i": "aa ih", "o": "oh", "u": "ou"}  # before a silent e
_BEGINNING = {"kn": "nn", "wr": "RR", "gn": "nn", "ps": "SS", "h": "kk", "y": "ih"}
_WORDS = {
    "the": "TH aa", "you": "ou", "i": "aa ih", "one": "ou aa nn", "two": "DD ou", "are": "aa RR",
    "have": "kk aa FF", "love": "DD aa FF", "me": "PP ih", "he": "kk ih", "she": "CH ih",
    "we": "ou ih", "be": "PP ih", "my": "PP aa ih", "by": "PP aa ih", "hi": "kk aa ih",
    "bye": "PP aa ih", "do": "DD ou", "to": "DD ou", "who": "kk ou", "how": "kk aa ou",
    "now": "nn aa ou", "wow": "ou aa ou", "what": "ou oh DD", "eye": "aa ih", "eight": "E ih DD",
}  # fmt: skip
_PINYIN = {
    "zh": "CH", "ch": "CH", "sh": "CH", "r": "CH", "j": "SS", "q": "SS", "x": "SS", "z": "SS",
    "c": "SS", "s": "SS", "b": "PP", "p": "PP", "m": "PP", "f": "FF", "d": "DD", "t": "DD",
    "n": "nn", "l": "DD", "g": "kk", "k": "kk", "h": "kk", "w": "ou", "y": "ih", "ng": "kk",
    "er": "E RR", "a": "aa", "o": "oh", "e": "E", "i": "ih", "u": "ou", "v": "ou", "ü": "ou",
    "ê": "E",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sound:
    """One viseme and the seconds that it takes."""

    viseme: str
    seconds: float


def spoken(words: str) -> tuple[Sound, ...]:
    """Find out how a mouth speaks a line.

    Args:
        words: English, Chinese, both; letters with accents are read as those without, other
            scripts open and shut the mouth.

    Returns:
        Visemes in their order, none twice in a row but with silence between.
    """
    found: list[Sound] = []
    for viseme, seconds in _sounds(_plain(words)):
        if found and found[-1].viseme == viseme:
            found[-1] = Sound(viseme, max(found[-1].seconds, seconds))
        else:
            found.append(Sound(viseme, seconds))
    while found and found[-1].viseme == SILENCE:
        found.pop()
    return tuple(found)


def _plain(words: str) -> str:
    """Bring words into small letters without accents; Chinese stays."""
    parted = unicodedata.normalize("NFKD", words).casefold()
    return "".join(letter for letter in parted if not unicodedata.combining(letter))


def _sounds(line: str) -> Iterator[tuple[str, float]]:
    chinese = _HAN.search(line) is not None
    at = 0
    while at < len(line):
        if han := _HAN.match(line, at):
            for syllable in _syllables(han.group()):
                yield from _timed(_cut(syllable, _PINYIN))
            at = han.end()
        elif word := _WORD.match(line, at):
            yield from _timed(_english(word.group().replace("'", "")))
            at = word.end()
        else:
            yield from _other(line[at], chinese=chinese)
            at += 1


def _other(sign: str, *, chinese: bool) -> Iterator[tuple[str, float]]:
    if sign.isdecimal():
        digit = unicodedata.decimal(sign)
        if chinese:
            for syllable in _syllables(_HAN_DIGITS[digit]):
                yield from _timed(_cut(syllable, _PINYIN))
        else:
            yield from _timed(_english(_DIGITS[digit]))
    elif _STOP.match(sign):
        yield SILENCE, _SECONDS["stop"]
    elif sign.isspace():
        yield SILENCE, _SECONDS["space"]
    elif sign.isalpha():
        yield from _timed(("DD", "aa"))


def _timed(visemes: Iterator[str] | tuple[str, ...]) -> Iterator[tuple[str, float]]:
    for viseme in visemes:
        yield viseme, _SECONDS["vowel" if viseme in VOWELS else "consonant"]


def _syllables(han: str) -> list[str]:
    from pypinyin import lazy_pinyin  # its dictionary is wanted for Chinese alone

    syllables: list[str] = lazy_pinyin(han)
    return syllables


def _english(word: str) -> Iterator[str]:
    """Read a word by its letters, the longest known group first."""
    if word in _WORDS:
        yield from _WORDS[word].split()
        return
    for start, sound in _BEGINNING.items():
        if word.startswith(start) and len(word) > 1:
            yield from sound.split()
            word = word[len(start) :]
            break
    silent = len(word) > 2 and word.endswith("e") and word[-2] not in "aeiouy"
    if silent:
        word = word[:-1]
    if silent and len(word) > 1 and word[-2] in _LONG and word[-1] not in "rx":
        yield from _cut(word[:-2], _LETTERS)
        yield from _LONG[word[-2]].split()
        yield from (_SOFT.get(word[-1]) or _LETTERS[word[-1]]).split()
    else:
        yield from _cut(word, _LETTERS)


def _cut(word: str, table: dict[str, str]) -> Iterator[str]:
    at = 0
    while at < len(word):
        soft = table is _LETTERS and word[at] in _SOFT and word[at + 1 : at + 2] in tuple("eiy")
        if soft and (at or not word.startswith("ge")):
            yield _SOFT[word[at]]
            at += 1
            continue
        for length in (4, 3, 2, 1):
            group = word[at : at + length]
            if len(group) == length and group in table:
                yield from table[group].split()
                break
        at += length
