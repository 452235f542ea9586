"""Build hats from synthetic faces; see ``extract``.

``python -m inference.layers.building.extract_hats --data DIR`` reads ``hat.toml``, writes ``hat/``.
"""

from dataclasses import replace
from pathlib import Path

import click
import cv2
import numpy as np
from numpy.typing import NDArray

from inference import wiring
from inference.face import topology
from inference.face.masks import person_and_hair
from inference.layers.building.extract import Choice, Cut, build, frayed, skin_of
from inference.models.calls import Calls
from inference.pictures.images import to_lab
from inference.pictures.matting import foreground, guided_filter

_SKIN = 16.0  # distance from the skin's median within which a pixel of the forehead is no hat


def cut_hat(image: NDArray[np.uint8], landmarks: NDArray[np.float32]) -> Calls[Cut]:
    """Cut the hat off: what of the person lies above the brows and is not skin.

    The matte is that of GrabCut (Rother et al., SIGGRAPH 2004) with a soft rim.

    Args:
        image: (320, 320, 3) RGB uint8.
        landmarks: (478, 3) px.
    """
    unit = topology.face_height(landmarks)
    shape = image.shape[:2]
    person, hair = yield from person_and_hair(image, landmarks)
    lab = to_lab(image)
    skin = skin_of(lab, landmarks, np.zeros(shape, np.uint8))
    away = np.linalg.norm(cv2.GaussianBlur(lab, (0, 0), 1.0) - skin, axis=2)
    rows = np.mgrid[: shape[0], : shape[1]][0]
    brows = landmarks[list(topology.BROW_TOPS), 1].min()
    oval = topology.fill(shape, landmarks, topology.FACE_OVAL)
    top = landmarks[topology.FOREHEAD_MIDDLE, 1]

    marks = np.full(shape, cv2.GC_BGD, np.uint8)
    zone = rows < brows + 0.12 * unit
    marks[zone] = cv2.GC_PR_BGD
    marks[zone & (person > 128)] = cv2.GC_PR_FGD
    marks[(rows < top - 0.06 * unit) & (person > 220)] = cv2.GC_FGD
    marks[oval & (rows > brows - 0.05 * unit)] = cv2.GC_BGD
    marks[oval & (away < _SKIN)] = cv2.GC_BGD
    marks[(hair > 128) & (rows > top - 0.02 * unit)] = cv2.GC_BGD
    scratch = np.zeros((1, 65)), np.zeros((1, 65))
    bgr = np.ascontiguousarray(image[..., ::-1])
    cv2.grabCut(bgr, marks, None, *scratch, 6, cv2.GC_INIT_WITH_MASK)  # type: ignore[call-overload]
    found = np.isin(marks, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8)
    _, parts, stats, _ = cv2.connectedComponentsWithStats(found)
    largest = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    solid = cv2.morphologyEx((parts == largest).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5)))
    (soft,) = guided_filter(image, solid.astype(np.float32), radius=3)
    matte = np.rint(np.clip((soft - 0.15) / 0.7, 0, 1) * 255).astype(np.uint8)
    return Cut(
        image=np.dstack([foreground(image, matte), matte]),
        under=None,
        points=landmarks[list(topology.FACE_OVAL), :2],
        skin=skin,
        colour=np.median(lab[matte > 200], axis=0).astype(np.float32),
    )


def cut(image: NDArray[np.uint8], landmarks: NDArray[np.float32], row: Choice) -> Calls[Cut]:
    """Cut one row's hat; a ``round`` one that its picture cut off is rounded there.

    Args:
        image: (320, 320, 3) RGB uint8.
        landmarks: (478, 3) px.
        row: of ``hat.toml``.
    """
    whole = yield from cut_hat(image, landmarks)
    return replace(whole, image=frayed(whole.image)) if row.get("round") else whole


@click.command("hats")
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
def main(data: Path) -> None:
    """Cut all hats named in hat.toml."""
    build(data, "hat", cut, wiring.networks())


if __name__ == "__main__":
    main()
