"""The style network written anew, for less work: the same function of the same weights.

Processors multiply 8 or 16 channels at a time, and the last layers have 8 and 3 at full size. Here
those work on blocks of 2x2 pixels: a quarter of the places, four times the channels. Instance
normalisation is one operation instead of seven.

``python -m inference.cartoon.rewriting CONVERTED.onnx OUT.onnx`` (with the extra ``train``) wrote
``style_transfer.onnx``, which differs from the converted network by 4e-6 at most.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import ArrayLike, NDArray
from onnx import helper, numpy_helper

Weights = NDArray[np.float32]
"""(O, I, K, K): of a convolution from I to O channels."""

_OPSET = 17
_EPSILON = 1.0013580322265625e-05  # of every normalisation, from the converted network
_RESIDUAL = 5  # blocks, of two convolutions each
_LAST = 2**31 - 1  # as the end of a slice that runs backwards: down to the first, inclusive


class Graph:
    """ONNX nodes in the making; a tensor is known by its name."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def add(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """Add an operation and return its output."""
        name = f"t{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def constant(self, values: ArrayLike) -> str:
        """Add a constant: float32, or int64 for integers."""
        array = np.asarray(values)
        array = array.astype(np.int64 if array.dtype.kind == "i" else np.float32)
        name = f"c{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(array, name))
        return name

    def padded(self, x: str, border: int, mode: str = "reflect") -> str:
        """Continue a picture on all four sides."""
        return self.add("Pad", x, self.constant([0, 0, border, border] * 2), mode=mode)

    def convolved(self, x: str, weights: Weights, bias: Weights, stride: int = 1) -> str:
        """Convolve without padding."""
        parameters = self.constant(weights), self.constant(bias)
        return self.add("Conv", x, *parameters, strides=[stride, stride])

    def upsampled(self, x: str) -> str:
        """Show every pixel twice as wide and high."""
        return self.add(
            "Resize", x, "", self.constant([1.0, 1.0, 2.0, 2.0]), mode="nearest",
            coordinate_transformation_mode="asymmetric", nearest_mode="floor",
        )  # fmt: skip

    def in_blocks(self, x: str, channels: int) -> str:
        """(N, 4C, H, W) to (N, C, 2, 2, H, W): channels, row and column in the block, blocks."""
        size = self.add("Shape", x, start=2, end=4)
        return self.add(
            "Reshape", x, self.add("Concat", self.constant([0, channels, 2, 2]), size, axis=0)
        )

    def from_blocks(self, x: str, channels: int) -> str:
        """Undo ``in_blocks``."""
        size = self.add("Shape", x, start=4, end=6)
        return self.add(
            "Reshape", x, self.add("Concat", self.constant([0, 4 * channels]), size, axis=0)
        )

    def reflected(self, x: str) -> str:
        """Continue blocks on all four sides, as reflection continues their picture by 4 px.

        Args:
            x: as ``in_blocks`` gives it. A block's first row is reflected at other places than its
                second, and so are its columns.
        """
        for phase, axis in ((2, 4), (3, 5)):
            before = (0, (2, 0)), (1, (1, -_LAST))
            after = (0, (-1, -3)), (1, (-2, -4))
            sides = [
                self.add(
                    "Concat",
                    *(self._backwards(x, (phase, axis), which, ends) for which, ends in side),
                    axis=phase,
                )
                for side in (before, after)
            ]
            x = self.add("Concat", sides[0], x, sides[1], axis=axis)
        return x

    def model(self, like: onnx.ModelProto, output: str) -> onnx.ModelProto:
        """Return what was made, with the inputs and the output of another model."""
        inputs, outputs = like.graph.input, like.graph.output
        self._nodes.append(helper.make_node("Identity", [output], [outputs[0].name]))
        graph = helper.make_graph(self._nodes, like.graph.name, inputs, outputs, self._constants)
        opset = helper.make_opsetid("", _OPSET)
        made = helper.make_model(graph, opset_imports=[opset], ir_version=like.ir_version)
        onnx.checker.check_model(made)
        return made

    def _backwards(self, x: str, axes: tuple[int, int], which: int, ends: tuple[int, int]) -> str:
        """Along two axes: one entry of the first, and a range of the second in reverse."""
        starts = self.constant([which, ends[0]]), self.constant([which + 1, ends[1]])
        return self.add("Slice", x, *starts, self.constant(axes), self.constant([1, -1]))


def over_blocks(weights: Weights) -> Weights:
    """A convolution of odd width over pixels, as one over blocks of 2x2.

    (O, I, K, K) to (4O, 4I, (K + 1) / 2, (K + 1) / 2), channels as in ``Graph.from_blocks``.
    """
    outs, ins, width, _ = weights.shape
    blocks = (width + 1) // 2
    result = np.zeros((outs, 2, 2, ins, 2, 2, blocks, blocks), np.float32)
    for row, column, y, x in np.ndindex(2, 2, width, width):
        place = row + y, column + x  # in the picture, from the block's corner
        inside, block = [p % 2 for p in place], [p // 2 for p in place]
        result[:, row, column, :, inside[0], inside[1], block[0], block[1]] = weights[:, :, y, x]
    return result.reshape(4 * outs, 4 * ins, blocks, blocks)


def after_upsampling(weights: Weights) -> Weights:
    """A 3x3 convolution of what ``Graph.upsampled`` gives, as one that gives its blocks.

    (O, I, 3, 3) to (4O, I, 3, 3), channels as in ``Graph.from_blocks``. Where the former continues
    its picture by reflection, the latter repeats the edge.
    """
    outs, ins, _, _ = weights.shape
    result = np.zeros((outs, 2, 2, ins, 3, 3), np.float32)
    for row, column, y, x in np.ndindex(2, 2, 3, 3):
        at = (row + y + 1) // 2, (column + x + 1) // 2
        result[:, row, column, :, at[0], at[1]] += weights[:, :, y, x]
    return result.reshape(4 * outs, ins, 3, 3)


def rewritten(converted: onnx.ModelProto) -> onnx.ModelProto:
    """Write the style network anew; see the module."""
    own, of_style = _convolutions(converted, "content"), _convolutions(converted, "style")
    graph = Graph()

    def normalised(x: str, channels: int) -> str:
        plain = graph.constant(np.ones(channels)), graph.constant(np.zeros(channels))
        even = graph.add("InstanceNormalization", x, *plain, epsilon=_EPSILON)
        shift, scale = (graph.convolved("style", *next(of_style)) for _ in range(2))
        return graph.add("Add", graph.add("Mul", even, scale), shift)

    def of_blocks(x: str, channels: int) -> str:
        """``normalised``, for (N, 4C, H, W) blocks."""
        tall = graph.add("Reshape", x, graph.constant([0, channels, -1, 0]))
        even = normalised(tall, channels)
        return graph.add("Reshape", even, graph.constant([0, 4 * channels, -1, 0]))

    x = "content"
    for border, stride in ((4, 1), (1, 2), (1, 2)):
        x = graph.add("Relu", graph.convolved(graph.padded(x, border), *next(own), stride))
    for _ in range(_RESIDUAL):
        y = graph.convolved(graph.padded(x, 1), *next(own))
        y = graph.add("Relu", normalised(y, 32))
        y = graph.convolved(graph.padded(y, 1), *next(own))
        x = graph.add("Add", x, normalised(y, 32))
    x = graph.convolved(graph.padded(graph.upsampled(x), 1), *next(own))
    x = graph.add("Relu", normalised(x, 16))
    # from here on in blocks
    weights, bias = next(own)
    x = graph.convolved(graph.padded(x, 1, "edge"), after_upsampling(weights), np.repeat(bias, 4))
    x = graph.add("Relu", of_blocks(x, 8))
    x = graph.from_blocks(graph.reflected(graph.in_blocks(x, 8)), 8)
    weights, bias = next(own)
    x = graph.convolved(x, over_blocks(weights), np.repeat(bias, 4))
    x = graph.add("Sigmoid", of_blocks(x, 3))
    return graph.model(converted, graph.add("DepthToSpace", x, blocksize=2, mode="CRD"))


def _convolutions(model: onnx.ModelProto, of: str) -> Iterator[tuple[Weights, Weights]]:
    """Weights and bias of each convolution in order: of the style's code, or of the picture."""
    arrays = {one.name: numpy_helper.to_array(one) for one in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type == "Conv" and (node.input[0] == "style") is (of == "style"):
            yield arrays[node.input[1]], arrays[node.input[2]]


if __name__ == "__main__":
    source, target = map(Path, sys.argv[1:])
    onnx.save(rewritten(onnx.load(source)), target)
