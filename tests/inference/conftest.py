"""Made-up people in real photos, studied once for all tests."""

from collections.abc import Callable
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from skimage import data

from inference.face import analysis
from inference.face.report import Portrait
from inference.pictures import images
from tests.inference import labelled
from tests.inference.making import answered


@cache
def _selfie(person: str) -> bytes:
    folder = files("openpeople") / "data" / "curated" / person / "assets"
    return (folder / "amateur_selfie.jpg").read_bytes()


@cache
def _studied(person: str) -> Portrait:
    photo = images.decode(_selfie(person))
    report = answered(analysis.find(photo))
    return answered(analysis.study(photo, report, analysis.choose(report, None)))


@pytest.fixture(scope="session")
def portrait_of() -> Callable[[str], Portrait]:
    """A function from a name such as P001 to the portrait in that person's selfie."""
    return _studied


@pytest.fixture(scope="session")
def selfie_of() -> Callable[[str], bytes]:
    """A function from a name such as P001 to that person's selfie, a JPEG file."""
    return _selfie


@pytest.fixture(scope="session")
def astronaut() -> images.Image:
    """A portrait in the public domain, 512x512 px, the face 100 px high."""
    return np.asarray(data.astronaut(), np.uint8)


@pytest.fixture(scope="session")
def labelled_faces(
    portrait_of: Callable[[str], Portrait], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A folder of labelled faces, as training reads it."""
    return labelled.write(portrait_of, tmp_path_factory.mktemp("data") / "faces")
