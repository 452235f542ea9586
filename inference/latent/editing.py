"""Edit a portrait at full resolution: what isn't changed stays, pixel for pixel.

The face is brought to the shape-free frame and encoded; the latent moves; only the difference goes
back: colour as a ratio, so that it takes on the photo's own light and keeps its detail, shape as a
flow. Landmarks, regions and hair are moved and coloured in the same pass. Nobody is made to look
younger than young adults do.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face import topology
from inference.face.report import Portrait
from inference.latent import geometry, locks, painting, retouch
from inference.latent.model import Model, load
from inference.latent.shape_free import Cover, Points
from inference.latent.tone import skin, toned
from inference.layers.hair import dye
from inference.layers.palette import COLOURS
from inference.pictures.images import to_lab

Image = NDArray[np.uint8]
Plane = NDArray[np.float32]

HAIR = {
    "Black_Hair": "black", "Brown_Hair": "brown", "Blond_Hair": "blond", "Gray_Hair": "gray",
    "Red_Hair": "copper",
}  # fmt: skip
"""Sliders that dye; below 0 they do nothing."""

AGE, SKIN = "Young", "Pale_Skin"
_UNDRAWABLE = frozenset(["Smiling", "Square_Face"])
"""A mouth that opens needs teeth to show; a judge saw squarer faces in half of all only."""
YOUNGEST = 1.7
"""Where along the axis of age three in four people of about 20 stand; no edit goes beyond it."""
_FOLDS, _GRAYING, _SMOOTHED = 0.7, 0.3, 0.5  # of folds, gray hair, smoothness with age

_GRID = 256  # px over the frame at which light and flow are laid out
_SMOOTH = 1.2  # px of the grid by which a flow's creases are rounded
_FLOOR = 0.06  # added to colours -1..1 before their ratio is taken, so that black doesn't explode
_MOST = 1.1  # natural logarithm of the strongest change of light
_STILL, _MOVING = 1.75, 1.2  # multiples of the face oval: nothing moves beyond, all moves within
_LEAST = 0.02  # px; what moves less does not move


def edit(
    portrait: Portrait, changes: Mapping[str, float], locked: frozenset[str] = frozenset()
) -> Image:
    """Change features of a face.

    Args:
        portrait: see ``Portrait``.
        changes: slider -> amount, 0 as it is, about -1 to 1.
        locked: sliders whose features must not change along with others.

    Returns:
        (S, S, 3) uint8 RGB; the same bytes as ``portrait.image`` where nothing was asked for.

    Raises:
        KeyError: there is no such slider.
    """
    return portrait.once(Editor).edit(changes, locked)


def edited(
    portrait: Portrait, changes: Mapping[str, float], locked: frozenset[str] = frozenset()
) -> Portrait:
    """Change features of a face, and move its masks and landmarks along.

    Args:
        portrait: see ``Portrait``.
        changes: as ``edit`` takes them.
        locked: likewise.

    Returns:
        The portrait itself where nothing was asked for.

    Raises:
        KeyError: there is no such slider.
    """
    return portrait.once(Editor).edited(changes, locked)


@dataclass(frozen=True)
class Editor:
    """One portrait, its place in the frame found once, for many edits."""

    portrait: Portrait

    def edit(self, changes: Mapping[str, float], locked: frozenset[str] = frozenset()) -> Image:
        """See ``edit``."""
        return self.edited(changes, locked).image.copy()

    def edited(
        self, changes: Mapping[str, float], locked: frozenset[str] = frozenset()
    ) -> Portrait:
        """See ``edited``."""
        changes = {name: amount for name, amount in changes.items() if amount}
        unknown = changes.keys() - sliders()
        if unknown:
            raise KeyError(min(unknown))
        if not changes:
            return self.portrait
        tone = changes.get(SKIN, 0.0)
        axes = self._model.axes.without(*locks.parted(locked))
        move = axes.move({name: amount for name, amount in changes.items() if name != SKIN})
        move = self._adult(move)
        if AGE in changes:
            changes[AGE] = min(changes[AGE], self.younger)
        picture = self._dyed(changes)
        # age is also in the skin's detail
        smooth = changes.get(retouch.SMOOTH, 0.0) + _SMOOTHED * changes.get(AGE, 0.0)
        picture = retouch.paint(picture, self.portrait, {**changes, retouch.SMOOTH: smooth})
        if tone:
            picture = toned(picture, self._bare, np.exp(tone * self._model.tone))
        older = max(0.0, -changes.get(AGE, 0.0))
        paints = {name: changes[name] for name in painting.NAMES & changes.keys()}
        if move.any():
            picture = self._lit(picture, move)
        if older:
            picture = self._folded(picture, older)
        for name, amount in paints.items():
            picture = self._painted(picture, name, amount)
        shift = geometry.displacement(self._shape, changes)
        count = len(self._model.faces.texture.deviation)
        shift = shift + self._model.faces.shape.moved(move[count:]).reshape(-1, 2)
        painted = replace(self.portrait, image=picture)
        return self._warped(painted, shift) if shift.any() else painted

    def prime(self) -> None:
        """Do now what the first edit would have to do before all others."""
        self.edit({AGE: -1.0})

    @cached_property
    def younger(self) -> float:
        """The most of ``AGE`` that leaves an adult: 0 for who looks about 20 already."""
        axis = self._model.axes.names.index(AGE)
        return self._headroom / float(self._model.axes.steps[axis])

    @cached_property
    def _headroom(self) -> float:
        """How much further along the axis of age the person may go."""
        return max(0.0, YOUNGEST - float(self._latent @ self._age))

    @property
    def _age(self) -> Plane:
        axes = self._model.axes
        return np.asarray(axes.directions[axes.names.index(AGE)])

    def _adult(self, move: Plane) -> Plane:
        """Take from a move of the latent what would make a child of an adult."""
        beyond = float(move @ self._age) - self._headroom
        return move - np.float32(beyond) * self._age if beyond > 0 else move

    @cached_property
    def _model(self) -> Model:
        return load()

    @cached_property
    def _placed(self) -> tuple[Points, NDArray[np.float64]]:
        return self._model.frame.shape(self.portrait.report.landmarks)

    @property
    def _shape(self) -> Points:
        return self._placed[0]

    @cached_property
    def _to_photo(self) -> NDArray[np.float64]:
        """From px of the grid to px of the portrait, (2, 3)."""
        back = np.asarray(cv2.invertAffineTransform(self._placed[1]), np.float64)
        back[:, 2] += back[:, :2] @ [0.5 / _GRID, 0.5 / _GRID]
        back[:, :2] /= _GRID
        return back

    @cached_property
    def _cover(self) -> Cover:
        return self._model.frame.cover(self._shape, _GRID)

    @cached_property
    def _latent(self) -> Plane:
        """What the person is to the model, (K,)."""
        rgba = np.dstack([self.portrait.image, self.portrait.alpha])
        texture = self._model.frame.texture(rgba, self.portrait.report.landmarks)
        return np.asarray(self._model.faces.encode(texture[None], self._shape[None])[0])

    @cached_property
    def _texture(self) -> Plane:
        """What the model makes of the person, (4 S S,)."""
        texture = self._model.faces.texture
        return np.asarray(texture.decode(self._latent[None, : len(texture.deviation)])[0])

    def _dyed(self, changes: Mapping[str, float]) -> Image:
        dyed = self.portrait
        for name, colour in HAIR.items():
            amount = changes.get(name, 0.0)
            if name == "Gray_Hair":
                amount += _GRAYING * max(0.0, -changes.get(AGE, 0.0))
            if amount > 0:
                dyed = dye(dyed, COLOURS[colour], min(1.0, amount))
        return dyed.image

    def _lit(self, picture: Image, move: Plane) -> Image:
        """Multiply by the change of light and colour."""
        frame = self._model.frame
        side = frame.side
        moved = self._texture + self._model.texture_change(move)

        def colours(vector: Plane) -> Plane:
            planes = vector.reshape(4, side, side)[:3].transpose(1, 2, 0)
            return np.asarray(np.log(np.clip(planes + 1 + _FLOOR, _FLOOR, 2 + _FLOOR)))

        ratio = np.clip(colours(moved) - colours(self._texture), -_MOST, _MOST)
        ratio = np.ascontiguousarray(ratio * self._model.window[..., None], np.float32)
        return self._multiplied(picture, frame.shaped(ratio, self._cover))

    def _folded(self, picture: Image, amount: float) -> Image:
        """Lay an old face's folds over the skin."""
        model = self._model
        folds = model.frame.shaped(model.folds * np.float32(amount * _FOLDS), self._cover)
        return self._multiplied(picture, np.repeat(folds[..., None], 3, axis=2), bare=True)

    def _painted(self, picture: Image, name: str, amount: float) -> Image:
        """Lay a paint over the skin, under the hair."""
        report = self.portrait.report
        frame = self._model.frame
        layer = frame.shaped(painting.layer(name), self._fine)
        scaled = self._to_photo.copy()
        scaled[:, :2] *= _GRID / painting.SIDE
        size = self.portrait.alpha.shape[::-1]
        warped = cv2.warpAffine(layer, scaled, size, flags=cv2.INTER_LINEAR)
        paint = np.asarray(warped, np.float32)
        bare = cv2.subtract(self.portrait.alpha, self.portrait.hair_mask)
        paint[..., 3] *= bare.astype(np.float32) / 255
        rows, columns = (np.flatnonzero((paint[..., 3] > 0).any(axis=axis)) for axis in (1, 0))
        if not rows.size:
            return picture
        box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        seen = np.ascontiguousarray(picture[box])
        light = painting.lightness(seen, topology.face_height(report.landmarks))
        result = picture.copy()
        result[box] = painting.lit(seen, paint[box], light, report.colours.skin[0], amount)
        return result

    @cached_property
    def _fine(self) -> Cover:
        """The face's mesh over the grid on which paints are drawn."""
        return self._model.frame.cover(self._shape, painting.SIDE)

    def _multiplied(self, picture: Image, ratio: Plane, *, bare: bool = False) -> Image:
        """ratio: (grid, grid, 3), the logarithm of what to multiply by. bare: but for the hair."""
        size = self.portrait.alpha.shape[::-1]
        full = cv2.warpAffine(ratio, self._to_photo, size, flags=cv2.INTER_CUBIC)
        share = self.portrait.alpha.astype(np.float32) / 255
        if bare:
            share = (share - self.portrait.hair_mask.astype(np.float32) / 255) * self._skin
        rows, columns = (np.flatnonzero(full.any(axis=(axis, 2))) for axis in (1, 0))
        if not rows.size:
            return picture
        box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        gain = cv2.exp(full[box] * share[box][..., None])
        result = picture.copy()
        result[box] = cv2.convertScaleAbs(cv2.multiply(picture[box].astype(np.float32), gain))
        return result

    @cached_property
    def _bare(self) -> Plane:
        return skin(self.portrait)

    @cached_property
    def _skin(self) -> Plane:
        report = self.portrait.report
        light = to_lab(self.portrait.image)[..., 0]
        unit = topology.face_height(report.landmarks)
        return retouch.bare_skin(light, report.colours.skin[0], unit)

    def _warped(self, portrait: Portrait, shift: Points) -> Portrait:
        """Move the landmarks by a shift (478, 2) in shares of the frame, and all with them."""
        points = np.vstack([shift, np.zeros((len(self._model.frame.mesh) - len(shift), 2))])
        moved = self._model.frame.cover(self._shape + shift, _GRID)
        flow = cv2.GaussianBlur(moved.blend(points), (0, 0), _SMOOTH) * self._still[..., None]
        turn = np.linalg.inv(self._placed[1][:, :2])
        flow = (flow @ turn.T).astype(np.float32)
        size = self.portrait.alpha.shape[::-1]
        full = cv2.warpAffine(flow, self._to_photo, size, flags=cv2.INTER_LINEAR)
        moves = cv2.inRange(cv2.magnitude(full[..., 0], full[..., 1]), _LEAST, np.inf)
        rows, columns = (np.flatnonzero(moves.any(axis=axis)) for axis in (1, 0))
        if not rows.size:
            return portrait
        box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        x = np.arange(columns[0], columns[-1] + 1, dtype=np.float32)[None] - full[box][..., 0]
        y = np.arange(rows[0], rows[-1] + 1, dtype=np.float32)[:, None] - full[box][..., 1]

        def moved_along(picture: Image, interpolation: int) -> Image:
            warped = cv2.remap(picture, x, y, interpolation, borderMode=cv2.BORDER_REPLICATE)
            result = picture.copy()
            cv2.copyTo(warped, moves[box], result[box])
            return result

        landmarks = portrait.report.landmarks.copy()
        landmarks[:, :2] += shift @ turn.T
        return replace(
            portrait,
            image=moved_along(portrait.image, cv2.INTER_CUBIC),
            alpha=moved_along(portrait.alpha, cv2.INTER_LINEAR),
            hair_mask=moved_along(portrait.hair_mask, cv2.INTER_LINEAR),
            report=replace(portrait.report, landmarks=landmarks),
        )

    @cached_property
    def _still(self) -> Plane:
        """1 on the face and near it, 0 far from it, over the grid."""
        oval = self._shape[list(topology.FACE_OVAL)]
        middle = (oval.min(0) + oval.max(0)) / 2
        masks = []
        for grown in (_MOVING, _STILL):
            mask = np.zeros((_GRID, _GRID), np.uint8)
            points = np.rint((middle + (oval - middle) * grown) * _GRID).astype(np.int32)
            cv2.fillPoly(mask, [points], 1)
            masks.append(mask)
        inner = cv2.distanceTransform(1 - masks[0], cv2.DIST_L2, 3)
        outer = cv2.distanceTransform(masks[1], cv2.DIST_L2, 3)
        share = outer / np.maximum(inner + outer, 1e-3)
        return np.asarray(share * share * (3 - 2 * share), np.float32)


def sliders() -> frozenset[str]:
    """Every name that ``changes`` may hold."""
    learned = frozenset(load().axes.names) - _UNDRAWABLE
    return learned | geometry.SHIFTS.keys() | retouch.NAMES | painting.NAMES | HAIR.keys()
