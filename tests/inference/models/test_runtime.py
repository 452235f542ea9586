import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from inference.errors import InferenceError
from inference.face.bundle import network
from inference.models import weights
from inference.models.runtime import Lite, Network


def test_lite_from_many_threads():
    """Threads that share a LiteRT network get the answers they would get alone."""
    detector = network("face_detector.tflite")
    inputs = np.random.default_rng(1).uniform(-1, 1, (16, 1, 128, 128, 3)).astype(np.float32)
    alone = [detector(value) for value in inputs]
    together = threading.Barrier(8)

    def run(index):
        if index < 8:
            together.wait()
        return detector(inputs[index])

    with ThreadPoolExecutor(8) as pool:
        shared = list(pool.map(run, range(16)))
    for first, second in zip(alone, shared, strict=True):
        for one, other in zip(first, second, strict=True):
            np.testing.assert_allclose(one, other, atol=1e-4)


def test_lite_from_a_file():
    """A LiteRT network is read from a path as well as from bytes."""
    segment = Lite(weights.locate("selfie_segmenter"))
    (mask,) = segment(np.zeros((1, 256, 256, 3), np.float32))
    assert mask.shape == (1, 256, 256, 1)


def test_lite_after_an_error():
    """A wrong input costs its caller an error and nobody else the network."""
    detector = network("face_detector.tflite")
    for _ in range(20):
        with pytest.raises(ValueError, match="Dimension"):
            detector(np.zeros((1, 64, 64, 3), np.float32))
    assert detector(np.zeros((1, 128, 128, 3), np.float32))[0].shape == (1, 896, 16)


def test_network_runs_batches():
    """An ONNX network takes batches of any size and gives what it gives for each item."""
    hair = Network("hair_segmenter")
    batch = np.random.default_rng(2).uniform(0, 1, (2, 3, 512, 512)).astype(np.float32)
    both = hair.run({"image": batch})["hair"]
    assert both.shape == (2, 1, 512, 512)
    one = hair.run({"image": batch[1:]})["hair"]
    np.testing.assert_allclose(both[1:], one, atol=1e-3)


def test_unknown_network():
    """A network that is not in the table is an error of the program, not of a photo."""
    with pytest.raises((KeyError, InferenceError)):
        Network("nobody")
