"""The cat that stands for a person: their colours, glasses, mood, place and tilt.

Photos and cats have no pairs. These are what the third domain begins with: David Revoy's cat in the
colour of the person's hair, where their face is. It looks to one side only, so what is seen of
a person who looks to the other is mirrored first, here as in serving (``twin.mirrored``).
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.avatars import layered, styles
from inference.avatars.palette import hex_of, lab_of
from inference.cartoon import twin
from inference.cartoon.portrait import sitter as sitters
from inference.cartoon.portrait.palette import Palette
from inference.cartoon.portrait.sitter import Sitter
from inference.face import topology
from inference.pictures.images import from_lab, to_lab
from storage.contract.avatars import NONE, AvatarSpec

_EYES = np.array([[320.0, 208.0], [436.0, 205.0]])  # of the cat, px of its picture
_EYE_BOX = (np.s_[140:262], np.s_[270:480])
_ASIDE = 0.30  # of the distance of the eyes: how far the cat's face lies ahead of its head
_LARGE = 0.95  # the cat's eyes stand a little nearer to each other
_FITS = 0.97  # of the canvas that it may fill
_TILT = 0.6  # how much of the head's tilt the sitting cat takes over
_TABBY = (24.0, 62.0, 7.0)  # fur of such lightness, and so yellow at least, is striped
_IRIS = (78.0, 2.2)  # least lightness, and livelier by: all of a cat's eye is iris
_AMBER = (4.0, 12.0)  # brown eyes are no redder, and so much yellower
_FUR = (
    14.0,
    0.75,
)  # least lightness, and how much of hair's own: photos show hair darker than it is
_WHITE = 88.0


def cat(person: Sitter, colours: Palette) -> NDArray[np.uint8]:
    """Draw the person's cat on their canvas, (128, 128, 4) RGBA with straight alpha.

    colours: ``hair`` and ``iris`` count.
    """
    lightness, a, b = colours["hair"]
    fur = _FUR[0] + _FUR[1] * lightness, a, b
    spec = AvatarSpec(
        "cat",
        {
            "body": _body(person),
            "fur": "stripes" if _TABBY[0] < fur[0] < _TABBY[1] and fur[2] > _TABBY[2] else NONE,
            "mouth": _mouth(person),
            "eyes": _eyes(person),
            "accessory": NONE,
        },
        {"fur": hex_of(fur)},
    )
    drawn = _irises(layered.draw(styles.load("cat"), spec), lab_of(hex_of(colours["iris"])))
    if twin.mirrored(person):
        drawn = np.ascontiguousarray(drawn[:, ::-1])
    solid = drawn.astype(np.float32)
    solid[..., :3] *= solid[..., 3:] / np.float32(255)
    way = _way(person, drawn[..., 3])
    size = (sitters.SIDE, sitters.SIDE)
    laid = cv2.warpAffine(solid, way, size, flags=cv2.INTER_AREA)
    small = cv2.resize(laid, (twin.SIDE, twin.SIDE), interpolation=cv2.INTER_AREA)
    alpha = small[..., 3:]
    straight = np.dstack([small[..., :3] * 255 / np.maximum(alpha, 1), alpha])
    return np.asarray(np.clip(np.rint(straight), 0, 255), np.uint8)


def _way(person: Sitter, alpha: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Where the cat's picture lies on the canvas, (2, 3): eyes on eyes, if it fits."""
    side = -1.0 if twin.mirrored(person) else 1.0
    left, right = (person.points(*ring).mean(axis=0) for ring in topology.EYES)
    apart = max(float(np.linalg.norm(right - left)), 0.30 * person.unit)
    eyes = _EYES if side > 0 else np.array([sitters.SIDE, 0.0]) + _EYES[::-1] * (-1, 1)
    rows, columns = np.flatnonzero(alpha.any(1)), np.flatnonzero(alpha.any(0))
    room = sitters.SIDE * _FITS / max(np.ptp(rows), np.ptp(columns))
    scale = min(_LARGE * apart / float(np.linalg.norm(_EYES[1] - _EYES[0])), room)
    up = person.up
    tilt = _TILT * float(np.degrees(np.arctan2(up[0], -up[1])))
    middle = eyes.mean(axis=0)
    way = np.asarray(cv2.getRotationMatrix2D(tuple(middle.tolist()), -tilt, scale), np.float64)
    way[:, 2] += (left + right) / 2 + person.right * side * _ASIDE * apart - middle
    corners = np.array(
        [[x, y] for x in (columns[0], columns[-1]) for y in (rows[0], rows[-1])], np.float64
    )
    low, high = (f(corners @ way[:, :2].T + way[:, 2], axis=0) for f in (np.min, np.max))
    way[:, 2] += np.clip(0, -low, np.maximum(sitters.SIDE - high, -low))
    return way


def _body(person: Sitter) -> str:
    perceived = person.perceived["texture"]
    return {"curly": "curly", "coily": "curly", "wavy": "shaggy"}.get(
        max(perceived, key=lambda value: perceived[value]), "smooth"
    )


def _eyes(person: Sitter) -> str:
    if person.chance("glasses", "clear", "sun") > 0.5:
        return "glasses"
    return "round"


def _mouth(person: Sitter) -> str:
    """By what the annotators call smiles: none, closed, with teeth, open."""
    perceived = person.perceived["smile"]
    return {"0": "content", "1": "content", "2": "smile", "3": "laugh"}[
        max(perceived, key=lambda value: perceived[value])
    ]


def _irises(drawn: NDArray[np.uint8], iris: tuple[float, float, float]) -> NDArray[np.uint8]:
    """Give the whites of the eyes the colour of the person's irises."""
    found = drawn.copy()
    lab = to_lab(np.ascontiguousarray(drawn[_EYE_BOX][..., :3]))
    white = np.clip((lab[..., :1] - _WHITE + 12) / 12, 0, 1)
    white = np.where(np.hypot(lab[..., 1:2], lab[..., 2:]) < 12, white, 0)
    lightness, a, b = max(iris[0], _IRIS[0]), _IRIS[1] * iris[1], _IRIS[1] * iris[2]
    if iris[1] > 0 and iris[2] > -iris[1]:
        a, b = min(a, _AMBER[0]), max(b, 0) + _AMBER[1]
    colour = np.array([lightness, a, b], np.float32)
    found[_EYE_BOX][..., :3] = from_lab((lab + white * (colour - lab)).astype(np.float32))
    return found
