"""Photos as chats send them, and a pipeline with the real models."""

import cv2
import numpy as np
import pytest

from inference.pictures.images import decode
from inference.serving.pipeline import Pipeline
from inference.serving.registry import FAMILIES
from inference.settings import InferenceSettings
from tests.inference.making import networks
from tests.inference.serving.jobs import jpeg


@pytest.fixture(scope="module")
def photo(selfie_of):
    """A selfie as chats send it, 1280 px high."""
    image = cv2.resize(decode(selfie_of("P001")), (860, 1280), interpolation=cv2.INTER_AREA)
    return jpeg(image)


@pytest.fixture(scope="module")
def two_people(selfie_of):
    """Two people side by side."""
    images = [
        cv2.resize(decode(selfie_of(person)), (640, 960), interpolation=cv2.INTER_AREA)
        for person in ("P001", "P008")
    ]
    return jpeg(np.hstack(images))


@pytest.fixture(scope="module")
def families():
    return {kind: family() for kind, family in FAMILIES.items()}


@pytest.fixture
async def pipeline(families):
    pipeline = Pipeline(InferenceSettings(concurrency=2), networks, families)
    yield pipeline
    pipeline.close()
