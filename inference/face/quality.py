"""Whether a face is good enough to make stickers of."""

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from inference.errors import PhotoError
from inference.face import topology
from inference.face.report import FoundFace, Quality
from inference.pictures.compositing import rescale
from inference.pictures.images import Image, to_lab
from storage.contract.failures import Failure

MIN_EYE_DISTANCE = 24.0
MAX_YAW = 50.0  # people are told 45; estimates of turned heads are a few degrees off
MAX_PITCH = 50.0
MIN_HIGHLIGHT = 20.0
MIN_SHARPNESS = 0.16
MIN_PHOTOGRAPHIC = 0.3
MAX_BURNT = 0.3  # of a face that looks drawn for it

_SIDE = 128

_WHITE = 250  # of 255
_COLOURED = 8.0  # chroma of CIE L*a*b*

_SHADOW = 48  # of 255; what is darker tells nothing: shadows are as flat as ink

# Logistic regression over 6,100 views of 770 photos (also darkened, brightened, gray, blurred,
# compressed, denoised; dark skin weighted up) and 1,000 drawings: rendered avatars, pencil
# sketches, line drawings.
_FLAT, _STEEP, _DOMINANT, _BURNT, _ENTROPY, _BIAS = -22.3, -22.9, -4.4, -6.2, 3.33, 2.96


def check(face: FoundFace) -> None:
    """Refuse a face that would make a bad sticker.

    Raises:
        PhotoError: FACE_TOO_SMALL, TOO_BRIGHT, NOT_A_PHOTO, TURNED_AWAY, TOO_DARK or TOO_BLURRY.
    """
    quality = face.quality
    drawn = quality.photographic < MIN_PHOTOGRAPHIC
    failures = {
        Failure.FACE_TOO_SMALL: quality.eye_distance < MIN_EYE_DISTANCE,
        Failure.TOO_BRIGHT: drawn and quality.burnt > MAX_BURNT,
        Failure.NOT_A_PHOTO: drawn,
        Failure.TURNED_AWAY: abs(face.pose.yaw) > MAX_YAW or abs(face.pose.pitch) > MAX_PITCH,
        Failure.TOO_DARK: quality.highlight < MIN_HIGHLIGHT,
        Failure.TOO_BLURRY: quality.sharpness < MIN_SHARPNESS,
    }
    for failure, failed in failures.items():
        if failed:
            raise PhotoError(failure)


def assess(image: Image, landmarks: NDArray[np.float32]) -> Quality:
    """Measure a face.

    Args:
        image: (H, W, 3) RGB uint8.
        landmarks: (478, 3) px in it.
    """
    height, width = image.shape[:2]
    low = np.clip(landmarks[:, :2].min(axis=0), 0, (width - 2, height - 2)).astype(int)
    high = np.clip(landmarks[:, :2].max(axis=0), low + 2, (width, height)).astype(int)
    face = image[low[1] : high[1], low[0] : high[0]]
    shrink = min(1.0, _SIDE / max(face.shape[:2]))
    if shrink < 1:
        face = rescale(face, shrink)
    lightness = to_lab(face)[..., 0]
    points = (landmarks - (*low, 0)) * np.float32(shrink)
    left_iris, right_iris = topology.IRIS_CENTRES
    left, right = (_median(lightness, points, cheek) for cheek in topology.CHEEKS)
    forehead = _median(lightness, points, topology.FOREHEAD)
    return Quality(
        eye_distance=float(np.linalg.norm(landmarks[left_iris] - landmarks[right_iris])),
        sharpness=_sharpness(face),
        brightness=float(np.median([left, right, forehead])),
        contrast=abs(left - right),
        photographic=photographic(face),
        highlight=float(np.percentile(lightness, 95)),
        burnt=burnt(face),
    )


def photographic(image: Image) -> float:
    """Tell photos from drawings: 0 (a drawing) to 1 (a photo).

    Drawings have flat areas, steep edges, few tones, and one of them dominates; light and lenses
    leave none of that.

    Args:
        image: (H, W, 3) RGB uint8, best seen at 60 to 130 px.

    Returns:
        0 (a drawing) to 1 (a photo).
    """
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    paper = np.asarray(grey >= _WHITE)
    low, high = np.percentile(grey, (1, 99))
    gain = 255 / max(high - low, 32)  # so that dim light does not look like few tones
    stretched = np.clip((grey.astype(np.float32) - low) * gain, 0, 255)
    kernel = np.ones((3, 3), np.uint8)
    ranges = cv2.dilate(stretched, kernel) - cv2.erode(stretched, kernel)
    lit = stretched >= _SHADOW
    count = int(lit.sum())
    if not count:
        return 0.0  # one tone alone
    tones = stretched.astype(np.int64) >> 3
    shares = np.bincount(tones[lit], minlength=32) / count
    seen = shares[shares > 0]
    evidence = (
        _FLAT * (ranges[lit] <= 3).sum() / count
        + _STEEP * (ranges[lit] > 60).sum() / count
        + _DOMINANT * (np.bincount(tones[lit & ~paper], minlength=32) / count).max()
        + _BURNT * paper.sum() / count
        + _ENTROPY * -(seen * np.log2(seen)).sum()
        + _BIAS
    )
    return float(1 / (1 + np.exp(-evidence)))


def burnt(image: Image) -> float:
    """Share of a picture that is white for too much light, 0..1; 0 if the rest has no colours.

    White paper between lines is no light.

    Args:
        image: (H, W, 3) RGB uint8.
    """
    white = image.min(axis=2) >= _WHITE
    if white.all():
        return 1.0
    rest = to_lab(image[~white][None])[0]
    coloured = float(np.median(np.hypot(rest[:, 1], rest[:, 2]))) > _COLOURED
    return float(white.mean()) if coloured else 0.0


def _sharpness(face: Image) -> float:
    """Share of the gradients' energy that a blur of 1 px at 128 px takes away.

    After Crete et al. 2007, "The blur effect": what is blurred already has little to lose,
    whatever the light. The lesser of both directions counts, so that shaken photos show.
    """
    grey = cv2.cvtColor(face, cv2.COLOR_RGB2GRAY).astype(np.float32)
    if max(grey.shape) < _SIDE:
        grey = rescale(grey, _SIDE / max(grey.shape))
    blurred = cv2.GaussianBlur(grey, (0, 0), 1.0)
    left = [(_energy(blurred, axis) + 1e-6) / (_energy(grey, axis) + 1e-6) for axis in (0, 1)]
    return float(1 - max(left))


def _energy(grey: MatLike, axis: int) -> float:
    return float(np.square(np.diff(grey, axis=axis)).mean())


def _median(
    lightness: NDArray[np.float32], points: NDArray[np.float32], region: tuple[int, ...]
) -> float:
    """Median L* inside a polygon of landmarks; of the whole face where it lies outside."""
    inside = lightness[topology.fill(lightness.shape[:2], points, region)]
    return float(np.median(inside if inside.size else lightness))
