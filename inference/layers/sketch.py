"""A portrait at a working size: masks of hair and skin need no more pixels."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face import topology
from inference.face.report import FaceReport, Portrait
from inference.layers.planes import Plane, Planes, split
from inference.pictures.compositing import resize

Mask = NDArray[np.bool_]
_HIGHER = 0.3  # face heights from the uppermost landmark to the highest hairline
_FACE = 105.0  # px: height of the face in a sketch


@dataclass(frozen=True, slots=True)
class Sketch:
    """A reduced portrait.

    scale: of the portrait. image: (H, W, 3) uint8. lab: its colours. alpha, hair: (H, W) 0..1.
    landmarks: (478, 2) px of the sketch. unit: the face's height in those. oval: inside the face.
    forehead: above the brows, as far up as a hairline may recede, for landmarks end before that.
    features: eyes, brows, nose and mouth.
    """

    scale: float
    image: NDArray[np.uint8]
    lab: Planes
    alpha: Plane
    hair: Plane
    landmarks: NDArray[np.float32]
    unit: float
    oval: Mask
    forehead: Mask
    features: Mask
    report: FaceReport

    @property
    def rows(self) -> Plane:
        """(H, 1): y of each row."""
        return np.arange(len(self.alpha), dtype=np.float32)[:, None]

    @property
    def size(self) -> tuple[int, int]:
        """Width, height."""
        return self.alpha.shape[1], self.alpha.shape[0]

    def height_of(self, *indices: int) -> float:
        """Mean y of some landmarks."""
        return float(self.landmarks[list(indices), 1].mean())

    def grown(self, mask: Mask, by: float) -> Mask:
        """Grow a mask.

        Args:
            mask: (H, W) bool.
            by: face heights.

        Returns:
            (H, W) bool.
        """
        away = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 3)
        return np.asarray(away <= max(1, round(by * self.unit)))

    def soft(self, mask: NDArray[np.generic], by: float) -> Plane:
        """Blur a mask.

        Args:
            mask: (H, W).
            by: face heights.

        Returns:
            (H, W) float32.
        """
        blurred = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), max(0.4, by * self.unit))
        return np.asarray(blurred, np.float32)


def draw(portrait: Portrait) -> Sketch:
    """Reduce a portrait to its sketch.

    Args:
        portrait: of any size.
    """
    landmarks = portrait.report.landmarks[:, :2]
    scale = min(1.0, _FACE / topology.face_height(landmarks))
    side = round(portrait.image.shape[0] * scale)
    scale = side / portrait.image.shape[0]

    def reduced(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return resize(picture, (side, side), cv2.INTER_AREA)

    image, points = reduced(portrait.image), (landmarks * scale).astype(np.float32)
    shape = side, side
    oval = topology.fill(shape, points, topology.FACE_OVAL)
    return Sketch(
        scale=scale,
        image=image,
        lab=split(image),
        alpha=reduced(portrait.alpha) * np.float32(1 / 255),
        hair=reduced(portrait.hair_mask) * np.float32(1 / 255),
        landmarks=points,
        unit=topology.face_height(points),
        oval=oval,
        forehead=_forehead(oval, points),
        features=_features(shape, points),
        report=portrait.report,
    )


def _forehead(oval: Mask, landmarks: NDArray[np.float32]) -> Mask:
    """The upper face, drawn out upwards."""
    brows = max(0, round(float(landmarks[list(topology.BROW_TOPS), 1].mean())))
    higher = 2 * round(_HIGHER * topology.face_height(landmarks)) + 1
    upper = oval.astype(np.uint8)
    upper[brows:] = 0
    return (
        cv2.dilate(upper, np.ones((higher, 1), np.uint8)) * (np.arange(len(oval)) < brows)[:, None]
        > 0
    )


def _features(shape: tuple[int, int], landmarks: NDArray[np.float32]) -> Mask:
    """Hulls of eyes, brows, nose and mouth, a little grown."""
    mask = np.zeros(shape, np.uint8)
    nose = (*topology.NOSTRILS, topology.NOSE_TIP, topology.NOSE_BRIDGE[0])
    for group in (*topology.EYES, *topology.BROWS, topology.LIPS_OUTER, nose):
        hull = cv2.convexHull(np.rint(landmarks[list(group)]).astype(np.int32))
        cv2.fillConvexPoly(mask, hull, 1)
    return cv2.dilate(mask, np.ones((3, 3))) > 0
