"""The geometric engine: landmarks move as blendshapes say, the picture follows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from inference.expression import (
    creases,
    displacements,
    eyesight,
    eyewear,
    gaze,
    lids,
    limits,
    mouth,
    mouth_sight,
    strands,
    turning,
    warp,
)
from inference.expression.mixes import Movement, movement
from inference.expression.similarity import estimate
from inference.face.blendshapes import NAMES
from inference.face.report import FaceReport
from inference.layers import mouths
from inference.pictures.images import to_lab
from storage.contract.kinds import Setting

OWN_TEETH = 0.7
"""Share of the wanted opening from which a mouth that is open already keeps its own inside."""

SHOWS = (0.02, 0.06)
"""Gap over the mouth's width at which an interior begins to show, and shows fully."""

BROAD = 1.25
"""A full score of a smile is somewhat more than its blendshape at 1.0."""

_STRIDE = 4  # px between those whose lightness is looked at

_ABOUT_EYES = ("eye", "brow", "cheekSquint")
_ABOUT_MOUTH = ("mouth", "jaw", "tongue", "cheek", "noseSneer")

SMILES = ("mouthSmileLeft", "mouthSmileRight")


@dataclass(frozen=True, slots=True)
class Moved:
    """Landmarks before and after, (478, 3) px, and the blendshapes that moved them."""

    before: NDArray[np.float64]
    after: NDArray[np.float64]
    weights: Mapping[str, float]


def move(report: FaceReport, asked: Movement, glasses: float = 0.0) -> Moved:
    """Move a face's landmarks as asked.

    Lips that touch stay together unless the mouth opens.

    Args:
        report: of the face.
        asked: what to do with it.
        glasses: 0..1, see ``eyewear.worn``.
    """
    before = np.asarray(report.landmarks, np.float64)
    weights = limits.left_to_do(asked.weights, report.blendshapes)
    if asked.calm:
        for name, amount in limits.relaxed(asked.calm, report.blendshapes).items():
            if weights.get(name, 0.0) <= 0.0:  # what is asked for is none of the rest
                weights[name] = weights.get(name, 0.0) + amount
    if asked.rest:
        for name in SMILES:
            present = float(report.blendshapes[NAMES.index(name)])
            weights[name] = weights.get(name, 0.0) - BROAD * asked.rest * present
    table = displacements.load()
    head = estimate(table.base, before)
    shutting = limits.shutting(weights)
    if shutting:
        others = {name: one for name, one in weights.items() if name not in shutting}
        still, met = (head.turned(table.mixed(some)) for some in (others, shutting))
        share = limits.shut_share(before, still, met)
        weights = others | {name: share * one for name, one in shutting.items()}
    offset = eyewear.stiffened(before, head.turned(table.mixed(weights)), glasses)
    if asked.inside is not None:
        shut = mouth.closing(before, max(asked.rest, asked.shut))
        jaw = head.turned(table.mixed({limits.JAW: max(weights.get(limits.JAW, 0.0), 0.0)}))
        full, still = offset + shut, offset + shut - jaw
        share = limits.jaw_share(before, still, full, asked.inside)
        return Moved(before, before + still + share * jaw, weights)
    after = before + mouth.kept_together(before, offset)
    return Moved(before, after + mouth.closing(after, max(asked.rest, asked.shut)), weights)


@dataclass(frozen=True, slots=True)
class Expressed:
    """A picture with another expression.

    image: (H, W, 3) RGB; alpha: (H, W); moved and flow: what brought it there, None where only
    lids slid or nothing was asked.
    """

    image: NDArray[np.uint8]
    alpha: NDArray[np.uint8]
    moved: Moved | None = None
    flow: warp.Flow | None = None


