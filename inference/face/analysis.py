"""From a photo to its faces, from a face to its portrait."""

import io
import zipfile
from contextlib import suppress
from dataclasses import astuple, replace

import numpy as np
from numpy.typing import NDArray

from inference.errors import PhotoError
from inference.face import blendshapes, colours, finding, hair, masks, own_frame, quality
from inference.face.detect import detect
from inference.face.framing import around_head, belongs, one_shape, without_haze
from inference.face.landmarks import Region, trace
from inference.face.pose import head_pose
from inference.face.report import FaceReport, FoundFace, PhotoReport, Portrait, Pose, Quality
from inference.models.calls import Calls
from inference.pictures.compositing import shrink
from inference.pictures.images import Image, to_lab
from storage.contract.failures import Failure

COMPARABLE = 0.6
"""A second face whose eyes are this far apart, relative to the largest's, might be meant too."""

_VERSION = 2  # of the report's bytes
_ALL_BURNT = 0.6
_PLAIN = 4.0  # L* between the darkest and the lightest parts of nothing but a ground
_MOST_FACES = 10  # that a person can be asked to choose from


def find(image: Image) -> Calls[PhotoReport]:
    """Find all faces of a photo, also small, tilted, or on their side for want of EXIF.

    Args:
        image: (H, W, 3) RGB uint8, as ``images.decode`` gives it.

    Raises:
        PhotoError: NO_FACE; NOT_A_PHOTO, TOO_DARK or TOO_BRIGHT where that is the likely reason.
    """
    turns, upright, faces = yield from finding.faces(image)
    if not faces:
        raise PhotoError(_why_no_face(image))
    height, width = upright.shape[:2]
    measured = []
    for face in faces[:_MOST_FACES]:
        found = yield from _measure(upright, face.landmarks)
        measured.append(found)
    return PhotoReport(width, height, tuple(measured), turns)


def choose(report: PhotoReport, face: int | None) -> FoundFace:
    """Choose whose sticker to make.

    Args:
        report: all faces of the photo.
        face: its place in ``report.faces``, or None for the only one that can be meant.

    Raises:
        PhotoError: TOO_MANY_FACES with the number of those to choose from, or what
            ``quality.check`` finds wrong with the chosen one.
    """
    faces = choices(report)
    if face is None:
        rivals = [
            other
            for other in faces[1:]
            if other.quality.eye_distance >= COMPARABLE * faces[0].quality.eye_distance
        ]
        if rivals:
            raise PhotoError(Failure.TOO_MANY_FACES, {"faces": len(faces)})
        face = 0
    if face >= len(faces) > 1:
        raise PhotoError(Failure.TOO_MANY_FACES, {"faces": len(faces)})
    chosen = faces[min(face, len(faces) - 1)]
    quality.check(chosen)
    return chosen


def choices(report: PhotoReport) -> tuple[FoundFace, ...]:
    """The faces that are large enough to choose from; the largest if none is."""
    large = [f for f in report.faces if f.quality.eye_distance >= quality.MIN_EYE_DISTANCE]
    return tuple(large) or report.faces[:1]


def usable(report: PhotoReport) -> tuple[FoundFace, ...]:
    """The faces that nothing is wrong with (``quality.check``)."""
    found = []
    for face in report.faces:
        with suppress(PhotoError):
            quality.check(face)
            found.append(face)
    return tuple(found)


def portrait(image: Image, face: int | None = None) -> Calls[Portrait]:
    """Find the faces of a photo and study the one that is meant.

    Raises what ``find`` and ``choose`` raise.

    Args:
        image: (H, W, 3) RGB uint8.
        face: see ``choose``.
    """
    report = yield from find(image)
    return (yield from study(image, report, choose(report, face)))


