"""Which sliders move which: how much of another's way is in the way of each."""

import json

import numpy as np
from numpy.typing import NDArray

from inference.edit.sliders import SLIDERS
from inference.latent import geometry
from inference.latent.model import Model, load
from storage.contract.kinds import EDIT

Moves = NDArray[np.float64]


def matrix() -> tuple[tuple[str, ...], Moves]:
    """Read every slider's move by what each other one does.

    Returns:
        F names, each a scale's first setting; (F, F), of the row's slider at 1, how far along the
        column's it goes. What only paints is left out: it moves nothing and nothing moves it.
    """
    model = load()
    known = geometry.SHIFTS.keys() | set(model.axes.names)
    steps = {
        name: {one: step for one, step in SLIDERS[name].items() if one in known}
        for name, *_ in EDIT.scales
    }
    names = tuple(name for name, moved in steps.items() if moved)
    shares = np.zeros((len(names), len(names)))
    for row, name in enumerate(names):
        parts = [step * _move(model, slider) for slider, step in steps[name].items()]
        total = np.sum(parts, axis=0)
        for column, other in enumerate(names):
            slider, step = next(iter(steps[other].items()))
            shares[row, column] = _reading(model, slider) @ total / step
    return names, shares


def _move(model: Model, slider: str) -> Moves:
    """What a slider at 1 does to the latent and to an average face's landmarks, in one row."""
    shape, count = model.faces.shape, len(model.faces.texture.deviation)
    if slider in geometry.SHIFTS:
        points = geometry.displacement(model.frame.mean, {slider: 1.0}).ravel()
        latent = np.concatenate([np.zeros(count), shape.basis @ points / shape.deviation])
    else:
        latent = model.axes.move({slider: 1.0})
        points = shape.moved(latent[count:])
    return np.concatenate([latent, points]).astype(np.float64)


def _reading(model: Model, slider: str) -> Moves:
    """What tells from such a row how far along a slider it goes."""
    move = _move(model, slider)
    size = model.axes.directions.shape[1]
    own = slice(size, None) if slider in geometry.SHIFTS else slice(0, size)
    reading = np.zeros_like(move)
    reading[own] = move[own] / (move[own] @ move[own])
    return reading


def to_json() -> str:
    """Write the matrix as the web page reads it: names, and shares to two places."""
    names, shares = matrix()
    rows = [[round(float(share), 2) + 0.0 for share in row.clip(-1, 1)] for row in shares]
    return json.dumps({"names": names, "shares": rows}, separators=(",", ":")) + "\n"
