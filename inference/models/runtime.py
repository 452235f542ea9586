"""What runs networks: ONNX Runtime on the device of the settings, LiteRT on the CPU.

Networks of either sort are safe to run from several threads at once: an ONNX Runtime session is by
itself, LiteRT interpreters are lent to one caller at a time.
"""

import logging
import os
import queue
import threading
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from inference.errors import DeviceUnavailable, WeightsMissing
from inference.models import guest
from inference.models.calls import Tensors
from inference.models.guest import GuestFile
from inference.models.networks import Network, Networks
from inference.models.weights import Store, table
from inference.settings import Device, InferenceSettings

_log = logging.getLogger(__name__)

_MB = 1 << 20

CUDA, CPU = "CUDAExecutionProvider", "CPUExecutionProvider"


def open_networks(settings: InferenceSettings) -> Networks:
    """Return the networks that the settings name, none loaded yet; raises DeviceUnavailable."""
    lent = None
    if settings.style_model is not None:
        lent = GuestFile(settings.style_model, settings.style_range, settings.style_licence)
    runtime = Runtime(Store(settings.cache_dir), settings.device, settings.threads, lent)
    return Networks(runtime.open, settings.models_mb * _MB)


class Runtime:
    """Opens networks; ``open`` is what ``Networks`` loads them with.

    store: where their files lie. threads: of one run, 0 for as many as cores. lent: the operator's
    own style model.

    Raises:
        DeviceUnavailable: CUDA was asked for, and the installed ONNX Runtime has none.
    """

    def __init__(
        self,
        store: Store,
        device: Device = "auto",
        threads: int = 0,
        lent: GuestFile | None = None,
    ) -> None:
        self._store = store
        self._device = device
        self._threads = threads
        self._lent = lent
        self._providers = providers(device, onnxruntime.get_available_providers())
        if len(self._providers) > 1 and hasattr(onnxruntime, "preload_dlls"):
            onnxruntime.preload_dlls()  # CUDA and cuDNN from Python packages, where they lie there
        self._told = False

    def open(self, name: str) -> Network:
        """Open a network by its name, in ``LITE`` or ``weights.toml``.

        Raises:
            KeyError: there is none of that name.
            WeightsError: its file is missing or damaged.
            DeviceUnavailable: CUDA was asked for, and the network fell back to the CPU.
        """
        if name in LITE:
            file = LITE[name]
            model = file.read(self._store.locate(file.weights))
            return Lite(model, file.outputs, self._threads or 2, file.memory)
        if name == guest.NAME:
            return self._guest()
        session = self._session(self._store.locate(name))
        return Onnx(session, table()[name].memory * _MB)

    def _guest(self) -> Network:
        if self._lent is None or not self._lent.path.is_file():
            raise WeightsMissing("SELFMOJI_STYLE_MODEL names no file: correct it and start again")
        return guest.Guest(self._session(self._lent.path), self._lent)

    def _session(self, path: Path) -> onnxruntime.InferenceSession:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        # a plan of memory for each size of batch takes twice as much, and no less time
        options.enable_mem_pattern = False
        # waiting threads would burn the cores that other jobs' threads need
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(str(path), options, providers=self._providers)
        self._tell(checked(self._device, session.get_providers()))
        return session

    def _tell(self, used: Sequence[str]) -> None:
        """Log what networks run on, once."""
        if self._told:
            return
        self._told = True
        threads = self._threads or os.cpu_count() or 1
        precision = "float32, in convolutions TF32" if CUDA in used else "float32"
        _log.info("networks run by %s, %d threads, %s", ", ".join(used), threads, precision)


Provider = str | tuple[str, Mapping[str, str]]


def providers(device: Device, offered: Sequence[str]) -> list[Provider]:
    """Return the execution providers of a device in order of preference; the CPU comes last.

    offered: those of the installed ONNX Runtime.

    Raises:
        DeviceUnavailable: CUDA was asked for, and is not among them.
    """
    if device == "cuda" and CUDA not in offered:
        raise DeviceUnavailable(
            "SELFMOJI_DEVICE=cuda, but the installed onnxruntime knows no CUDA: install "
            "onnxruntime-gpu in its place, or set SELFMOJI_DEVICE=cpu"
        )
    if device == "cpu" or CUDA not in offered:
        return [CPU]
    # by heuristic: a search for the best convolution at each new batch size takes seconds
    return [(CUDA, {"cudnn_conv_algo_search": "HEURISTIC"}), CPU]


