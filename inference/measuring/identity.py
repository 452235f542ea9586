"""Who a face is, as far as a judge can tell: for evaluation only, nothing is ever trained on it."""

import importlib.util
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.face import topology
from inference.face.report import Portrait
from inference.pictures.compositing import flattened

_GREY = (128, 128, 128)
_CHIP = 150  # px of the face that the judge looks at

Describe = Callable[[Portrait], NDArray[np.float64]]


def describe(portrait: Portrait) -> NDArray[np.float64] | None:
    """Describe who a face is.

    Args:
        portrait: a studied face.

    Returns:
        (128,) of length 1; None without the extra ``evaluate``.
    """
    judge = _judge()
    return None if judge is None else judge(portrait)


def cosine(one: NDArray[np.float64] | None, other: NDArray[np.float64] | None) -> float | None:
    """Compare two descriptors.

    Args:
        one: of ``describe``.
        other: of ``describe``.

    Returns:
        Near 1 for one person; None if either is None.
    """
    return None if one is None or other is None else float(one @ other)


@cache
def _judge() -> Describe | None:
    """The ResNet of dlib on a face aligned by its five points."""
    models = importlib.util.find_spec(
        "face_recognition_models"
    )  # not imported: it needs setuptools
    if models is None or not models.submodule_search_locations:
        return None
    import dlib  # only the evaluation extra has it

    folder = Path(models.submodule_search_locations[0]) / "models"
    network = dlib.face_recognition_model_v1(
        str(folder / "dlib_face_recognition_resnet_model_v1.dat")
    )
    points = dlib.shape_predictor(str(folder / "shape_predictor_5_face_landmarks.dat"))

    def judge(portrait: Portrait) -> NDArray[np.float64]:
        person = flattened(np.dstack([portrait.image, portrait.alpha]), _GREY)
        oval = portrait.report.landmarks[list(topology.FACE_OVAL), :2]
        (left, top), (right, bottom) = oval.min(axis=0), oval.max(axis=0)
        box = dlib.rectangle(*(round(float(v)) for v in (left, top, right, bottom)))
        chip = dlib.get_face_chip(person, points(person, box), size=_CHIP)
        vector = np.array(network.compute_face_descriptor(chip))
        return np.asarray(vector / np.linalg.norm(vector))

    return judge
