"""Build the library of hair from synthetic faces: cut each chosen piece out, once.

``python -m inference.layers.extract --data DIR`` reads the faces and ``hair.toml`` and writes
``hair/``. Only the sources ``sfhq_t2i`` and ``faker`` may lend visible pieces.
"""

import csv
import json
import tomllib
from pathlib import Path

import click
import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face import regions
from inference.face.masks import person_and_hair
from inference.images import decode, from_lab, to_lab
from inference.layers.filling import spread
from inference.layers.library import ROOT
from inference.matting import foreground

SOURCES = ("sfhq_t2i", "faker")
QUALITY = 90
_SKIN_REACH = 22.0  # how far in a or b from the cheeks' median a pixel still counts as skin
_DARK = 25.0  # L* below which hair takes no colour from what was behind it


def skin_of(
    lab: NDArray[np.float32], landmarks: NDArray[np.float32], hair: NDArray[np.uint8]
) -> NDArray[np.float32]:
    """Return the (3,) Lab median of forehead and cheeks."""
    face = regions.fill(hair.shape, landmarks, *regions.CHEEKS, regions.FOREHEAD)
    return np.asarray(np.median(lab[face & (hair < 64)], axis=0), np.float32)


def cut_hair(
    image: NDArray[np.uint8], landmarks: NDArray[np.float32]
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.float32], NDArray[np.float32]]:
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
    return (
        np.dstack([colours, hair]),
        np.dstack([np.clip(below, 0, 255).astype(np.uint8), soft]),
        skin,
        hue,
    )


def write(path: Path, rgba: NDArray[np.uint8]) -> None:
    """Write RGBA as WEBP; colours under zero alpha are dropped, they cost bytes."""
    shown = rgba.copy()
    shown[rgba[..., 3] == 0] = 0
    bgra = cv2.cvtColor(shown, cv2.COLOR_RGBA2BGRA)
    _, data = cv2.imencode(".webp", bgra, [cv2.IMWRITE_WEBP_QUALITY, QUALITY])
    path.write_bytes(data.tobytes())


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
def main(data: Path) -> None:
    """Cut all hair pieces named in hair.toml."""
    faces = data / "faces"
    labels = np.load(faces / "labels.npz")
    row_of = {name: i for i, name in enumerate(labels["ids"])}
    with (faces / "manifest.csv").open(encoding="utf-8") as stream:
        manifest = {row["id"]: row for row in csv.DictReader(stream)}
    chosen = tomllib.loads((ROOT / "hair.toml").read_text("utf-8"))
    out = ROOT / "hair"
    out.mkdir(exist_ok=True)
    entries = []
    for name, choice in chosen.items():
        origin = manifest[choice["id"]]
        if origin["source"] not in SOURCES:
            raise click.ClickException(f"{name}: {origin['source']} may not lend visible pieces")
        image = decode((faces / "images" / f"{choice['id']}.webp").read_bytes())
        landmarks = labels["landmarks"][row_of[choice["id"]]].astype(np.float32)
        hair, under, skin, colour = cut_hair(image, landmarks)
        write(out / f"{name}.webp", hair)
        write(out / f"{name}.under.webp", under)
        oval = landmarks[list(regions.FACE_OVAL), :2]
        entries.append({
            "name": name,
            "tags": choice["tags"],
            "points": np.round(oval, 1).tolist(),
            "skin": np.round(skin, 1).tolist(),
            "colour": np.round(colour, 1).tolist(),
            "yaw": round(float(origin["yaw"]) * 90, 1),
            "licence": origin["licence"],
            "origin": f"{origin['attribution']}, {choice['id']}",
        })  # fmt: skip
    text = ",\n".join(json.dumps(entry) for entry in entries)
    (out / "index.json").write_text(f"[\n{text}\n]\n", "utf-8")


if __name__ == "__main__":
    main()