def checked(device: Device, used: Sequence[str]) -> Sequence[str]:
    """Return the providers that a session uses.

    Raises:
        DeviceUnavailable: CUDA was asked for, and is not among them.
    """
    if device == "cuda" and CUDA not in used:
        raise DeviceUnavailable(
            "SELFMOJI_DEVICE=cuda, but onnxruntime fell back to the CPU: `nvidia-smi` must show a "
            "GPU, and CUDA and cuDNN must be of the versions that onnxruntime-gpu was built for; "
            "or set SELFMOJI_DEVICE=cpu"
        )
    return used


class Onnx:
    """An ONNX network. memory: bytes that it takes with its largest batch."""

    batched = True

    def __init__(self, session: onnxruntime.InferenceSession, memory: int) -> None:
        self.bytes = memory
        self._session = session
        self._outputs = [output.name for output in session.get_outputs()]

    def run(self, inputs: Tensors) -> Tensors:
        """Run on every input by name, (N, ...); return every output by name, (N, ...)."""
        values = self._session.run(self._outputs, dict(inputs))
        return dict(zip(self._outputs, values, strict=True))


class Lite:
    """A LiteRT (TFLite) network on the CPU, which runs item by item.

    LiteRT keeps inputs and outputs inside the interpreter, and each takes megabytes: there are as
    many as ever ran at once, at most one a core.

    model: the file's content. outputs: names for them, in the model's order. memory: bytes that
    one interpreter takes.
    """

    batched = False

    def __init__(
        self, model: bytes, outputs: Sequence[str], threads: int = 2, memory: int = 0
    ) -> None:
        self.bytes = memory
        self._model = model
        self._outputs = outputs
        self._threads = threads
        self._idle: queue.LifoQueue[Interpreter] = queue.LifoQueue()
        self._room = threading.BoundedSemaphore(os.cpu_count() or 1)

    def run(self, inputs: Tensors) -> Tensors:
        """Run on the inputs (N, ...), in the model's order; return the outputs (N, ...)."""
        with self._borrowed() as interpreter:
            items = [_invoke(interpreter, item) for item in zip(*inputs.values(), strict=True)]
        return {
            name: np.stack(values)
            for name, values in zip(self._outputs, zip(*items, strict=True), strict=True)
        }

    @contextmanager
    def _borrowed(self) -> Iterator[Interpreter]:
        with self._room:
            try:
                interpreter = self._idle.get_nowait()
            except queue.Empty:
                interpreter = Interpreter(model_content=self._model, num_threads=self._threads)
                interpreter.allocate_tensors()
            try:
                yield interpreter
            finally:
                self._idle.put(interpreter)


def _invoke(
    interpreter: Interpreter, item: Sequence[NDArray[np.generic]]
) -> list[NDArray[np.generic]]:
    """Run one item, without batch axis; return its outputs, likewise."""
    for detail, value in zip(interpreter.get_input_details(), item, strict=True):
        interpreter.set_tensor(detail["index"], value[None])
    interpreter.invoke()
    outputs = [interpreter.get_tensor(each["index"]) for each in interpreter.get_output_details()]
    return [value[0] if value.shape[:1] == (1,) else value for value in outputs]


@dataclass(frozen=True, slots=True)
class LiteFile:
    """A LiteRT network among the model files.

    weights: its file's name in ``weights.toml``. outputs: names for its outputs, in the model's
    order. memory: see ``Lite``. member: its name in the file, where that is a bundle.
    """

    weights: str
    outputs: tuple[str, ...]
    memory: int
    member: str | None = None

    def read(self, path: Path) -> bytes:
        """Read the network's own bytes from the file of weights."""
        if self.member is None:
            return path.read_bytes()
        with zipfile.ZipFile(path) as bundle:
            return bundle.read(self.member)


LITE: Mapping[str, LiteFile] = {
    "face_detector": LiteFile(
        "face_landmarker", ("regressors", "logits"), 4 * _MB, "face_detector.tflite"
    ),
    "face_landmarks": LiteFile(
        "face_landmarker",
        ("points", "presence", "tongue"),
        13 * _MB,
        "face_landmarks_detector.tflite",
    ),
    "face_blendshapes": LiteFile(
        "face_landmarker", ("shapes",), 3 * _MB, "face_blendshapes.tflite"
    ),
    "selfie_segmenter": LiteFile("selfie_segmenter", ("person",), 9 * _MB),
    "style_predict": LiteFile("style_predict", ("code",), 8 * _MB),
}
"""LiteRT networks by name; every other network is an ONNX file under its name."""
