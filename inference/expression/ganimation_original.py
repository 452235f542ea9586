"""GANimation as its inventors serve it: colours and an attention mask, put back into the photo.

Pumarola et al., ECCV 2018; its network is small and trained for hours instead of weeks (the card),
for comparison.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.expression import eyewear, gaze, turning
from inference.expression.engine import Moved, as_seen, move
from inference.expression.ganimation import placement, reach, seen
from inference.expression.mixes import Movement
from inference.expression.placing import MOVEMENTS, changes
from inference.expression.units import strengths
from inference.face.blendshapes import NAMES
from inference.face.report import Portrait
from inference.models.calls import Call, Calls

MODEL = "ganimation_original"

Plane = NDArray[np.float32]

_ROWS = [NAMES.index(name) for name in MOVEMENTS]


@dataclass(frozen=True, slots=True)
class Painting:
    """What the network makes of a picture (H, W, 3), at its size.

    attention: (H, W) 0..1, how much of the photo stays. colours: (H, W, 3) RGB, 0..255.
    """

    attention: Plane
    colours: Plane

    def over(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return the paper's A * photo + (1 - A) * C."""
        kept = self.attention[..., None]
        mixed = np.rint(kept * image + (1 - kept) * self.colours)
        return np.asarray(mixed.clip(0, 255), np.uint8)


def express(
    portrait: Portrait, asked: Movement
) -> Calls[tuple[NDArray[np.uint8], NDArray[np.uint8]]]:
    """Return picture (S, S, 3) RGB and alpha (S, S) with another expression.

    No movement gives back the very input.
    """
    image, report = portrait.foreground, portrait.report
    asked = as_seen(image, report, asked)
    image = gaze.turn(image, report.landmarks, asked.look_left, asked.look_right)
    moved = None
    if asked.moves:
        moved = move(report, asked, eyewear.detect(image, report.landmarks))
    painting = yield from paint(replace(portrait, image=image), asked, moved)
    if painting is not None:
        image = painting.over(image)
    points = report.landmarks if moved is None else moved.after
    return turning.turn(image, portrait.alpha, points, asked.turn, asked.nod)


def paint(portrait: Portrait, asked: Movement, moved: Moved | None) -> Calls[Painting | None]:
    """Ask the network for the units that a face is to show, None where nothing is asked.

    Args:
        portrait: a studied face, its image free of the background's colours.
        asked: what to do.
        moved: what that means for its landmarks, None where only lids slide.
    """
    image, report = portrait.image, portrait.report
    change = yield from changes(report, asked, moved)
    if not change.any():
        return None
    wanted = report.blendshapes.astype(np.float32)
    wanted[_ROWS] += change
    place = placement(report.landmarks)
    outputs = yield Call(MODEL, {"photo": seen(image, place), "units": strengths(wanted)[None]})
    colours, attention = (outputs[name][0].transpose(1, 2, 0) for name in ("colour", "attention"))
    painted = (1 - attention[..., 0]) * reach(report.landmarks, place)
    planes = np.dstack([(colours + 1) * 127.5, painted]).astype(np.float32)
    size = (image.shape[1], image.shape[0])
    large: Plane = cv2.warpAffine(
        planes, place, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    ).astype(np.float32)
    return Painting(1 - large[..., 3], large[..., :3])
