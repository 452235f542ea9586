"""Faces of a photo, however it lies and however small or cut they are."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face import topology
from inference.face.detect import SIDE, detect, shrunk
from inference.face.landmarks import ROOM_AROUND, Region, region_around, region_of, trace
from inference.face.pose import head_pose
from inference.models.calls import Calls
from inference.pictures.compositing import rescale, warp
from inference.pictures.images import Image

_MOST_TRACED = 24
_MIN_PRESENCE = 0.5
_CERTAIN = 0.9  # faces that are not upright score less
_WEAK = 0.7  # what scores less may be no face at all
_DOUBT = 0.045
_LIKELY, _CHANCE = 0.15, 0.01  # what the log odds of a tracing weigh; it is no surer than that
_AS_SENT = 0.05  # nearly all photos that people send stand upright
_UNSEEN = 0.5  # that nothing is traced, but for how a photo was sent
_CUT = 0.1  # of a face's extent: nearer to the photo's border it may be cut there
_LYING = 60.0  # degrees of roll beyond which a photo is turned rather than a head tilted
_BEYOND = 3  # a photo's longer side in what is added to each of its sides
_SMALL = 0.2  # below this share of the photo's longer side a closer look is worth its time
_MIN_EYE_DISTANCE = 8.0  # px; anything less is not even worth saying that it is too small


@dataclass(frozen=True, slots=True)
class Traced:
    """A face whose landmarks are known. score: the detector's."""

    landmarks: NDArray[np.float32]
    score: float

    @property
    def middle(self) -> NDArray[np.float32]:
        """The middle of its landmarks, (2,) px."""
        return np.asarray(self.landmarks[:, :2].mean(axis=0), np.float32)


def faces(image: Image) -> Calls[tuple[int, Image, list[Traced]]]:
    """Find all faces of a photo.

    Args:
        image: (H, W, 3) RGB uint8.

    Returns:
        How often it must be turned by a quarter, counter-clockwise, for the largest face to stand
        upright; the photo so turned; its faces, the largest first.
    """
    turns, found = yield from _right_way_up(image)
    upright = np.ascontiguousarray(np.rot90(image, turns))
    for halvings in (2, 3):
        if not found:
            found = yield from _closer(upright, halvings, [])
    return turns, upright, found


def _right_way_up(image: Image) -> Calls[tuple[int, list[Traced]]]:
    """Find faces, and how often the photo must be turned for the largest to stand upright."""
    for look in (_look, _look_beyond):
        for turns in (0, 1, 3, 2):
            faces = yield from look(np.ascontiguousarray(np.rot90(image, turns)))
            if faces:
                return (yield from _stood_up(image, turns, faces))
    return 0, []


def _stood_up(image: Image, turns: int, faces: list[Traced]) -> Calls[tuple[int, list[Traced]]]:
    """Turn a photo further while its largest face lies; turns: of the photo so far."""
    for _ in range(2):  # a face that was found askew may need a second correction
        upright = np.ascontiguousarray(np.rot90(image, turns))
        further, traced = yield from _turns_needed(upright, faces[0], sent=-turns % 4)
        if not further:
            break
        upright = np.ascontiguousarray(np.rot90(image, turns + further))
        better = yield from _look(upright)
        if not better:
            better = yield from _look_beyond(upright)
        turns, faces = (turns + further) % 4, better or traced
        if not faces:
            break
    return turns, faces


def _turns_needed(image: Image, face: Traced, sent: int) -> Calls[tuple[int, list[Traced]]]:
    """Tell an upright face from one on its side or upside down.

    The detector sees faces in those, too, but none as surely as in a level one; so it looks at
    the face's surroundings, levelled by what was traced, in all four ways, and at the whole photo
    where a face fills it: small ones are just in sight there, and one side by chance. Where the
    photo ends, its edge goes on: half a face before black looks much the same from all sides. So
    it may still; a face that is cut, or seen weakly, is traced in all four ways, too: what lies on
    its side is hardly ever traced as a face. In doubt a photo stays as it was sent.

    Args:
        image: turned so that the face was found in it.
        face: the one that has to stand upright.
        sent: quarter turns to how the photo came.

    Returns:
        Quarter turns, and the face as traced that way where it was.
    """
    roll = head_pose(face.landmarks).roll
    if face.score > _CERTAIN and abs(roll) < _LYING:
        return 0, []
    quarters = round(roll / 90) if abs(roll) > _LYING else 0
    scores = yield from _scores(_surroundings(image, face, roll))
    scores = np.roll(scores, quarters)  # by turns of the photo, not of the face as traced
    if _extent(face) > _SMALL * max(image.shape[:2]):
        scores += yield from _scores(_beyond(image, cv2.BORDER_REPLICATE)[0])
    if face.score > _WEAK and not _is_cut(image, face):
        best, traced = int(scores.argmax()), quarters % 4
        return (traced if scores[best] < scores[traced] + _DOUBT else best), []
    seen: list[list[Traced]] = []
    for turns in range(4):
        landmarks, presence = yield from _traced_level(image, face, turns)
        landmarks = _rotated(landmarks, image.shape[:2], turns)
        seen.append([Traced(landmarks, face.score)] if presence >= _MIN_PRESENCE else [])
        if scores[turns] or not seen[turns]:  # half faces are traced where no detector sees any
            scores[turns] += _LIKELY * _log_odds(presence)
        scores[turns] -= 0 if seen[turns] else _UNSEEN
    scores[sent] += _AS_SENT + (0 if seen[sent] else _UNSEEN)
    best = int(scores.argmax())
    return best, seen[best]


