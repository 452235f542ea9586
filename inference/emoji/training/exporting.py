"""From trained networks to the ONNX files that serving runs (torch, onnx)."""

import json
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from inference.emoji.autoencoder_network import Autoencoder
from inference.emoji.network import CrossDomain
from inference.training.onnx_export import compare, export


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
    metadata = {"columns": json.dumps(columns)}
    export(network, {"crops": sample}, ("codes", "scores"), path, metadata)


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
    compare(network.eval(), {"crops": torch.rand(2, 3, 3, 64, 64)}, path)


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
    export(network, {"crops": torch.rand(2, 3, 288, 288)}, ("codes",), path)
