"""From a photo to its faces, from a face to its portrait."""

import io
import zipfile
from dataclasses import astuple, dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.errors import PhotoError
from inference.face import blendshapes, colours, hair, masks, quality, topology
from inference.face.detect import detect
from inference.face.framing import around_head, belongs
from inference.face.landmarks import Region, region_around, region_of, trace
from inference.face.pose import head_pose
from inference.face.report import FaceReport, FoundFace, PhotoReport, Portrait, Pose, Quality
from inference.models.calls import Calls
from inference.pictures.compositing import rescale, resize, warp
from inference.pictures.images import Image, to_lab
from storage.contract.failures import Failure

COMPARABLE = 0.6
"""A second face whose eyes are this far apart, relative to the largest's, might be meant too."""

_VERSION = 1  # of the report's bytes
_MOST_FACES = 10  # that a person can be asked to choose from
_MOST_TRACED = 24
_MIN_PRESENCE = 0.5
_CERTAIN = 0.9  # faces that are not upright score less
_DOUBT = 0.045
_LYING = 60.0  # degrees of roll beyond which a photo is turned rather than a head tilted
_SMALL = 0.2  # below this share of the photo's longer side a closer look is worth its time
_MIN_EYE_DISTANCE = 8.0  # px; anything less is not even worth saying that it is too small


def find(image: Image) -> Calls[PhotoReport]:
    """Find all faces of a photo, also small, tilted, or on their side for want of EXIF.

    Args:
        image: (H, W, 3) RGB uint8, as ``images.decode`` gives it.

    Raises:
        PhotoError: NO_FACE; NOT_A_PHOTO or TOO_DARK where that is the likely reason.
    """
    turns, faces = yield from _right_way_up(image)
    upright = np.ascontiguousarray(np.rot90(image, turns))
    for halvings in (2, 3):
        if not faces:
            faces = yield from _closer(upright, halvings, [])
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
    picture, inside = square.cut(upright)
    landmarks = square.place(face.landmarks)
    alpha, hair_mask = yield from masks.person_and_hair(picture, landmarks)
    others = [square.place(f.landmarks) for f in report.faces if f is not face]
    share = belongs(square.side, landmarks, others) * inside
    alpha = np.rint(alpha * share).astype(np.uint8)
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


@dataclass(frozen=True, slots=True)
class _Traced:
    """A face whose landmarks are known. score: the detector's."""

    landmarks: NDArray[np.float32]
    score: float

    @property
    def middle(self) -> NDArray[np.float32]:
        return np.asarray(self.landmarks[:, :2].mean(axis=0), np.float32)


def _right_way_up(image: Image) -> Calls[tuple[int, list[_Traced]]]:
    """Find faces, and how often the photo must be turned for the largest to stand upright."""
    for turns in (0, 1, 3, 2):
        faces = yield from _look(np.ascontiguousarray(np.rot90(image, turns)))
        if not faces:
            continue
        for _ in range(2):  # a face that was found askew may need a second correction
            upright = np.ascontiguousarray(np.rot90(image, turns))
            further = yield from _turns_needed(upright, faces[0])
            if not further:
                break
            better = yield from _look(np.ascontiguousarray(np.rot90(image, turns + further)))
            if not better:
                break
            turns, faces = (turns + further) % 4, better
        return turns, faces
    return 0, []


