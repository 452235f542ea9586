"""The colours of a person: robust medians in Lab, from regions that landmarks and masks name."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face import topology
from inference.face.report import Colours, Lab
from inference.pictures.images import pixels_of

_LEAST = 0.002  # of the face's area: fewer pixels say nothing about a colour
_LEAST_HAIR = 0.05  # of the face's area: below this a person counts as bald or covered
_APART = 12.0  # Lab distance, lightness halved, from which a second tone is more than shine
_MINOR = 0.12  # share of the hair that a second tone must hold


def colours(
    lab: NDArray[np.float32], landmarks: NDArray[np.float32], hair_mask: NDArray[np.uint8]
) -> Colours:
    """Measure the colours of skin, lips, brows, irises and hair.

    Args:
        lab: (S, S, 3) float32, a portrait in Lab.
        landmarks: (478, 2 or 3) px.
        hair_mask: (S, S) uint8.
    """
    shape = hair_mask.shape
    hair = hair_mask > 128
    face_area = float(topology.fill(shape, landmarks, topology.FACE_OVAL).sum())
    least = max(4, _LEAST * face_area)

    bare = topology.fill(shape, landmarks, *topology.CHEEKS, topology.FOREHEAD) & (hair_mask < 32)
    if bare.sum() < least:
        bare = topology.fill(shape, landmarks, *topology.CHEEKS)
    skin = _without_extremes(pixels_of(lab, bare))
    skin_median = _median(skin)

    lips = topology.fill(shape, landmarks, topology.LIPS_OUTER)
    lips &= ~topology.fill(shape, landmarks, topology.LIPS_INNER)
    brow_region = topology.fill(shape, landmarks, *topology.BROWS)
    tone, second = _hair_tones(pixels_of(lab, hair & (hair_mask > 200)), face_area)
    return Colours(
        skin=skin_median,
        lips=_median(pixels_of(lab, lips)) if lips.sum() >= 4 else skin_median,
        brows=_darker_half(pixels_of(lab, brow_region), skin_median),
        iris=_iris(lab, landmarks, skin_median),
        hair=tone,
        hair_second=second,
    )


def _median(pixels: NDArray[np.float32]) -> Lab:
    lightness, a, b = (float(v) for v in np.median(pixels, axis=0))
    return lightness, a, b


def _without_extremes(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Drop highlights and shadows: the lightest 15 and the darkest 25 percent."""
    low, high = np.percentile(pixels[:, 0], [25, 85])
    kept = pixels[(pixels[:, 0] >= low) & (pixels[:, 0] <= high)]
    return kept if len(kept) else pixels


def _darker_half(pixels: NDArray[np.float32], fallback: Lab) -> Lab:
    """Brows are hairs over skin: the hairs are the darker pixels."""
    if len(pixels) < 4:
        return fallback
    return _median(pixels[pixels[:, 0] <= np.median(pixels[:, 0])])


def _iris(lab: NDArray[np.float32], landmarks: NDArray[np.float32], fallback: Lab) -> Lab:
    """The ring between pupil and white, inside the open eye, without the catch light."""
    rings = np.zeros(lab.shape[:2], np.uint8)
    for iris in topology.IRISES:
        centre = landmarks[iris[0], :2]
        radius = float(np.linalg.norm(landmarks[list(iris[1:]), :2] - centre, axis=1).mean())
        at = (round(float(centre[0])), round(float(centre[1])))
        cv2.circle(rings, at, max(1, round(0.9 * radius)), 1, cv2.FILLED)
        if radius >= 3:
            cv2.circle(rings, at, round(0.4 * radius), 0, cv2.FILLED)
    inside = topology.fill(lab.shape[:2], landmarks, *topology.EYES)
    pixels = pixels_of(lab, (rings > 0) & inside)
    if len(pixels) < 4:
        return fallback
    low, high = np.percentile(pixels[:, 0], [30, 90])
    return _median(pixels[(pixels[:, 0] >= low) & (pixels[:, 0] <= high)])


def _hair_tones(pixels: NDArray[np.float32], face_area: float) -> tuple[Lab | None, Lab | None]:
    """The hair's main tone and, if it differs enough, a second one (2-means)."""
    if len(pixels) < _LEAST_HAIR * face_area:
        return None, None
    pixels = np.ascontiguousarray(pixels[:: max(1, len(pixels) // 4000)], np.float32)
    cv2.setRNGSeed(0)
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 12, 0.5)
    _, found, _ = cv2.kmeans(pixels, 2, np.empty((0, 1), np.int32), stop, 1, cv2.KMEANS_PP_CENTERS)
    labels = np.asarray(found)[:, 0]
    counts = np.bincount(labels, minlength=2)
    major = int(counts.argmax())
    tones = [_median(pixels[labels == k]) if counts[k] else None for k in (major, 1 - major)]
    main, second = tones
    if main is None or second is None or counts[1 - major] < _MINOR * len(labels):
        return _median(pixels), None
    if np.linalg.norm(np.subtract(main, second) * (0.5, 1, 1)) < _APART:
        return _median(pixels), None
    return main, second
