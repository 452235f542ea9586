"""A film as the worker keeps it, for tests of what chats make of it."""

import numpy as np
from PIL import Image

from bot import films


def film(count: int = 6) -> bytes:
    """Return a WEBM of a disc that travels, 40 ms a frame."""
    y, x = np.mgrid[:512, :512]
    images = []
    for number in range(count):
        inside = np.hypot(x - 160 - 30 * number, y - 256) < 120
        pixels = np.dstack([np.full((512, 512, 3), (200, 120, 60)), np.where(inside, 255, 0)])
        images.append(Image.fromarray(pixels.astype(np.uint8)))
    return films.webm(films.Frames(tuple(images), (40,) * count), 40)
