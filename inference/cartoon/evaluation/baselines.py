"""Another tool's results, a folder of them, scored like an engine of ours.

Each picture is called as its photo is. Framed as the photo is, at any size, it has everybody's
features where the photo has them; framed otherwise they are looked for. Then it is laid on the
drawing's canvas, without its ground: that of the picture's own alpha, or else that of the photo.
"""

from collections.abc import Mapping
from pathlib import Path

import click
import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from inference.cartoon.evaluation.depicting import SIDE, Depicted, Engine
from inference.cartoon.portrait import sitter
from inference.errors import PhotoError
from inference.face import analysis
from inference.face.report import Portrait
from inference.models.calls import run
from inference.models.networks import Networks
from inference.pictures import images
from inference.pictures.compositing import flattened

_SUFFIXES = (".png", ".webp", ".jpg", ".jpeg")
_SAME = 0.02  # share by which proportions of the same frame differ at most
_GROUND = (214, 214, 214)


def engine(folder: Path, photos: Mapping[str, bytes]) -> Engine:
    """Take pictures from a folder.

    photos: those that are measured on, by name.

    Raises:
        click.ClickException: no picture there is called as one of them.
    """
    pictures = {path.stem: path for path in folder.iterdir() if path.suffix.lower() in _SUFFIXES}
    if not pictures.keys() & photos.keys():
        raise click.ClickException(f"no picture in {folder} is called as a photo is")

    def depict(name: str, portrait: Portrait, networks: Networks) -> Depicted | None:
        """None where there is no picture, or no face in one that is framed otherwise."""
        path = pictures.get(name)
        if path is None:
            return None
        with Pillow.open(path) as picture:
            rgba = np.array(picture.convert("RGBA"))
        there = _landmarks(rgba, photos[name], networks)
        return None if there is None else _laid(rgba, there, portrait.once(sitter.sit))

    return depict


def _landmarks(
    rgba: NDArray[np.uint8], photo: bytes, networks: Networks
) -> NDArray[np.float32] | None:
    """Where a picture has the features, (478, 2) px."""
    height, width = rgba.shape[:2]
    report = run(analysis.find(images.decode(photo)), networks)
    if abs(width * report.height / (height * report.width) - 1) < _SAME:
        face, scale = analysis.choose(report, None), width / report.width
    else:
        try:
            face, scale = run(analysis.find(flattened(rgba, _GROUND)), networks).faces[0], 1.0
        except PhotoError:
            return None
    return np.ascontiguousarray(face.landmarks[:, :2] * np.float32(scale))


def _laid(rgba: NDArray[np.uint8], there: NDArray[np.float32], person: sitter.Sitter) -> Depicted:
    """Lay a picture on the canvas so that its features come to lie where the photo's do."""
    way, _ = cv2.estimateAffinePartial2D(there, person.landmarks.astype(np.float32))
    shrunk = min(1.0, float(np.hypot(way[0, 0], way[1, 0])))
    if shrunk < 1:  # averaged, so that nothing that is fine is skipped
        size = max(1, round(rgba.shape[1] * shrunk)), max(1, round(rgba.shape[0] * shrunk))
        way[:, :2] *= rgba.shape[1] / size[0]
        rgba = np.asarray(cv2.resize(rgba, size, interpolation=cv2.INTER_AREA), np.uint8)
    laid = np.asarray(cv2.warpAffine(rgba, way, (SIDE, SIDE), flags=cv2.INTER_LINEAR), np.uint8)
    if rgba[..., 3].min() == 255:
        laid[..., 3] = np.minimum(laid[..., 3], _large(person.person))
    return Depicted(laid, person.landmarks, _large(person.hair))


def _large(mask: NDArray[np.float32]) -> NDArray[np.uint8]:
    large = cv2.resize(mask, (SIDE, SIDE))
    return np.asarray(np.rint(255 * large.clip(0, 1)), np.uint8)
