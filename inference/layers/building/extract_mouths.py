"""Build mouth interiors from synthetic faces.

``python -m inference.layers.building.extract_mouths --data DIR`` reads the faces and
``mouths.toml`` and writes ``mouths/``. A piece keeps the inner lips' contours; its alpha is 255
around the mouth's opening, from which a wearer's own lips cut what they show, or the very outline
of a tongue.
"""

from pathlib import Path

import click
import cv2
import numpy as np
from numpy.typing import NDArray

from inference import wiring
from inference.face import topology
from inference.layers.building.extract import Choice, Cut, build, skin_of
from inference.layers.mouths import CONTOUR, KIND
from inference.models.calls import without_calls
from inference.pictures.compositing import resize
from inference.pictures.images import from_lab, to_lab

_ROOM = 5  # px around the opening that a wider wearer's mouth may still show
_DEPTH = 15.0  # L* towards which what lies deepest is lifted: cameras see no black throat
_FINE = 8  # polygons are drawn at this many times the size and averaged


def drawn(shape: tuple[int, int], outline: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Fill an outline with an even edge.

    Args:
        shape: height and width, px.
        outline: (N, 2) px.

    Returns:
        (H, W) uint8.
    """
    large = np.zeros((shape[0] * _FINE, shape[1] * _FINE), np.uint8)
    cv2.fillPoly(large, [np.rint(np.asarray(outline) * _FINE).astype(np.int32)], 255)
    small = resize(large, (shape[1], shape[0]), cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(small, (0, 0), 0.7), np.uint8)


def warmed(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Take the cast of coloured light off: a mouth's depth is a dim red, teeth are not blue.

    Args:
        image: (H, W, 3) RGB uint8.

    Returns:
        (H, W, 3) RGB uint8.
    """
    lab = to_lab(image)
    deep = np.clip((38.0 - lab[..., 0]) / 20.0, 0.0, 1.0)
    dim = deep * np.clip((_DEPTH - lab[..., 0]) / _DEPTH, 0.0, 1.0)
    lab[..., 0] += 0.8 * dim * (_DEPTH - lab[..., 0])
    lab[..., 1] += deep * np.maximum(7.0 + 7.0 * dim - lab[..., 1], 0.0)
    lab[..., 2] += dim * np.maximum(6.0 - lab[..., 2], 0.0)
    lab[..., 2] += np.maximum(4.0 - lab[..., 2], 0.0) * np.clip(1.2 - lab[..., 1] / 15.0, 0.0, 1.0)
    violet = np.clip((lab[..., 1] - 6.0) / 6.0, 0.0, 1.0)
    lab[..., 2] += violet * np.maximum(0.35 * lab[..., 1] - lab[..., 2], 0.0)
    return from_lab(lab)


@without_calls
def cut_mouth(image: NDArray[np.uint8], landmarks: NDArray[np.float32], choice: Choice) -> Cut:
    """Cut the mouth's inside out in the face's own frame.

    Args:
        image: (320, 320, 3) RGB.
        landmarks: (478, 3) px.
        choice: may hold the ``outline`` (N, 2 px) of a tongue, and how much of it hangs ``out``, as
            a share.
    """
    shape = (image.shape[0], image.shape[1])
    warm = warmed(image)
    if "outline" in choice:
        alpha = drawn(shape, np.array(choice["outline"], np.float64))
    else:
        opening = drawn(shape, landmarks[list(topology.LIPS_INNER), :2])
        around = cv2.dilate(opening, np.ones((2 * _ROOM + 1, 2 * _ROOM + 1), np.uint8))
        alpha = np.where(around > 0, 255, 0).astype(np.uint8)
    lab = to_lab(image)
    points = landmarks[list(CONTOUR), :2].copy()
    out = float(str(choice.get("out", 0.0)))
    points[11:] += out * (points[:11] - points[11:])
    return Cut(
        image=np.dstack([warm, alpha]),
        under=None,
        points=points,
        skin=skin_of(lab, landmarks, np.zeros(shape, np.uint8)),
        colour=np.median(lab[alpha > 128], axis=0).astype(np.float32),
    )


@click.command("mouths")
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
def main(data: Path) -> None:
    """Cut all mouth interiors named in mouths.toml."""
    build(data, KIND, cut_mouth, wiring.networks())


if __name__ == "__main__":
    main()
