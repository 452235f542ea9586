"""The three networks that Google ships in one file, ``face_landmarker.task``."""

import zipfile
from functools import cache

from inference.models import weights
from inference.models.runtime import Lite


@cache
def network(member: str) -> Lite:
    """Open one member, such as ``face_detector.tflite``."""
    with zipfile.ZipFile(weights.locate("face_landmarker")) as bundle:
        return Lite(bundle.read(member))
