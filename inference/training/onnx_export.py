"""From trained networks to ONNX files, compared with PyTorch before anybody uses them (torch)."""

import warnings
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import numpy_helper
from torch import Tensor, nn

TOLERANCE = 0.02
"""Largest difference of any output to torch's that half precision may make."""

_HALF = "_half"


def export(
    network: nn.Module,
    inputs: Mapping[str, Tensor],
    outputs: tuple[str, ...],
    path: Path,
    metadata: Mapping[str, str] | None = None,
) -> float:
    """Write a network with weights in half precision, arithmetic in single.

    Args:
        network: called with the inputs in their order.
        inputs: name -> an example (N, ...); N stays open.
        outputs: names, in the network's order.
        path: the file.
        metadata: kept in the file.

    Returns:
        the largest difference to torch on the example, relative to the output's size.

    Raises:
        ValueError: the difference is beyond ``TOLERANCE``.
    """
    network = network.eval()
    batch = {name: {0: "n"} for name in (*inputs, *outputs)}
    with warnings.catch_warnings():
        # the newer exporter needs onnxscript; what this one writes is compared with torch
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network, tuple(inputs.values()), str(path), input_names=list(inputs),
            output_names=list(outputs), dynamic_axes=batch, dynamo=False, opset_version=17,
        )  # fmt: skip
    model = onnx.load(path)
    _halve(model)
    onnx.helper.set_model_props(model, dict(metadata or {}))
    onnx.save(model, path)
    return compare(network, inputs, path)


def compare(network: nn.Module, inputs: Mapping[str, Tensor], path: Path) -> float:
    """Run a file beside the network it was made from; see ``export``."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    found = session.run(None, {name: value.numpy() for name, value in inputs.items()})
    with torch.no_grad():
        wanted = network(*inputs.values())
    worst = 0.0
    for mine, theirs in zip(found, wanted if isinstance(wanted, tuple) else (wanted,), strict=True):
        scale = max(1.0, float(theirs.abs().max()))
        worst = max(worst, float(np.abs(mine - theirs.numpy()).max()) / scale)
    if worst > TOLERANCE:
        raise ValueError(f"{path.name} differs from torch by {worst:.3f}")
    return worst


def weights(path: Path) -> dict[str, Tensor]:
    """Return the weights of a file that ``export`` wrote, by their names in the network."""
    return {
        weight.name.removesuffix(_HALF): torch.from_numpy(
            numpy_helper.to_array(weight).astype(np.float32)
        )
        for weight in onnx.load(path).graph.initializer
    }


def _halve(model: onnx.ModelProto) -> None:
    """Keep large weights as float16 and widen them when the file is loaded.

    Half the bytes; arithmetic stays float32, which CPUs are fast at.
    """
    casts = []
    for weight in model.graph.initializer:
        values = numpy_helper.to_array(weight)
        if values.dtype != np.float32 or values.size < 256:
            continue
        name = weight.name
        weight.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}{_HALF}"))
        casts.append(
            onnx.helper.make_node("Cast", [f"{name}{_HALF}"], [name], to=onnx.TensorProto.FLOAT)
        )
    for cast in reversed(casts):
        model.graph.node.insert(0, cast)
