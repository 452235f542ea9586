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
