"""Make the cat's layers from David Revoy's cat generator as ``robohash`` carries it (set4).

``python -m inference.avatars.cat_layers SET4 OUT``: the layers that ``styles/cat.toml`` names, at
512 px. A body becomes two layers: its shading, to be painted in any fur, and what keeps its own
colour (the insides of the ears, the nose).
"""

import sys
import tomllib
from importlib.resources import files
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from inference.avatars.layered import MIDDLE, SIDE

_FOLDERS = {
    "body": "000#00body", "fur": "001#01fur", "eyes": "002#02eyes", "mouth": "003#03mouth",
    "accessory": "004#04accessories",
}  # fmt: skip


def build(source: Path, target: Path) -> None:
    """Write the layers of ``cat.toml`` as WEBP files."""
    table = tomllib.loads(
        files("inference.avatars").joinpath("styles", "cat.toml").read_text("utf-8")
    )
    target.mkdir(parents=True, exist_ok=True)
    for slot, layers in table["layers"].items():
        for variant, number in layers.items():
            path = source / _FOLDERS[slot] / f"{number:03d}#{slot}{number}.png"
            with Pillow.open(path) as picture:
                small = picture.convert("RGBA").resize((SIDE, SIDE), Pillow.Resampling.BOX)
            pixels = np.array(small)
            if slot == "body":
                shade, own = _split(pixels)
                _save(shade, target / f"body-{variant}-shade.webp")
                _save(own, target / f"body-{variant}-own.webp")
            else:
                _save(pixels, target / f"{slot}-{variant}.webp")


def _split(body: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Divide a body (H, W, 4) into shading and what is not of the fur's hue."""
    lab = cv2.cvtColor(body[..., :3].astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    fur = np.median(lab[body[..., 3] > 250], axis=0)
    ratio = np.clip(lab[..., 0] / fur[0], 0, 255 / MIDDLE)
    gray = np.rint(ratio * MIDDLE).astype(np.uint8)
    shade = np.dstack([gray, gray, gray, body[..., 3]])
    # darker and lighter fur is of the same hue; what is not keeps its colour
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    hue = np.arctan2(lab[..., 2], lab[..., 1]) - np.arctan2(fur[2], fur[1])
    turned = np.abs((hue + np.pi) % (2 * np.pi) - np.pi)
    other = (chroma > 14) & ((turned > 0.6) | (np.hypot(fur[1], fur[2]) < 6))
    kept = cv2.GaussianBlur(other.astype(np.float32), (0, 0), 0.8)
    own = body.copy()
    own[..., 3] = np.rint(body[..., 3] * kept).astype(np.uint8)
    return shade, own


def _save(pixels: NDArray[np.uint8], path: Path) -> None:
    Pillow.fromarray(pixels).save(path, "WEBP", quality=82, alpha_quality=90, method=6)


if __name__ == "__main__":
    build(Path(sys.argv[1]), Path(sys.argv[2]))