def _traced_level(
    image: Image, face: Traced, turns: int
) -> Calls[tuple[NDArray[np.float32], float]]:
    """Trace a face as if it stood upright after so many quarter turns, twice; see ``trace``."""
    x, y = face.middle.tolist()
    level = Region(x, y, _extent(face) * ROOM_AROUND, turns * np.pi / 2)
    landmarks, _ = yield from trace(image, level)
    return (yield from trace(image, region_around(landmarks)))


def _log_odds(probability: float) -> float:
    likely = min(max(probability, _CHANCE), 1 - _CHANCE)
    return float(np.log(likely / (1 - likely)))


def _is_cut(image: Image, face: Traced) -> bool:
    """Whether the photo's border may cut a face."""
    height, width = image.shape[:2]
    margin = _CUT * _extent(face)
    low, high = face.landmarks[:, :2].min(axis=0), face.landmarks[:, :2].max(axis=0)
    return bool((low < margin).any() or (high > np.array([width, height]) - margin).any())


def _surroundings(image: Image, face: Traced, roll: float) -> Image:
    """Three times a face's extent, levelled, (128, 128, 3)."""
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
    return warp(piece, level, (128, 128), border=cv2.BORDER_REPLICATE)


def _scores(image: Image) -> Calls[NDArray[np.float64]]:
    """How surely the detector sees a face in a picture turned 0 to 3 times, (4,)."""
    scores = np.zeros(4)
    small = shrunk(image, SIDE / max(image.shape[:2]))  # once: pixels enough to be turned
    for turns in range(4):
        found = yield from detect(np.ascontiguousarray(np.rot90(small, turns)), 0)
        scores[turns] = found[0].score if found else 0.0
    return scores


def _look(image: Image) -> Calls[list[Traced]]:
    """Look at the whole photo, and closer if what shows is nothing or small."""
    faces = yield from _closer(image, 0, [])
    if not faces or _extent(faces[0]) < _SMALL * max(image.shape[:2]):
        faces = yield from _closer(image, 1, faces)
    if faces and _extent(faces[0]) < _SMALL / 2 * max(image.shape[:2]):
        faces = yield from _closer(image, 2, faces)
    return faces


def _look_beyond(image: Image) -> Calls[list[Traced]]:
    """Find a face that the photo's border cuts, mirrored there: two halves make a whole one."""
    around, margin = _beyond(image, cv2.BORDER_REFLECT_101)
    faces = yield from _closer(around, 0, [])
    shift = np.array([margin, margin, 0], np.float32)
    return [replace(face, landmarks=face.landmarks - shift) for face in faces]


def _beyond(image: Image, border: int) -> tuple[Image, int]:
    """A photo that goes on beyond its edges, and for how many px."""
    margin = max(image.shape[:2]) // _BEYOND
    around = cv2.copyMakeBorder(image, margin, margin, margin, margin, border)
    return np.asarray(around, np.uint8), margin


def _closer(image: Image, halvings: int, known: list[Traced]) -> Calls[list[Traced]]:
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
        face = Traced(landmarks, detection.score)
        if (
            presence >= _MIN_PRESENCE
            and _eye_distance(landmarks) >= _MIN_EYE_DISTANCE
            and not _is_known(face.middle, faces)
        ):
            faces.append(face)
    return sorted(faces, key=lambda face: -_eye_distance(face.landmarks))


def _rotated(
    landmarks: NDArray[np.float32], size: tuple[int, int], turns: int
) -> NDArray[np.float32]:
    """Turn landmarks, (478, 3), along with their photo of a height and width, as ``rot90`` does."""
    points = landmarks.copy()
    height, width = size
    for _ in range(turns):
        points[:, :2] = np.column_stack([points[:, 1], width - points[:, 0]])
        height, width = width, height
    return points


def _is_known(middle: NDArray[np.float32], faces: list[Traced]) -> bool:
    return any(
        np.linalg.norm(middle - face.middle) < _eye_distance(face.landmarks) for face in faces
    )


def _eye_distance(landmarks: NDArray[np.float32]) -> float:
    left, right = topology.IRIS_CENTRES
    return float(np.linalg.norm(landmarks[left] - landmarks[right]))


def _extent(face: Traced) -> float:
    """Longer side of a face's box, px."""
    points = face.landmarks[:, :2]
    return float((points.max(axis=0) - points.min(axis=0)).max())
