"""People who make faces into a camera: the cells of openpeople's sheets, and films of them."""

import io
from functools import cache
from importlib.resources import files
from pathlib import Path

import cv2
import numpy as np
from PIL import Image as Pillow

from inference.expression import driving
from inference.face import tracking
from inference.pictures.images import Image, decode
from tests.inference.making import answered

FEELINGS = (
    "neutral", "happy", "sad", "angry", "surprised", "disgusted", "scared", "confused", "smug",
    "flirty", "thoughtful", "pensive", "exhausted", "shocked", "playful", "determined",
)  # fmt: skip


@cache
def frame(person: str, feeling: str, width: int = 320) -> Image:
    """Return a camera's frame, 4:3, of somebody with a feeling: the flirty wink their left eye."""
    folder = files("openpeople") / "data" / "curated" / person / "assets"
    sheet = decode((folder / "emotions_sheet.jpg").read_bytes())
    row, column = divmod(FEELINGS.index(feeling), 4)
    height, cell = sheet.shape[0], sheet.shape[1] // 4
    top = round((0.04 + 0.2427 * row) * height)
    part = sheet[top : top + round(0.18 * height), column * cell : (column + 1) * cell]
    aside = (cell - part.shape[0] * 4 // 3) // 2
    part = part[:, aside : cell - aside]
    return np.asarray(cv2.resize(part, (width, width * 3 // 4)), np.uint8)


def jpeg(image: Image) -> bytes:
    """Encode a frame as the page does."""
    buffer = io.BytesIO()
    Pillow.fromarray(image).save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


@cache
def reading(person: str, feeling: str) -> driving.Reading:
    """Return what somebody with a feeling does."""
    face = answered(tracking.follow(frame(person, feeling)))
    assert face is not None
    return driving.read(face)


def camera_film(path: Path, person: str, feelings: dict[str, int]) -> Path:
    """Write what a browser's made-up camera shows again and again: feelings for so many frames."""
    frames = (jpeg(frame(person, feeling, 640)) * count for feeling, count in feelings.items())
    path.write_bytes(b"".join(frames))
    return path
