"""Build pieces of hair from synthetic faces.

``python -m inference.layers.building.extract_hair --data DIR`` reads ``hair.toml`` and
writes ``hair/``.
"""

from collections.abc import Mapping
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
from inference.layers.building.regrown import Plan, regrow
from inference.layers.filling import spread
from inference.models.calls import Calls
from inference.pictures.images import from_lab, to_lab
from inference.pictures.matting import foreground

_SKIN_REACH = 22.0  # how far in a or b from the cheeks' median a pixel still counts as skin
_SEEN, _ISLAND = 40, 0.03  # alpha of a scrap, and its most of the whole
_ENDS = 0.04  # of the picture's side, by which strands differ where a row ends them
_DARK = 25.0  # L* below which hair takes no colour from what was behind it


def cut_hair(
    image: NDArray[np.uint8], landmarks: NDArray[np.float32], *, bearded: bool
) -> Calls[Cut]:
    """Cut the hair out of a face's picture.

    Args:
        image: (320, 320, 3) RGB.
        landmarks: (478, 3) px.
        bearded: see ``person_and_hair``.

    Returns:
        RGBA hair, RGBA skin beside and under it (ears, scalp; colours continued below the hair),
        and the Lab medians of skin and hair.
    """
    alpha, hair = yield from person_and_hair(image, landmarks, bearded=bearded)
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
    oval = topology.fill(hair.shape, landmarks, topology.FACE_OVAL).astype(np.uint8)
    face = cv2.GaussianBlur(cv2.dilate(oval, np.ones((9, 9))).astype(np.float32), (0, 0), 2)
    share = (face * (1 - (hair / np.float32(255)) ** 4))[..., None]
    colours = np.clip(core * share + colours * (1 - share), 0, 255).astype(np.uint8)

    rows = np.arange(image.shape[0])[:, None]
    skinlike = np.abs(lab - skin)[..., 1:].max(axis=2) < _SKIN_REACH
    lobes = landmarks[list(topology.EAR_LOBES), 1].mean() + 6
    ears = (alpha > 128) & (hair < 40) & skinlike & (rows < lobes)
    soft = cv2.GaussianBlur(cv2.erode(ears.astype(np.uint8) * 255, np.ones((3, 3))), (0, 0), 1)
    bare = ears | (topology.fill(hair.shape, landmarks, topology.FACE_OVAL) & (hair < 12))
    below = np.where(ears[..., None], image, spread(image, bare.astype(np.float32)))
    hair[_scraps(hair)] = 0
    return Cut(
        image=frayed(np.dstack([colours, hair])),
        under=np.dstack([np.clip(below, 0, 255).astype(np.uint8), soft]),
        points=landmarks[list(topology.FACE_OVAL), :2],
        skin=skin,
        colour=hue,
    )


def _scraps(hair: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Small islands of a matte, with the haze around them."""
    _, parts, stats, _ = cv2.connectedComponentsWithStats((hair > _SEEN).astype(np.uint8))
    areas = stats[:, cv2.CC_STAT_AREA]
    small = areas < _ISLAND * areas[1:].sum(initial=0)
    small[0] = False
    return cv2.dilate(small[parts].astype(np.uint8), np.ones((5, 5), np.uint8)) > 0


def cut(image: NDArray[np.uint8], landmarks: NDArray[np.float32], row: Choice) -> Calls[Cut]:
    """Cut one row's hair.

    ``end`` is the row of px below which only scraps follow, ``regrow`` a ``regrown.Plan``.

    Args:
        image: (320, 320, 3) RGB uint8.
        landmarks: (478, 3) px.
        row: of ``hair.toml``.
    """
    tags = row["tags"]
    assert isinstance(tags, list)  # noqa: S101 -- hair.toml is ours
    piece = yield from cut_hair(image, landmarks, bearded="women" not in tags or "short" in tags)
    if "end" in row:
        piece = _ended(piece, int(str(row["end"])))
    plan = row.get("regrow")
    return regrow(piece, Plan.of(plan)) if isinstance(plan, Mapping) else piece


def _ended(piece: Cut, end: int) -> Cut:
    """End hair in strands at the row ``end``, as if the picture did."""
    lost = len(piece.image) - end
    shifted = np.roll(piece.image, lost, axis=0)
    shifted[:lost] = 0
    image = np.roll(frayed(shifted, _ENDS), -lost, axis=0)
    return replace(piece, image=image)


@click.command("hair")
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
def main(data: Path) -> None:
    """Cut all hair pieces named in hair.toml."""
    build(data, "hair", cut, wiring.networks())


if __name__ == "__main__":
    main()
