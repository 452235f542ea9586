"""The style network's parts on blocks of pixels, against the same parts on pixels."""

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper

from inference.cartoon.rewriting import Graph, after_upsampling, over_blocks

Array = NDArray[np.float32]


@pytest.fixture
def chance() -> np.random.Generator:
    """Give the same random numbers every time."""
    return np.random.default_rng(0)


def _run(graph: Graph, output: str, content: Array) -> Array:
    """Give a graph a picture; it may have any number of channels and any size."""
    shape = ["N", "C", "H", "W"]
    ends = [helper.make_tensor_value_info(x, TensorProto.FLOAT, shape) for x in ("content", "out")]
    frame = helper.make_graph([], "frame", ends[:1], ends[1:])
    model = graph.model(helper.make_model(frame, ir_version=8), output)
    session = onnxruntime.InferenceSession(model.SerializeToString())
    (result,) = session.run(None, {"content": content})
    return np.asarray(result, np.float32)


def _blocks(picture: Array) -> Array:
    """(N, C, H, W) to (N, 4C, H / 2, W / 2), channels as in ``Graph.from_blocks``."""
    count, channels, height, width = picture.shape
    split = picture.reshape(count, channels, height // 2, 2, width // 2, 2)
    return split.transpose(0, 1, 3, 5, 2, 4).reshape(count, -1, height // 2, width // 2)


@pytest.mark.parametrize("size", [(12, 16), (20, 8)])
def test_a_convolution_over_blocks(chance: np.random.Generator, size: tuple[int, int]) -> None:
    """Over blocks that reflection continues it gives what it gives over a reflected picture."""
    weights = chance.standard_normal((3, 2, 9, 9), np.float32)
    bias = chance.standard_normal(3, np.float32)
    picture = chance.standard_normal((2, 2, *size), np.float32)
    plain, ours = Graph(), Graph()
    expected = _run(plain, plain.convolved(plain.padded("content", 4), weights, bias), picture)
    wider = ours.from_blocks(ours.reflected(ours.in_blocks("content", 2)), 2)
    made = ours.convolved(wider, over_blocks(weights), np.repeat(bias, 4))
    assert np.allclose(_run(ours, made, _blocks(picture)), _blocks(expected), atol=1e-4)


def test_a_convolution_of_what_is_upsampled(chance: np.random.Generator) -> None:
    """One of the small picture gives the blocks of one of the large picture."""
    weights = chance.standard_normal((3, 2, 3, 3), np.float32)
    bias = chance.standard_normal(3, np.float32)
    picture = chance.standard_normal((2, 2, 8, 12), np.float32)
    plain, ours = Graph(), Graph()
    larger = plain.padded(plain.upsampled("content"), 1)
    expected = _run(plain, plain.convolved(larger, weights, bias), picture)
    edged = ours.padded("content", 1, "edge")
    made = ours.convolved(edged, after_upsampling(weights), np.repeat(bias, 4))
    assert np.allclose(_run(ours, made, picture), _blocks(expected), atol=1e-4)