@dataclass(frozen=True, slots=True)
class Interior:
    """What shows between lips while a mouth opens, the same at every moment.

    inside: of another mouth, None where the person's own is seen. was, most: the gap over the
    mouth's width before and at the most.
    """

    inside: mouths.Inside | None
    was: float
    most: float

    def shown(self, image: NDArray[np.uint8], moved: Moved) -> NDArray[np.uint8]:
        """Show it as far as the lips have parted, fading in as they do.

        Args:
            image: (H, W, 3) RGB uint8.
            moved: the landmarks at this moment.

        Returns:
            (H, W, 3) RGB uint8.
        """
        if self.inside is None:
            return image
        now = mouth.gap(moved.after)
        start = max(SHOWS[0], self.was)
        full = max(SHOWS[1], (self.was + self.most) / 2 if self.was > SHOWS[1] else 0.0)
        share = min(1.0, (now - start) / max(full - start, 1e-6))
        if share <= 0.0:
            return image
        out = float(np.clip((now - self.was) / max(self.most - self.was, 1e-6), 0.0, 1.0))
        return self.inside.shown(image, moved.after[list(mouths.CONTOUR), :2], share, out)


def interior(image: NDArray[np.uint8], moved: Moved, report: FaceReport, kind: str) -> Interior:
    """Choose what shows in a mouth while it opens.

    Args:
        image: (H, W, 3) RGB uint8, before it moves.
        moved: the landmarks where the mouth is open the most.
        report: of the face.
        kind: of ``mixes.INSIDE``.
    """
    was, most = mouth.gap(moved.before), mouth.gap(moved.after)
    if kind != "tongue" and was >= OWN_TEETH * most:
        return Interior(None, was, most)
    contour = moved.after[list(mouths.CONTOUR), :2]
    skin = report.colours.skin
    piece = mouths.suited(kind, skin, report.pose.yaw, mouths.opened(contour))
    light = _lightest(image)
    return Interior(mouths.laid(image.shape, contour, piece, skin, light), was, most)


