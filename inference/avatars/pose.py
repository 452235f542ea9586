"""Where the parts of a drawn avatar are at some moment, beside where they are drawn."""

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shift:
    """One part so many times as high about a height of the style, and so far below it."""

    about: float = 0.0
    high: float = 1.0
    down: float = 0.0


Pose = Mapping[str, Shift]
"""Shifts by slot."""


def posed(document: str, pose: Pose) -> str:
    """Return an SVG document of DiceBear's with its parts shifted."""
    for slot, shift in pose.items():
        top = shift.about * (1 - shift.high) + shift.down
        group = f'<g transform="matrix(1 0 0 {shift.high:.4f} 0 {top:.3f})">'
        document = re.sub(rf'<use [^>]*href="#{slot}-[^>]*/>', rf"{group}\g<0></g>", document)
    return document
