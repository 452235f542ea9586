"""What sliders that move landmarks are judged by: distances in the edited picture, traced anew.

The tracer never saw the edit, so what it finds is in the pixels. Distances are in standard
deviations over faces, as the judge's features are.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from inference.latent.evaluation.reading import Target
from inference.latent.measures import MEASURES, measure

TARGETS: dict[str, tuple[tuple[str, int], ...]] = {
    "Big_Eyes": (("eye_opening", 1), ("eye_width", 1)),
    "Narrow_Eyes": (("eye_opening", -1),),
    "Eyes_Apart": (("eye_distance", 1),),
    "Upturned_Eyes": (("eye_tilt", 1),),
    "Big_Nose": (("nose_width", 1), ("nose_length", 1)),
    "Wide_Nose": (("nose_width", 1),),
    "Long_Nose": (("nose_length", 1),),
    "Big_Lips": (("upper_lip", 1), ("lower_lip", 1)),
    "Full_Upper_Lip": (("upper_lip", 1),),
    "Full_Lower_Lip": (("lower_lip", 1),),
    "Wide_Mouth": (("mouth_width", 1),),
    "Low_Mouth": (("philtrum", 1),),
    "High_Eyebrows": (("brow_height", 1),),
    "Arched_Eyebrows": (("brow_arch", 1),),
    "Eyebrows_Apart": (("brow_distance", 1),),
    "Wide_Jaw": (("jaw_width", 1), ("chin_width", 1)),
    "Slim_Face": (("cheek_width", -1), ("jaw_width", -1)),
    "Long_Chin": (("chin_height", 1), ("face_length", 1)),
    "Pointed_Chin": (("chin_width", -1),),
    "High_Forehead": (("forehead_height", 1), ("face_length", 1)),
}
"""Slider -> the measures that it is to change, and which way; the first is the one that counts."""


@dataclass(frozen=True, slots=True)
class Outlines:
    """Implements ``reading.Reader``. deviations: (M,), of each of ``MEASURES`` over faces."""

    kind: ClassVar[str] = "outlines"

    deviations: NDArray[np.float64]

    @staticmethod
    def over(shapes: NDArray[np.floating]) -> "Outlines":
        """Measure changes against how much faces (N, 478, 2) differ."""
        return Outlines(np.array([values.std() for values in measure(shapes).values()]))

    def read(
        self, textures: NDArray[np.uint8], shapes: NDArray[np.floating]
    ) -> NDArray[np.float32]:
        """Measure N faces, (N, M), in standard deviations; textures don't count."""
        del textures
        return np.asarray(np.stack([*measure(shapes).values()], 1) / self.deviations, np.float32)

    def target(self, slider: str) -> Target:
        """See ``reading.Reader``."""
        names = list(MEASURES)
        (name, way), *_ = TARGETS[slider]
        own = {name for name, _ in TARGETS[slider]}
        still = [index for index, other in enumerate(names) if other not in own]
        return Target(names.index(name), way, np.array(still))
