"""How models are asked: whatever needs a network is a generator of calls, and gets the answers.

So the same code serves one photo in a script and many people at once: whoever drives the generator
decides where and in whose company a network runs. ``run`` is the plain driver, the worker's is
``inference.serving.pipeline``.
"""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from numpy.typing import NDArray

Tensors = Mapping[str, NDArray[Any]]
"""A network's inputs or outputs by name, each (N, ...): N items, which may be one."""

Result = TypeVar("Result")
Arguments = ParamSpec("Arguments")


@dataclass(frozen=True, slots=True)
class Call:
    """N items for one network, which is sent back its outputs for them, in the same order.

    model: its name in ``networks.py`` or ``weights.toml``.
    """

    model: str
    inputs: Tensors


Calls = Generator[Call, Tensors, Result]
"""Calls on the way to a result: ``outputs = yield Call(model, inputs)``."""


def run(calls: Calls[Result], answer: Callable[[Call], Tensors]) -> Result:
    """Drive a generator of calls to its result, one call after the other.

    answer: ``Networks``, or whatever else answers a call.
    """
    try:
        call = next(calls)
        while True:
            call = calls.send(answer(call))
    except StopIteration as end:
        result: Result = end.value
        return result


def without_calls(function: Callable[Arguments, Result]) -> Callable[Arguments, Calls[Result]]:
    """Make a generator of calls of a function that needs no network."""

    @wraps(function)
    def calls(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Calls[Result]:
        yield from ()
        return function(*args, **kwargs)

    return calls
