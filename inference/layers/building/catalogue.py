"""The picture of every piece, worn by people who do not exist: ``catalogue.webp`` in the card."""

from collections.abc import Iterator
from dataclasses import replace
from importlib import resources
from pathlib import Path

import click
import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from inference import wiring
from inference.face import analysis, topology
from inference.face.report import Portrait
from inference.face.resizing import resized
from inference.layers import glasses, pieces
from inference.layers.baring import Bare
from inference.layers.head_map import with_room
from inference.layers.outfit import dress
from inference.models.calls import run
from inference.models.networks import Networks
from inference.pictures import images
from inference.pictures.compositing import flattened
from storage.contract.kinds import Setting

OUT = Path(__file__).parents[1] / "catalogue.webp"

MODELS = {"hair": "P010", "beard": "P007", "glasses": "P001", "hat": "P006"}
"""Who of openpeople wears which sort."""

_CELL = (136, 152)  # px: width, height
_COLUMNS = 11
_FACE = 62.0  # px: height of the face
_ABOVE = 0.75  # what a cell shows above the forehead, in face heights
_GROUND, _INK = (229, 240, 247), (38, 38, 46)
_LETTERS = 11  # px
_QUALITY = 82


def looks() -> dict[str, tuple[str, ...]]:
    """Every sort of piece and all of its settings, as ``/edit`` names them."""
    found = {
        "hair": ("hair:bald", *(f"hair:{name}" for name in pieces.index("hair"))),
        "glasses": tuple(f"glasses:{name}" for name in glasses.names()),
    }
    for sort in ("beard", "hat"):
        found[sort] = tuple(f"{sort}:{name}" for name in pieces.index(sort))
    return {sort: found[sort] for sort in MODELS}


def draw(wearers: dict[str, Portrait]) -> NDArray[np.uint8]:
    """Lay out every piece with its name under it, hair in its own colour.

    Args:
        wearers: for each sort a portrait.

    Returns:
        (H, W, 3) RGB uint8.
    """
    cells = [cell for sort, names in looks().items() for cell in _worn(wearers[sort], names)]
    blank = np.full((_CELL[1], _CELL[0], 3), _GROUND, np.uint8)
    cells += [blank] * (-len(cells) % _COLUMNS)
    rows = [np.hstack(cells[at : at + _COLUMNS]) for at in range(0, len(cells), _COLUMNS)]
    return np.vstack(rows)


def _worn(portrait: Portrait, names: tuple[str, ...]) -> Iterator[NDArray[np.uint8]]:
    portrait = _small(portrait)
    bare = Bare.of(portrait)
    for name in names:
        look = {name.partition(":")[0]: Setting(name)}
        if name.startswith("hair:"):
            look["colour"] = Setting("colour:original")
        yield _cell(dress(portrait, look, bare), name.partition(":")[2])


def _small(portrait: Portrait) -> Portrait:
    """Reduced to twice a cell's size, with room for any hat."""
    height = topology.face_height(portrait.report.landmarks)
    side = round(len(portrait.alpha) * min(1.0, 2 * _FACE / height))
    portrait = resized(replace(portrait, image=portrait.foreground), side)
    room = round(1.2 * _FACE)
    return with_room(portrait, 2 * room, room)


def _cell(portrait: Portrait, name: str) -> NDArray[np.uint8]:
    landmarks = portrait.report.landmarks
    scale = _FACE / topology.face_height(landmarks)
    top, middle = landmarks[topology.FOREHEAD_MIDDLE, :2], landmarks[:, 0].mean()
    width, height = _CELL
    matrix = np.array([
        [scale, 0, width / 2 - scale * middle],
        [0, scale, _ABOVE * _FACE - scale * top[1]],
    ])  # fmt: skip
    person = np.dstack([portrait.image, portrait.alpha])
    opaque = flattened(person, _GROUND).astype(np.float32)
    soft = cv2.GaussianBlur(opaque, (0, 0), 0.45 / scale) if scale < 1 else opaque
    fitted = cv2.warpAffine(soft, matrix, _CELL, borderMode=cv2.BORDER_CONSTANT,
                            borderValue=_GROUND)  # fmt: skip
    picture = Image.fromarray(np.rint(np.clip(fitted, 0, 255)).astype(np.uint8))
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(_LETTERS)
    pen.text((4, height - _LETTERS - 5), name, _INK, font, stroke_width=2, stroke_fill=_GROUND)
    return np.asarray(picture)


def _model(person: str, networks: Networks) -> Portrait:
    """A studio portrait of openpeople."""
    people = resources.files("openpeople") / "data" / "curated"
    photo = images.decode((people / person / "assets" / "studio_portrait.jpg").read_bytes())
    return run(analysis.portrait(photo), networks)


@click.command("catalogue")
@click.option(
    "-o", "--out", type=click.Path(dir_okay=False, path_type=Path), default=OUT, show_default=True
)
def main(out: Path) -> None:
    """Draw every piece on the sample people of openpeople."""
    networks = wiring.networks()
    try:
        wearers = {sort: _model(person, networks) for sort, person in MODELS.items()}
    except ModuleNotFoundError:
        message = "the catalogue needs the sample people: pip install 'selfmoji[test]'"
        raise click.ClickException(message) from None
    Image.fromarray(draw(wearers)).save(out, quality=_QUALITY, method=6)
    click.echo(out)


if __name__ == "__main__":
    main()