def _turns_needed(image: Image, face: _Traced) -> Calls[int]:
    """Tell an upright face from one on its side or upside down.

    The detector sees faces in those, too, but none as surely as in a level one; so it looks at
    the same piece of the photo, levelled by what was traced, in all four ways.
    """
    roll = head_pose(face.landmarks).roll
    if face.score > _CERTAIN and abs(roll) < _LYING:
        return 0
    x, y = face.middle.tolist()
    reach = 2.2 * _extent(face)  # half the diagonal of the piece
    left, top = max(0, int(x - reach)), max(0, int(y - reach))
    piece = image[top : int(y + reach) + 1, left : int(x + reach) + 1]
    scale = min(1.0, 128 / (3 * _extent(face)))
    if scale < 1:
        piece = rescale(piece, scale)
    middle = (x - left) * scale, (y - top) * scale
    level = cv2.getRotationMatrix2D(middle, roll, 128 / (3 * _extent(face)) / scale)
    level[:, 2] += (64 - middle[0], 64 - middle[1])
    piece = warp(piece, level, (128, 128))
    scores: list[float] = []
    for turns in range(4):
        found = yield from detect(np.ascontiguousarray(np.rot90(piece, turns)), 0)
        scores.append(found[0].score if found else 0.0)
        if scores[0] > _CERTAIN:
            break
    best = int(np.argmax(scores))
    if scores[best] < scores[0] + _DOUBT:
        best = 0
    angle = (roll + 90 * best + 180) % 360 - 180
    return round(angle / 90) % 4 if abs(angle) > _LYING else 0


def _look(image: Image) -> Calls[list[_Traced]]:
    """Look at the whole photo, and closer if what shows is nothing or small."""
    faces = yield from _closer(image, 0, [])
    if not faces or _extent(faces[0]) < _SMALL * max(image.shape[:2]):
        faces = yield from _closer(image, 1, faces)
    if faces and _extent(faces[0]) < _SMALL / 2 * max(image.shape[:2]):
        faces = yield from _closer(image, 2, faces)
    return faces


def _closer(image: Image, halvings: int, known: list[_Traced]) -> Calls[list[_Traced]]:
    """Add to known faces those that ``detect`` finds anew, traced twice; the largest first."""
    faces = list(known)
    detections = yield from detect(image, halvings)
    detections = sorted(detections, key=lambda detection: -detection.box[2])
    for detection in detections[:_MOST_TRACED]:
        x, y, width, height = detection.box
        if _is_known(np.array([x + width / 2, y + height / 2], np.float32), faces):
            continue
        landmarks, presence = yield from trace(image, region_of(detection))
        if presence >= _MIN_PRESENCE:
            landmarks, presence = yield from trace(image, region_around(landmarks))
        face = _Traced(landmarks, detection.score)
        if (
            presence >= _MIN_PRESENCE
            and _eye_distance(landmarks) >= _MIN_EYE_DISTANCE
            and not _is_known(face.middle, faces)
        ):
            faces.append(face)
    return sorted(faces, key=lambda face: -_eye_distance(face.landmarks))


def _is_known(middle: NDArray[np.float32], faces: list[_Traced]) -> bool:
    return any(
        np.linalg.norm(middle - face.middle) < _eye_distance(face.landmarks) for face in faces
    )


def _measure(image: Image, landmarks: NDArray[np.float32]) -> Calls[FoundFace]:
    shapes = yield from blendshapes.measure(landmarks)
    return FoundFace(
        landmarks=landmarks,
        blendshapes=shapes,
        pose=head_pose(landmarks),
        quality=quality.assess(image, landmarks),
    )


def _eye_distance(landmarks: NDArray[np.float32]) -> float:
    left, right = topology.IRIS_CENTRES
    return float(np.linalg.norm(landmarks[left] - landmarks[right]))


def _extent(face: _Traced) -> float:
    """Longer side of a face's box, px."""
    points = face.landmarks[:, :2]
    return float((points.max(axis=0) - points.min(axis=0)).max())


def _why_no_face(image: Image) -> Failure:
    """Guess why nothing was found, for a sentence that helps."""
    scale = min(1.0, 128 / max(image.shape[:2]))
    size = (max(8, round(image.shape[1] * scale)), max(8, round(image.shape[0] * scale)))
    small = resize(image, size, cv2.INTER_AREA)
    if np.percentile(to_lab(small)[..., 0], 95) < quality.MIN_HIGHLIGHT:
        return Failure.TOO_DARK
    if quality.photographic(small) < quality.MIN_PHOTOGRAPHIC / 10:
        return Failure.NOT_A_PHOTO
    return Failure.NO_FACE
