"""Made-up people in real photos, studied once for all tests."""

from collections.abc import Callable
from functools import cache
from importlib.resources import files

import pytest

from inference import images
from inference.face import analysis
from inference.face.report import Portrait


@cache
def _studied(person: str) -> Portrait:
    folder = files("openpeople") / "data" / "curated" / person / "assets"
    photo = images.decode((folder / "amateur_selfie.jpg").read_bytes())
    report = analysis.find(photo)
    return analysis.study(photo, report, analysis.choose(report, None))


@pytest.fixture(scope="session")
def portrait_of() -> Callable[[str], Portrait]:
    """A function from a name such as P001 to the portrait in that person's selfie."""
    return _studied
