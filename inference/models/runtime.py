"""Networks as functions: ONNX Runtime sessions and LiteRT interpreters.

Both are safe to call from several threads at once: an ONNX Runtime session is by itself, LiteRT
interpreters are lent to one caller at a time.
"""

import os
import queue
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import numpy as np
import onnxruntime
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from inference.models import weights
from inference.settings import InferenceSettings

Array = NDArray[np.generic]


class Network:
    """One ONNX network of ``weights.toml`` on the device that the settings name."""

    batched = True

    def __init__(self, name: str) -> None:
        settings = _settings()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = settings.threads
        options.inter_op_num_threads = 1
        # waiting threads would burn the cores that other jobs' threads need
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        self.bytes = weights.table()[name].bytes
        self._session = onnxruntime.InferenceSession(
            str(weights.locate(name)), options, providers=_providers(settings.device)
        )
        self._outputs = [output.name for output in self._session.get_outputs()]

    def run(self, batch: Mapping[str, Array]) -> dict[str, Array]:
        """Run a batch: every input by name, (N, ...), to every output by name, (N, ...)."""
        values = self._session.run(self._outputs, dict(batch))
        return dict(zip(self._outputs, values, strict=True))


class Lite:
    """One LiteRT (TFLite) network on the CPU.

    LiteRT keeps inputs and outputs inside the interpreter, and each takes megabytes: there are as
    many as ever ran at once, at most one a core.
    """

    def __init__(self, model: Path | bytes) -> None:
        self._model = model.read_bytes() if isinstance(model, Path) else model
        self._idle: queue.LifoQueue[Interpreter] = queue.LifoQueue()
        self._room = threading.BoundedSemaphore(os.cpu_count() or 1)

    def __call__(self, *inputs: NDArray[np.float32]) -> tuple[NDArray[np.float32], ...]:
        """Run once; shapes (with their batch axis of 1) and order are the model's own."""
        with self._borrowed() as interpreter:
            for detail, value in zip(interpreter.get_input_details(), inputs, strict=True):
                interpreter.set_tensor(detail["index"], value)
            interpreter.invoke()
            return tuple(
                interpreter.get_tensor(detail["index"])
                for detail in interpreter.get_output_details()
            )

    @contextmanager
    def _borrowed(self) -> Iterator[Interpreter]:
        with self._room:
            try:
                interpreter = self._idle.get_nowait()
            except queue.Empty:
                interpreter = Interpreter(
                    model_content=self._model, num_threads=_settings().threads or 2
                )
                interpreter.allocate_tensors()
            try:
                yield interpreter
            finally:
                self._idle.put(interpreter)


@cache
def _settings() -> InferenceSettings:
    return InferenceSettings()


def _providers(device: str) -> list[str]:
    """Execution providers in order of preference; the CPU always comes last."""
    offered = onnxruntime.get_available_providers()
    wanted = ["CUDAExecutionProvider"] if device in ("auto", "cuda") else []
    return [name for name in wanted if name in offered] + ["CPUExecutionProvider"]
