"""Networks as they run here: in threads, in batches, on a device that is told."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from inference.errors import DeviceUnavailable
from inference.models import runtime, weights
from inference.models.calls import Call
from inference.models.networks import Networks
from inference.models.runtime import CPU, CUDA, LITE, Runtime
from inference.settings import InferenceSettings
from tests.inference.making import networks

STORE = weights.Store(InferenceSettings().cache_dir)


def detector(views):
    return networks(Call("face_detector", {"views": views}))


def test_lite_from_many_threads():
    """Threads that share a LiteRT network get the answers they would get alone."""
    inputs = np.random.default_rng(1).uniform(-1, 1, (16, 1, 128, 128, 3)).astype(np.float32)
    alone = [detector(value) for value in inputs]
    together = threading.Barrier(8)

    def run(index):
        if index < 8:
            together.wait()
        return detector(inputs[index])

    with ThreadPoolExecutor(8) as pool:
        shared = list(pool.map(run, range(16)))
    for one, other in zip(alone, shared, strict=True):
        for name in ("regressors", "logits"):
            np.testing.assert_allclose(one[name], other[name], atol=1e-4)


def test_lite_takes_several_items():
    """A LiteRT network, made for one item, gives for several what it gives for each."""
    views = np.random.default_rng(2).uniform(-1, 1, (3, 128, 128, 3)).astype(np.float32)
    together = detector(views)
    assert together["regressors"].shape == (3, 896, 16)
    for index in range(3):
        alone = detector(views[index : index + 1])
        for name in alone:
            assert (alone[name][0] == together[name][index]).all()


@pytest.mark.parametrize("name", LITE)
def test_every_lite_network_opens(name):
    """It takes one item of its shape and names each of its outputs."""
    network = Runtime(STORE).open(name)
    shapes = {
        "face_detector": (128, 128, 3),
        "face_landmarks": (256, 256, 3),
        "face_blendshapes": (146, 2),
        "selfie_segmenter": (256, 256, 3),
        "style_predict": (256, 256, 3),
    }
    outputs = network.run({"x": np.full((2, *shapes[name]), 0.5, np.float32)})
    assert tuple(outputs) == LITE[name].outputs
    assert all(len(value) == 2 for value in outputs.values())
    assert network.bytes > 0


def test_lite_after_an_error():
    """A wrong input costs its caller an error and nobody else the network."""
    for _ in range(20):
        with pytest.raises(ValueError, match="Dimension"):
            detector(np.zeros((1, 64, 64, 3), np.float32))
    assert detector(np.zeros((1, 128, 128, 3), np.float32))["regressors"].shape == (1, 896, 16)


def test_onnx_runs_batches():
    """An ONNX network takes batches of any size and gives what it gives for each item."""
    batch = np.random.default_rng(2).uniform(0, 1, (2, 3, 512, 512)).astype(np.float32)
    both = networks(Call("hair_segmenter", {"image": batch}))["hair"]
    assert both.shape == (2, 1, 512, 512)
    one = networks(Call("hair_segmenter", {"image": batch[1:]}))["hair"]
    np.testing.assert_allclose(both[1:], one, atol=1e-3)


def test_every_onnx_network_tells_its_memory():
    """The budget of loaded networks counts what ``weights.toml`` says of each."""
    for weight in weights.table().values():
        if weight.file is not None and weight.file.endswith(".onnx"):
            assert weight.memory > weight.bytes >> 20, weight.name


def test_an_unknown_network_is_an_error():
    """One that is not in the table is an error of the program, not of a photo."""
    with pytest.raises(KeyError):
        networks(Call("nobody", {}))


def test_what_networks_run_on_is_logged_once(caplog):
    """Providers, threads and precision, whatever number of networks is opened."""
    caplog.set_level(logging.INFO, "inference")
    here = Networks(Runtime(STORE, "cpu", threads=1).open, budget=1 << 30)
    for name, size in (("hair_segmenter", 512), ("hair_segmenter", 512)):
        here(Call(name, {"image": np.zeros((1, 3, size, size), np.float32)}))
    here(Call("emoji_crossdomain", {"crops": np.zeros((1, 3, 3, 64, 64), np.float32)}))
    (told,) = [record.getMessage() for record in caplog.records]
    assert told == f"networks run by {CPU}, 1 threads, float32"


def test_the_cpu_comes_last():
    """What a device means for ONNX Runtime, whether or not it was built for CUDA."""
    assert runtime.providers("cpu", [CUDA, CPU]) == [CPU]
    assert runtime.providers("auto", [CPU]) == [CPU]
    for device in ("auto", "cuda"):
        (first, _), second = runtime.providers(device, [CUDA, CPU])
        assert (first, second) == (CUDA, CPU)


def test_cuda_that_is_not_there_is_an_error():
    """Whoever asked for CUDA is told why there is none, instead of being served by the CPU."""
    with pytest.raises(DeviceUnavailable, match="onnxruntime-gpu"):
        runtime.providers("cuda", [CPU])
    with pytest.raises(DeviceUnavailable, match="nvidia-smi"):
        runtime.checked("cuda", [CPU])
    assert runtime.checked("auto", [CPU]) == [CPU]
    assert runtime.checked("cuda", [CUDA, CPU]) == [CUDA, CPU]
