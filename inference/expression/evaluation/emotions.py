"""Which emotion a face shows: a classifier that took no part in making it.

The network (seven feelings) is that of ``facex`` (MIT); ``selfmoji weights pull --evaluation``
fetches it.
"""

from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face import topology
from inference.face.report import Portrait
from inference.measuring import people, photos
from inference.models.networks import Networks
from inference.models.runtime import Lite
from inference.pictures import images
from inference.pictures.compositing import warp

FEELINGS = ("angry", "disgusted", "scared", "happy", "neutral", "sad", "surprised")
"""The network's outputs, in its order, by our names."""

WANTED: Mapping[str, str] = {
    "grin": "happy", "laugh": "happy", "smile": "happy",
    "angry": "angry", "disgusted": "disgusted", "sad": "sad", "scared": "scared",
    "surprised": "surprised",
}  # fmt: skip
"""Our expressions, and the feeling that each should be read as."""

SHEET = ("neutral", "happy", "sad", "angry", "surprised", "disgusted", "scared")
"""The first faces of a sheet of openpeople, row by row, four in a row."""

_SIDE = 200
_ROOM = 1.15  # of the face's height: side of what the network sees
_ROW, _WINDOW = 0.24, 0.28  # of a sheet's height: from row to row, and what holds one


class EmotionClassifier:
    """Names the emotion that a face shows."""

    def __init__(self, model: Path) -> None:
        """``model``: the TFLite file."""
        self._network = Lite(model.read_bytes(), ("scores",))

    def classify(self, image: NDArray[np.uint8], landmarks: NDArray[np.float32]) -> str:
        """Return one of ``FEELINGS``.

        Args:
            image: (H, W, 3) RGB.
            landmarks: (478, 2 or 3) px.
        """
        middle = landmarks[[topology.FOREHEAD_MIDDLE, topology.CHIN], :2].mean(axis=0)
        half = 0.5 * _ROOM * topology.face_height(landmarks)
        scale = _SIDE / (2 * half)
        corner = (middle - half) * scale
        matrix = np.array([[scale, 0, -corner[0]], [0, scale, -corner[1]]])
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        face = warp(image, matrix, (_SIDE, _SIDE), method)
        grey = cv2.cvtColor(face, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
        outputs = self._network.run({"face": np.repeat(grey[None, ..., None], 3, axis=3)})
        return FEELINGS[int(outputs["scores"].argmax())]


def sample_faces(networks: Networks) -> Iterator[tuple[str, str, Portrait]]:
    """Yield (person, feeling, portrait) of openpeople's sheets, where one clear face is found."""
    for person, _ in photos.named(None):
        folder = resources.files("openpeople") / "data" / "curated" / person / "assets"
        sheet = images.decode((folder / "emotions_sheet.jpg").read_bytes())
        height, width = sheet.shape[:2]
        for place, feeling in enumerate(SHEET):
            row, column = divmod(place, 4)
            top, left = round(row * _ROW * height), column * width // 4
            cell = sheet[top : top + round(_WINDOW * height), left : left + width // 4]
            portrait = people.studied(np.ascontiguousarray(cell), networks)
            if portrait is not None:
                yield person, feeling, portrait