def express(
    image: NDArray[np.uint8],
    alpha: NDArray[np.uint8],
    report: FaceReport,
    settings: Iterable[Setting],
    hair: NDArray[np.uint8] | None = None,
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return picture and alpha with another expression.

    All amounts 0 give back the very input; outside the face nothing changes. Raises KeyError for a
    name that is not there.

    Args:
        image: (H, W, 3) RGB.
        alpha: (H, W).
        report: the face in their pixels.
        settings: names of ``mixes.MIXES`` with amounts -1..1.
        hair: (H, W) uint8, its mask, so that eyes close under it.
    """
    return performed(image, alpha, report, movement(settings), hair=hair)


def performed(
    image: NDArray[np.uint8],
    alpha: NDArray[np.uint8],
    report: FaceReport,
    asked: Movement,
    between: Interior | None = None,
    hair: NDArray[np.uint8] | None = None,
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return picture and alpha after a movement; see ``express``.

    Args:
        image: (H, W, 3) RGB uint8.
        alpha: (H, W) uint8.
        report: the face in their pixels.
        asked: what to do with it.
        between: see ``expressed``.
        hair: see ``express``.
    """
    done = expressed(image, alpha, report, asked, between, hair)
    points = report.landmarks if done.moved is None else done.moved.after
    return turning.turn(done.image, done.alpha, points, asked.turn, asked.nod)


def expressed(
    image: NDArray[np.uint8],
    alpha: NDArray[np.uint8],
    report: FaceReport,
    asked: Movement,
    between: Interior | None = None,
    hair: NDArray[np.uint8] | None = None,
) -> Expressed:
    """Do what ``performed`` does, but for turning the head, and tell how.

    Args:
        image: (H, W, 3) RGB uint8.
        alpha: (H, W) uint8.
        report: the face in their pixels.
        asked: what to do with it.
        between: what shows between parting lips; chosen for this movement if None.
        hair: see ``express``.
    """
    if hair is not None:
        hair = strands.before_eyes(image, hair, report.landmarks)
    asked = as_seen(image, report, asked, hair)
    image = gaze.turn(image, report.landmarks, asked.look_left, asked.look_right)
    if asked.close_left or asked.close_right:
        closing = {"left": asked.close_left, "right": asked.close_right}
        image = lids.close(image, report.landmarks, **closing, hair=hair)
    if not asked.moves:
        return Expressed(image, alpha)
    height, width = alpha.shape
    glasses = eyewear.worn(image, report.landmarks, report.colours.skin, hair)
    moved = move(report, asked, glasses)
    image = creases.lay(image, moved.before, moved.weights, report.colours.skin)
    field = warp.flow(moved.before, moved.after, width, height)
    both = field.applied(np.dstack([image, alpha]))
    image, alpha = both[..., :3], both[..., 3]
    if asked.inside is not None and between is not None:
        image = between.shown(image, moved)
    elif asked.inside is not None:
        image = _with_inside(image, moved, report, asked.inside)
    elif asked.rest or asked.shut:
        shut = mouth.openness(moved.before) * (1.0 - mouth.openness(moved.after))
        image = mouth.sealed(image, moved.before, moved.after, shut)
    return Expressed(image, alpha, moved, field)


def as_seen(
    image: NDArray[np.uint8],
    report: FaceReport,
    asked: Movement,
    hair: NDArray[np.uint8] | None = None,
) -> Movement:
    """Leave out what is asked of what is not seen.

    Eyes and their brows behind glasses, hair, a hand or glare; the mouth and the cheeks that it
    lifts behind a hand or a mask. Whoever shall wink with an eye that is hidden winks the other.

    Args:
        image: (H, W, 3) RGB uint8.
        report: the face in its pixels.
        asked: what to do with it.
        hair: (H, W) uint8, strands before the eyes.
    """
    asked = _with_mouth_as_seen(image, report, asked)
    looks = (*asked.look_left, *asked.look_right, asked.close_left, asked.close_right)
    if not any(looks) and not any(name.startswith(_ABOUT_EYES) for name in asked.weights):
        return asked
    left, right = eyesight.seen(image, report.landmarks, report.colours.skin, hair)
    if left == right == 1.0:
        return asked
    shares = {
        name + side: share
        for name in ("eyeWide", "eyeSquint", "cheekSquint", "browDown", "browOuterUp")
        for side, share in (("Left", left), ("Right", right))
    } | {"browInnerUp": min(left, right)}
    still = (0.0, 0.0)
    closing = asked.close_left, asked.close_right
    if _winks(asked) and (left, right)[closing.index(0.0)] > eyesight.ENOUGH > min(left, right):
        closing = (max(closing), max(closing))  # only what is seen closes
    return replace(
        asked,
        weights={name: weight * shares.get(name, 1.0) for name, weight in asked.weights.items()},
        close_left=closing[0] if left > eyesight.ENOUGH else 0.0,
        close_right=closing[1] if right > eyesight.ENOUGH else 0.0,
        look_left=asked.look_left if left > eyesight.ENOUGH else still,
        look_right=asked.look_right if right > eyesight.ENOUGH else still,
    )


def _with_mouth_as_seen(image: NDArray[np.uint8], report: FaceReport, asked: Movement) -> Movement:
    """Leave out what would draw a mouth on a hand, or bend its fingers."""
    mouthed = any(name.startswith(_ABOUT_MOUTH) for name in asked.weights)
    if not (mouthed or asked.rest or asked.calm or asked.shut or asked.inside):
        return asked
    if mouth_sight.seen(image, report.landmarks):
        return asked
    weights = {n: one for n, one in asked.weights.items() if not n.startswith(_ABOUT_MOUTH)}
    return replace(asked, weights=weights, rest=0.0, calm=0.0, shut=0.0, inside=None)


def _winks(asked: Movement) -> bool:
    """Whether one eye closes as part of an expression, not for its own sake."""
    return bool(asked.weights) and (asked.close_left > 0) != (asked.close_right > 0)


def _lightest(image: NDArray[np.uint8]) -> float:
    """L* of what is lightest in a picture: nothing in its mouth is lighter."""
    return float(np.percentile(to_lab(image[::_STRIDE, ::_STRIDE])[..., 0], 99))


def _with_inside(
    image: NDArray[np.uint8], moved: Moved, report: FaceReport, kind: str
) -> NDArray[np.uint8]:
    """Show teeth and tongue where lips part that were closed."""
    was, now = mouth.gap(moved.before), mouth.gap(moved.after)
    if kind != "tongue" and was >= OWN_TEETH * now:
        return image
    start, full = SHOWS
    share = float(np.clip((now - start) / (full - start), 0.0, 1.0))
    if share == 0.0:
        return image
    contour = moved.after[list(mouths.CONTOUR), :2]
    piece = mouths.suited(kind, report.colours.skin, report.pose.yaw, mouths.opened(contour))
    return mouths.fill(image, contour, piece, report.colours.skin, share, _lightest(image))
