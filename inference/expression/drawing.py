"""Many expressions of one face in one picture."""

from collections.abc import Sequence

import numpy as np

from inference.expression.explain import framed, titled
from inference.expression.mixes import UNITS, movement
from inference.expression.serving import ENGINES
from inference.expression.sheets import SHOWN
from inference.face import topology
from inference.face.report import Portrait
from inference.face.resizing import resized
from inference.models.calls import run
from inference.models.networks import Networks
from inference.pictures.images import Image
from storage.contract.kinds import EXPRESSION, Setting


def gridded(
    portrait: Portrait, amounts: Sequence[float], side: int, engine: str, networks: Networks
) -> Image:
    """Draw every action unit, a row each, at some amounts, a column each.

    Args:
        portrait: a studied face.
        amounts: 0..1.
        side: of one face, px.
        engine: of ``serving.ENGINES``.
        networks: that it calls.

    Returns:
        (H, W, 3) RGB.
    """
    settings = [Setting(name, amount) for name in UNITS for amount in amounts]
    return _tiled(portrait, settings, len(amounts), side, engine, networks)


def sheeted(
    portrait: Portrait, count: int, columns: int, side: int, engine: str, networks: Networks
) -> Image:
    """Draw so many expressions, each at its usual strength, in the order of ``sheets.SHOWN``.

    Args:
        portrait: a studied face.
        count: how many.
        columns: how many side by side.
        side: of one face, px.
        engine: of ``serving.ENGINES``.
        networks: that it calls.

    Returns:
        (H, W, 3) RGB.
    """
    settings = []
    for name in SHOWN[:count]:
        span = EXPRESSION.amount_of(name)
        settings.append(Setting(name, 1.0 if span is None else span.default))
    return _tiled(portrait, settings, columns, side, engine, networks)


def _tiled(
    portrait: Portrait,
    settings: Sequence[Setting],
    columns: int,
    side: int,
    engine: str,
    networks: Networks,
) -> Image:
    height = topology.face_height(portrait.report.landmarks)
    portrait = resized(portrait, round(len(portrait.alpha) * min(1.0, 1.2 * side / height)))
    tiles = []
    for setting in settings:
        image, _ = run(ENGINES[engine](portrait, movement([setting])), networks)
        face = framed(image, portrait.report.landmarks, side)
        tiles.append(titled(face, f"{setting.name} {setting.amount:g}"))
    blank = np.full_like(tiles[0], 255)
    tiles += [blank] * (-len(tiles) % columns)
    rows = [np.hstack(tiles[at : at + columns]) for at in range(0, len(tiles), columns)]
    return np.vstack(rows)
