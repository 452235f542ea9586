"""What is shipped of the linear model: frame, components, axes in one small file.

A component of texture is smooth: of its cosine transform nearly all coefficients round to nothing.
"""

from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face import topology
from inference.latent.axes import Axes
from inference.latent.morphable import PLANES, Components, Morphable
from inference.latent.shape_free import Frame
from inference.models import weights

_DEEPEST, _SOFTENED = 0.35, 0.9  # of folds: logarithm of light, px
_SKIN, _INSIDE = "Pale_Skin", 0.9
_SPANNED = 1e-3  # what a move may differ from its shares of the axes
_STEP = 0.004  # of coefficients, in units of a texture's -1..1 per standard deviation


@dataclass(frozen=True)
class Model:
    """Everything an edit needs.

    people: (P, K) latents of synthetic people to mix random ones from. creases: (C, C), what an old
    face's folds do to the logarithm of light, in the frame.
    """

    frame: Frame
    faces: Morphable
    axes: Axes
    people: NDArray[np.float32]
    creases: NDArray[np.float32]

    @cached_property
    def window(self) -> NDArray[np.float32]:
        """(S, S): 1 on the mean's face, softly 0 outside."""
        side = self.frame.side
        mask = np.zeros((side, side), np.float32)
        oval = self.frame.mean[list(topology.FACE_OVAL)] * side
        cv2.fillPoly(mask, [np.rint(oval * 16).astype(np.int32)], 1.0, cv2.LINE_AA, 4)
        return np.asarray(cv2.GaussianBlur(mask, (0, 0), 0.02 * side), np.float32)

    def texture_change(self, move: NDArray[np.floating]) -> NDArray[np.float32]:
        """How far a texture moves, (D,), when the latent moves by some of the axes, (K,).

        A few rows of their own are read instead of all components, where they span the move.
        """
        amounts, along = self._along
        shares = move @ amounts
        if np.abs(shares @ self._span - move).max() > _SPANNED:
            return self.faces.texture.moved(move[: len(self.faces.texture.deviation)])
        return np.asarray(shares @ along, np.float32)

    @cached_property
    def _along(self) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
        """From a move to amounts of ``_span``, (K, B); what they do to textures, (B, D)."""
        count = len(self.faces.texture.deviation)
        along = [self.faces.texture.moved(direction[:count]) for direction in self._span]
        return np.asarray(np.linalg.pinv(self._span)), np.array(along, np.float32)

    @cached_property
    def _span(self) -> NDArray[np.float64]:
        """What sliders move along, whatever is locked, (B, K)."""
        return np.concatenate([self.axes.directions, self.axes.readouts]).astype(np.float64)

    @cached_property
    def folds(self) -> NDArray[np.float32]:
        """``creases`` as they are laid on, (C, C): deep ones end softly, or they look drawn."""
        deep = (_DEEPEST * np.tanh(self.creases / _DEEPEST)).astype(np.float32)
        return np.asarray(cv2.GaussianBlur(deep, (0, 0), _SOFTENED), np.float32)

    @cached_property
    def tone(self) -> NDArray[np.float64]:
        """What the skin slider at 1 does to the logarithm of RGB, (3,), on an average face."""
        direction = self.axes.move({_SKIN: 1.0})[: len(self.faces.texture.deviation)]
        side = self.frame.side
        pair = np.stack([self.faces.texture.mean, self.faces.texture.moved(direction)])
        before, change = pair.reshape(2, PLANES, side, side)[:, :3]
        ratio = np.log(np.clip(before + change + 1, 0.1, 2)) - np.log(np.clip(before + 1, 0.1, 2))
        return np.asarray(np.median(ratio[:, self.window > _INSIDE], axis=1), np.float64)


@cache
def load() -> Model:
    """The shipped model, read once."""
    return read(weights.shipped("latent_faces"))


def write(model: Model, path: Path) -> None:
    """Write a model so that ``read`` gives nearly the same one."""
    texture, shape, side = model.faces.texture, model.faces.shape, model.frame.side
    scaled = texture.basis * texture.deviation[:, None]
    planes = np.concatenate([texture.mean[None], scaled]).reshape(-1, side, side)
    coefficients = np.stack([cv2.dct(plane) for plane in planes])
    rounded = np.rint(coefficients / _STEP).clip(-32768, 32767).astype(np.int16)
    scale = float(np.abs(model.people).max()) / 127
    np.savez_compressed(
        path,
        side=np.int64(side),
        mean=model.frame.mean,
        triangles=model.frame.triangles.astype(np.int16),
        texture=rounded,
        shape=np.concatenate([shape.mean[None], shape.basis * shape.deviation[:, None]]),
        names=np.array(model.axes.names),
        directions=model.axes.directions,
        steps=model.axes.steps,
        readouts=model.axes.readouts.astype(np.float16),
        people=np.rint(model.people / scale).astype(np.int8),
        people_scale=np.float32(scale),
        creases=np.rint(model.creases.clip(-1, 1) * 127).astype(np.int8),
    )


def read(path: Path) -> Model:
    """Read a model that ``write`` wrote."""
    with np.load(path, allow_pickle=False) as file:
        side = int(file["side"])
        frame = Frame(file["mean"], file["triangles"].astype(np.int32), side)
        rounded = file["texture"].astype(np.float32) * np.float32(_STEP)
        planes = np.stack([cv2.idct(plane) for plane in rounded])
        texture = _components(planes.reshape(-1, PLANES * side * side))
        faces = Morphable(texture, _components(file["shape"]), side)
        readouts = file["readouts"].astype(np.float32)
        axes = Axes(tuple(file["names"].tolist()), file["directions"], file["steps"], readouts)
        people = file["people"].astype(np.float32) * file["people_scale"]
        creases = file["creases"].astype(np.float32) / 127
    return Model(frame, faces, axes, people, creases)


def _components(rows: NDArray[np.float32]) -> Components:
    """The mean, then each component times its deviation; (K + 1, D)."""
    deviation = np.linalg.norm(rows[1:], axis=1)
    return Components(rows[0], rows[1:] / deviation[:, None], deviation)
