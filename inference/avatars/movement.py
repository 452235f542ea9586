"""How a mood moves, whoever is in it: what swings, how a head bends, which faces come and go."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from inference.avatars import moods
from inference.pictures.bending import Bend


@dataclass(frozen=True)
class Movement:
    """One loop. entry: a mood's ``moving`` in the table of moods."""

    entry: Mapping[str, Any]

    @staticmethod
    def of(mood: str) -> "Movement":
        """Return a mood's; raises KeyError where it is unknown or stands."""
        return Movement(moods.table()["moods"][mood]["moving"])

    @property
    def seconds(self) -> float:
        """How long the loop takes."""
        return float(self.entry["seconds"])

    def faces(self, second: float) -> Iterator[str]:
        """The faces that are put on at a moment, one over the other."""
        for act in self.entry.get("acts", ()):
            if any(start <= second < end for start, end in act["at"]):
                yield act["face"]

    def swing(self, name: str, phase: float) -> float:
        """How far something is from its middle at ``phase`` of 0..1."""
        far, times = self.entry.get(name, (0.0, 1))
        return float(far) * math.sin(2 * math.pi * times * phase)

    def bend(self, phase: float, unit: float) -> Bend:
        """How the head is moved and turned. unit: px of half a face's width."""
        hop = abs(self.swing("hop", phase / 2))
        return Bend(
            across=self.swing("sway", phase) * unit / 100,
            up=(self.swing("rise", phase) + hop) * unit / 100,
            lean=math.radians(self.swing("lean", phase)),
        )
