"""Build the library of hair from synthetic faces.

``python -m inference.layers.extract_hair --data DIR`` reads ``hair.toml`` and writes ``hair/``.
"""

from collections.abc import Mapping
from pathlib import Path

import click
import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face import regions
from inference.face.masks import person_and_hair
from inference.images import from_lab, to_lab
from inference.layers.extract import Choice, Cut, build, frayed, skin_of
from inference.layers.filling import spread
from inference.layers.regrown import Plan, regrow
from inference.matting import foreground

_SKIN_REACH = 22.0  # how far in a or b from the cheeks' median a pixel still counts as skin
_DARK = 25.0  # L* below which hair takes no colour from what was behind it


def cut_hair(image: NDArray[np.uint8], landmarks: NDArray[np.float32]) -> Cut:
    """Cut the hair out of a face's picture.

    image: (320, 320, 3) RGB. landmarks: (478, 3) px. Returns RGBA hair, RGBA skin beside and
    under it (ears, scalp; colours continued below the hair), and the Lab medians of skin and hair.
    """
    alpha, hair = person_and_hair(image, landmarks)
    lab = to_lab(image)
    skin = skin_of(lab, landmarks, hair)
    colours = foreground(image, hair)
    inside = hair > 200
    hue = np.median(lab[inside], axis=0).astype(np.float32)

    tinted = to_lab(colours)
    dark = np.clip((_DARK - tinted[..., 0]) / 10, 0, 1)[..., None] * (hair < 250)[..., None]
    tinted[..., 1:] += dark * (hue[1:] - tinted[..., 1:])
    colours = from_lab(tinted)

    # towards the face the rim is mixed with skin: take the colour of the hair behind it instead
    core = spread(colours, (hair > 240).astype(np.float32))
    oval = regions.fill(hair.shape, landmarks, regions.FACE_OVAL).astype(np.uint8)
    face = cv2.GaussianBlur(cv2.dilate(oval, np.ones((9, 9))).astype(np.float32), (0, 0), 2)
    share = (face * (1 - (hair / np.float32(255)) ** 4))[..., None]
    colours = np.clip(core * share + colours * (1 - share), 0, 255).astype(np.uint8)

    rows = np.arange(image.shape[0])[:, None]
    skinlike = np.abs(lab - skin)[..., 1:].max(axis=2) < _SKIN_REACH
    lobes = landmarks[[132, 361], 1].mean() + 6
    ears = (alpha > 128) & (hair < 40) & skinlike & (rows < lobes)
    soft = cv2.GaussianBlur(cv2.erode(ears.astype(np.uint8) * 255, np.ones((3, 3))), (0, 0), 1)
    bare = ears | (regions.fill(hair.shape, landmarks, regions.FACE_OVAL) & (hair < 12))
    below = np.where(ears[..., None], image, spread(image, bare.astype(np.float32)))
    return Cut(
        image=frayed(np.dstack([colours, hair])),
        under=np.dstack([np.clip(below, 0, 255).astype(np.uint8), soft]),
        points=landmarks[list(regions.FACE_OVAL), :2],
        skin=skin,
        colour=hue,
    )


def cut(image: NDArray[np.uint8], landmarks: NDArray[np.float32], row: Choice) -> Cut:
    """Cut one row's hair.

    ``end`` is the row of px below which only scraps follow, ``regrow`` a ``regrown.Plan``.
    """
    piece = cut_hair(image, landmarks)
    if "end" in row:
        piece.image[int(str(row["end"])) :, :, 3] = 0
    plan = row.get("regrow")
    return regrow(piece, Plan.of(plan)) if isinstance(plan, Mapping) else piece


@click.command("hair")
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
def main(data: Path) -> None:
    """Cut all hair pieces named in hair.toml."""
    build(data, "hair", cut)


if __name__ == "__main__":
    main()
