"""Where a text breaks, so that its letters become as large as the room allows."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from inference.pictures.lettering.fonts import clusters
from inference.pictures.lettering.shaping import Line, base_direction, shaped

MOST_LINES = 4

_LEADING = 0.1  # ems between the ink of two lines, at the least
_STEP = 0.98  # ems from baseline to baseline, at the least
_FEWER = 1.08  # how much larger letters must get for one more line
_NEVER_FIRST = set("。，、．！？：；）」』】》〉”’…,.!?:;)]}%々ー") | set(
    "ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ"
)
_NEVER_LAST = set("（「『【《〈“‘([{")
_LONG = 16  # letters from which on a word without spaces may break


@dataclass(frozen=True, slots=True)
class Block:
    """Lines below each other. size: px of an em. baselines: px of each from the top."""

    lines: tuple[Line, ...]
    size: float
    baselines: tuple[float, ...]
    height: float


def fitted(text: str, width: float, height: float, largest: float) -> Block:
    """Break a text into lines and make it as large as the room allows.

    Args:
        text: not empty.
        width: px of the room.
        height: px of the room.
        largest: px of an em, at most.
    """
    atoms = list(_atoms(text))
    base = base_direction(text)
    best: Block | None = None
    for count in range(1, min(MOST_LINES, len(atoms)) + 1):
        lines = tuple(shaped(line.strip(), base) for line in _parted(atoms, count))
        block = _stacked(lines, width, height, largest)
        if best is None or block.size > best.size * _FEWER:
            best = block
    if best is None:
        raise ValueError("an empty text has no lines")
    return best


def _stacked(lines: tuple[Line, ...], width: float, height: float, largest: float) -> Block:
    steps = [lines[0].top]
    for above, below in pairwise(lines):
        steps.append(max(_STEP, above.bottom + below.top + _LEADING))
    tall = sum(steps) + lines[-1].bottom
    wide = max(line.width for line in lines)
    size = min(largest, width / max(wide, 0.1), height / max(tall, 0.1))
    baselines = tuple(size * sum(steps[: number + 1]) for number in range(len(lines)))
    return Block(lines, size, baselines, size * tall)


def _atoms(text: str) -> Iterator[str]:
    """Cut a text where a line may end."""
    for word in re.findall(r"\S+\s*", text):
        pieces = list(clusters(word))
        anywhere = len(pieces) > _LONG
        atom = ""
        for piece in pieces:
            if atom and _may_break(atom[-1], piece[0], anywhere=anywhere):
                yield atom
                atom = ""
            atom += piece
        yield atom


def _may_break(before: str, after: str, *, anywhere: bool) -> bool:
    if after.isspace() or after in _NEVER_FIRST or before in _NEVER_LAST:
        return False
    if _ideographic(before) or _ideographic(after):
        return True
    thai_vowels = "ะาำๅๆฯ" + "เแโใไ"
    if not anywhere or after in thai_vowels[:6] or before in thai_vowels[6:]:
        return False
    return unicodedata.category(before) in {"Lo", "Mn", "Mc"} and "\u0e00" <= after <= "\u0eff"


def _ideographic(letter: str) -> bool:
    kana, han = "\u3040" <= letter <= "\u30ff", "\u3400" <= letter <= "\u9fff"
    return kana or han or letter >= "\U0001f000"


def _parted(atoms: Sequence[str], count: int) -> list[str]:
    """Part atoms into so many lines, the longest as short as can be."""
    lengths = [sum(2 if _ideographic(one) else 1 for one in atom) for atom in atoms]
    least = max(lengths)
    while True:
        lines, room = [""], least
        for atom, length in zip(atoms, lengths, strict=True):
            if length > room + (atom[-1].isspace()) and lines[-1]:
                lines.append("")
                room = least
            lines[-1] += atom
            room -= length
        if len(lines) <= count:
            return lines
        least += 1
