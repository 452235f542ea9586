"""Generators of calls, driven without a worker."""

import numpy as np
import pytest

from inference.models.calls import Call, Calls, Tensors, run, without_calls


def power(value: float, times: int) -> Calls[float]:
    """Double so often."""
    values = np.full((1,), value, np.float32)
    for _ in range(times):
        outputs = yield Call("doubler", {"x": values})
        values = np.asarray(outputs["y"], np.float32)
    return float(values[0])


def doubled(call: Call) -> Tensors:
    assert call.model == "doubler"
    return {"y": call.inputs["x"] * 2}


def test_a_driver_answers_each_call() -> None:
    """Answers come back to where the call was made, and the result comes out at the end."""
    assert run(power(3, 4), doubled) == 48
    assert run(power(3, 0), doubled) == 3


def test_calls_nest() -> None:
    """A generator that asks another is driven as one."""

    def twice() -> Calls[float]:
        once = yield from power(1, 3)
        return (yield from power(once, 1))

    assert run(twice(), doubled) == 16


def test_a_function_becomes_a_generator() -> None:
    """What needs no network is driven like the others, and works only when driven."""
    worked = []

    @without_calls
    def plain(value: int) -> int:
        """Add one."""
        worked.append(value)
        return value + 1

    calls = plain(1)
    assert worked == []
    assert run(calls, doubled) == 2
    assert plain.__doc__ == "Add one."


def test_errors_come_out_on_either_side() -> None:
    """What a network raises, and what the generator raises."""

    def refusing(_: Call) -> Tensors:
        raise MemoryError

    with pytest.raises(MemoryError):
        run(power(1, 1), refusing)
    with pytest.raises(TypeError):
        run(without_calls(lambda: 1 + "1")(), doubled)  # type: ignore[operator]
