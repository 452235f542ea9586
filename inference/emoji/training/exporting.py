"""From trained networks to the ONNX files that serving runs (torch, onnx)."""

import json
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from inference.emoji.autoencoder_network import Autoencoder
from inference.emoji.network import CrossDomain

TOLERANCE = 0.02
"""Largest difference of any output to torch's that half precision may make."""


def export_crossdomain(network: CrossDomain, path: Path) -> None:
    """``crops`` (N, 3, 3, 64, 64) 0..1 -> ``codes`` (N, A, 8), ``scores`` (N, C).

    The file's metadata ``columns`` is a JSON list of "attribute=value", one per score.

    Raises:
        ValueError: the file doesn't compute what torch does.
    """
    sample = torch.rand(2, 3, 3, 64, 64)
    columns = [
        f"{name}={value}"
        for kind in network.attributes
        for name, values in kind.items()
        for value in values
    ]
    _export(network, sample, ("codes", "scores"), path, {"columns": json.dumps(columns)})


def restore_crossdomain(network: CrossDomain, path: Path) -> None:
    """Give a network the weights of a file that ``export_crossdomain`` wrote.

    Normalisation is part of the file's convolutions; the network's own is made to do nothing but
    add what that left, and must not follow its batches.

    Raises:
        ValueError: the file doesn't fit, or the network then doesn't compute what the file does.
    """
    graph = onnx.load(path).graph
    found = {
        one.name.removesuffix("_half"): torch.from_numpy(
            numpy_helper.to_array(one).astype(np.float32)
        )
        for one in graph.initializer
    }
    weights = network.state_dict()
    for node in (node for node in graph.node if node.op_type == "Conv"):
        layer = node.name.strip("/").removesuffix("/Conv").split("/")[-2:]
        name = ".".join(layer) if len(layer) > 1 else layer[0]
        found[f"{name}.weight"] = found[node.input[1]]
        if f"{name}_norm.bias" in weights:
            found[f"{name}_norm.bias"] = found[node.input[2]]
    with torch.no_grad():
        for name, value in weights.items():
            layer_name, _, kind = name.rpartition(".")
            if name in found and found[name].shape == value.shape:
                value.copy_(found[name])
            elif layer_name.endswith("_norm"):
                value.fill_(_IDENTITY[kind])
            else:
                raise ValueError(f"{path.name} has no {name} {tuple(value.shape)}")
    _compare(network.eval(), torch.rand(2, 3, 3, 64, 64), path)


_IDENTITY = {
    "weight": 1.0, "bias": 0.0, "running_mean": 0.0, "running_var": 1.0 - 1e-5,
    "num_batches_tracked": 0.0,
}  # fmt: skip
"""A batch normalisation, with PyTorch's epsilon, that changes nothing."""


def export_autoencoder(network: Autoencoder, path: Path) -> None:
    """``crops`` (N, 3, 288, 288) 0..1 -> ``codes`` (N, 8), the encoder alone.

    Raises:
        ValueError: the file doesn't compute what torch does.
    """
    _export(network, torch.rand(2, 3, 288, 288), ("codes",), path, {})


def _export(
    network: nn.Module,
    sample: Tensor,
    outputs: tuple[str, ...],
    path: Path,
    metadata: dict[str, str],
) -> None:
    network = network.eval()
    batch = {name: {0: "n"} for name in ("crops", *outputs)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the newer exporter needs onnxscript
        torch.onnx.export(
            network, (sample,), str(path), input_names=["crops"], output_names=list(outputs),
            dynamic_axes=batch, dynamo=False, opset_version=17,
        )  # fmt: skip
    model = onnx.load(path)
    _halve(model)
    onnx.helper.set_model_props(model, metadata)
    onnx.save(model, path)
    _compare(network, sample, path)


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
        weight.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}_half"))
        casts.append(
            onnx.helper.make_node("Cast", [f"{name}_half"], [name], to=onnx.TensorProto.FLOAT)
        )
    for cast in reversed(casts):
        model.graph.node.insert(0, cast)


def _compare(network: nn.Module, sample: Tensor, path: Path) -> None:
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    found = session.run(None, {"crops": sample.numpy()})
    with torch.no_grad():
        wanted = network(sample)
    for mine, theirs in zip(found, wanted if isinstance(wanted, tuple) else (wanted,), strict=True):
        scale = max(1.0, float(theirs.abs().max()))
        away = float(np.abs(mine - theirs.numpy()).max()) / scale
        if away > TOLERANCE:
            raise ValueError(f"{path.name} differs from torch by {away:.3f}")