def study(image: Image, report: PhotoReport, face: FoundFace) -> Calls[Portrait]:
    """Study one face: its portrait, masks, colours and hair.

    Args:
        image: (H, W, 3) RGB uint8, the photo that ``report`` is of, not yet turned.
        report: what ``find`` found in it.
        face: one of the report's.
    """
    upright = turned(image, report)
    square = around_head(face.landmarks)
    landmarks = square.place(face.landmarks)
    others = [f.landmarks for f in report.faces if f is not face]
    own = own_frame.inside(upright, face.landmarks, others)
    others = [square.place(other) for other in others if own is None or _within(own, other)]
    if own is None:
        picture, inside = square.cut(upright)
    else:  # nothing beyond the picture's own frame is looked at
        rows, columns = own_frame.box(own)
        square = replace(square, left=square.left - columns.start, top=square.top - rows.start)
        picture, inside = square.cut(np.ascontiguousarray(upright[rows, columns]))
        framed, _ = square.cut(np.repeat(own[rows, columns, None].astype(np.uint8), 3, axis=2))
        inside = inside & (framed[..., 0] > 0)
    alpha, hair_mask = yield from masks.person_and_hair(picture, landmarks)
    share = belongs(square.side, landmarks, others) * inside
    alpha = without_haze(np.rint(alpha * share).astype(np.uint8), landmarks)
    alpha = one_shape(alpha, landmarks)
    hair_mask = np.minimum(hair_mask, alpha)
    lab = to_lab(picture)
    found = colours.colours(lab, landmarks, hair_mask)
    return Portrait(
        image=picture,
        alpha=alpha,
        hair_mask=hair_mask,
        report=FaceReport(
            landmarks=landmarks,
            blendshapes=face.blendshapes,
            pose=face.pose,
            quality=face.quality,
            colours=found,
            hair=hair.describe(lab, landmarks, alpha, hair_mask, found.skin),
        ),
    )


def turned(image: Image, report: PhotoReport) -> Image:
    """Turn a photo as its report speaks of it.

    Args:
        image: (H, W, 3) RGB uint8, as decoded.
        report: of that photo.

    Returns:
        (H, W, 3) RGB uint8, faces upright.
    """
    return np.ascontiguousarray(np.rot90(image, report.quarter_turns))


def warm_up() -> Calls[None]:
    """Call every network once."""
    side = 256
    grey = np.full((side, side, 3), 128, np.uint8)
    yield from detect(grey, 0)
    landmarks, _ = yield from trace(grey, Region(side / 2, side / 2, side, 0.0))
    yield from blendshapes.measure(landmarks)
    yield from masks.person_and_hair(grey, landmarks)


def to_bytes(report: PhotoReport) -> bytes:
    """Write a report so that it can be kept with its photo."""
    buffer = io.BytesIO()
    numbers = [(*astuple(face.pose), *astuple(face.quality)) for face in report.faces]
    np.savez(
        buffer,
        photo=np.array([_VERSION, report.width, report.height, report.quarter_turns]),
        landmarks=np.array([face.landmarks for face in report.faces], np.float32),
        blendshapes=np.array([face.blendshapes for face in report.faces], np.float32),
        numbers=np.array(numbers, np.float64),
    )
    return buffer.getvalue()


def from_bytes(data: bytes) -> PhotoReport:
    """Read a report that ``to_bytes`` wrote.

    Raises:
        ValueError: it is none, or one of another version: find the faces again.
    """
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            version, width, height, turns = archive["photo"].tolist()
            parts = archive["landmarks"], archive["blendshapes"], archive["numbers"]
    except (KeyError, OSError, EOFError, ValueError, zipfile.BadZipFile) as error:
        raise ValueError("not a report") from error
    if version != _VERSION:
        raise ValueError(f"a report of version {version}, not {_VERSION}")
    faces = tuple(
        FoundFace(landmarks, blends, Pose(*numbers[:3].tolist()), Quality(*numbers[3:].tolist()))
        for landmarks, blends, numbers in zip(*parts, strict=True)
    )
    return PhotoReport(width, height, faces, turns)


def _measure(image: Image, landmarks: NDArray[np.float32]) -> Calls[FoundFace]:
    shapes = yield from blendshapes.measure(landmarks)
    return FoundFace(
        landmarks=landmarks,
        blendshapes=shapes,
        pose=head_pose(landmarks),
        quality=quality.assess(image, landmarks),
    )


def _within(own: NDArray[np.bool_], landmarks: NDArray[np.float32]) -> bool:
    """Whether a face is in the same picture of several on a page."""
    x, y = landmarks[:, :2].mean(axis=0).astype(int).tolist()
    inside = 0 <= y < own.shape[0] and 0 <= x < own.shape[1]
    return inside and bool(own[y, x])


def _why_no_face(image: Image) -> Failure:
    """Guess why nothing was found, for a sentence that helps."""
    scale = min(1.0, 128 / max(image.shape[:2]))
    size = (max(8, round(image.shape[1] * scale)), max(8, round(image.shape[0] * scale)))
    small = shrink(image, size)
    low, high = np.percentile(to_lab(small)[..., 0], (5, 95))
    if high < quality.MIN_HIGHLIGHT:
        return Failure.TOO_DARK
    if quality.burnt(small) > _ALL_BURNT:
        return Failure.TOO_BRIGHT
    if high - low < _PLAIN:
        return Failure.NO_FACE
    if quality.photographic(small) < quality.MIN_PHOTOGRAPHIC / 10:
        return Failure.NOT_A_PHOTO
    return Failure.NO_FACE
