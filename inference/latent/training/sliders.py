"""A new slider in seconds: a column of a CSV, one regression, no retraining."""

import csv
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.latent import model
from inference.latent.axes import Axes
from inference.latent.training import attributes, axes
from inference.latent.training.building import Prepared

_FEWEST = 12  # faces on each side of the middle


def keep(prepared: Prepared, path: Path) -> None:
    """Write what fitting an axis needs of the training faces: a few megabytes."""
    faces, chosen = prepared.faces, prepared.faces.training
    np.savez_compressed(
        path,
        ids=np.array(faces.ids)[chosen],
        latents=prepared.latents[chosen].astype(np.float16),
        known=attributes.targets(faces.labels)[chosen],
        held=attributes.held_still(faces.labels, faces.landmarks)[chosen],
    )


def keep_for_judging(prepared: Prepared, path: Path) -> None:
    """Write what a judge of sliders is fitted on."""
    faces, textures = prepared.faces, prepared.textures
    np.savez(
        path,
        rgba=textures.rgba,
        shapes=textures.shapes,
        features=attributes.targets(faces.labels),
        training=faces.training,
    )


def column(path: Path, name: str, values: Mapping[str, float]) -> dict[str, float]:
    """Read one column of a CSV by id.

    Args:
        path: has columns ``id`` and ``name``.
        name: the column.
        values: what its words are worth; numbers are taken as they are where it is empty.

    Raises:
        ValueError: there is no such column, or nothing in it can be used.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if not rows or not {"id", name} <= rows[0].keys():
        raise ValueError(f"{path.name} needs the columns id and {name}")
    found = {}
    for row in rows:
        word = row[name].strip()
        if word in values:
            found[row["id"]] = values[word]
        elif not values:
            try:
                found[row["id"]] = float(word)
            except ValueError:
                continue
    if len(set(found.values())) < 2:
        raise ValueError(f"column {name} says the same of every face: give --values word=number")
    return found


def add(
    shipped: model.Model, kept: Path, name: str, said: Mapping[str, float], strength: float
) -> model.Model:
    """Fit an axis for a new feature, all known ones held still.

    Args:
        shipped: the model to add it to, or to replace the axis of that name in.
        kept: what ``keep`` wrote.
        name: of the slider.
        said: face -> value.
        strength: units of the feature that the slider moves at 1.

    Raises:
        ValueError: too few of the faces are spoken of.
    """
    with np.load(kept, allow_pickle=False) as file:
        ids = [str(one) for one in file["ids"]]
        latents, known, held = file["latents"].astype(np.float32), file["known"], file["held"]
    value = np.array([said.get(one, np.nan) for one in ids])
    some = ~np.isnan(value)
    _check(value[some])
    others = np.where(np.isnan(known), np.nanmean(known, axis=0), known)
    names = [feature.name for feature in attributes.learned()]
    if name in names:
        others = np.delete(others, names.index(name), axis=1)
    covariates = np.column_stack([others, held])[some]
    found = axes.fit([name], latents[some], value[some, None], covariates, [strength])
    return replace(shipped, axes=_with(shipped.axes, found))


def _check(values: NDArray[np.float64]) -> None:
    middle = (values.min() + values.max()) / 2 if len(values) else 0.0
    if min((values <= middle).sum(), (values > middle).sum()) < _FEWEST:
        raise ValueError(f"a slider needs {_FEWEST} faces that have it and {_FEWEST} that don't")


def _with(old: Axes, new: Axes) -> Axes:
    kept = [index for index, name in enumerate(old.names) if name not in new.names]
    return Axes(
        tuple(old.names[index] for index in kept) + new.names,
        np.concatenate([old.directions[kept], new.directions]),
        np.concatenate([old.steps[kept], new.steps]),
        np.concatenate([old.readouts[kept], new.readouts]),
    )
