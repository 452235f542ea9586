"""All generators in one table: how near their random people are to faces, how clean their axes are.

Each is asked for random people, who are compared with unseen faces (``kid_lite0``), read by the
judge at both ends of each axis, and taken back to their latents. Needs torch, for the distance.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inference.latent import model, people, progressive
from inference.latent.axes import Axes
from inference.latent.evaluation.judge import Judge
from inference.latent.generator import Generator, Linear, Sharp, Textures
from inference.latent.progressive import Progressive
from inference.measuring.statistics import Row, estimate, psnr
from inference.models.networks import Network
from inference.training.kid import kid_lite0, of_pictures

PEOPLE = 512
_MOVED = 48  # people whose features are changed
_PARTS = 8  # of the random people, for the distance's interval
_SEED = 20
_SHEET = (8, 8)


def generators(load: Callable[[str], Network]) -> dict[str, tuple[Generator, Axes]]:
    """Every generator, and the axes in its latent; ``load`` opens a network by its name."""
    shared, transparent = model.load(), progressive.load()
    sharp = Sharp(shared, load("latent_generator"))
    noise = Progressive(shared, load("latent_progressive"), transparent)
    return {
        "linear": (Linear(shared), shared.axes),
        "gan": (sharp, shared.axes),
        "tl-gan-original": (noise, transparent.axes),
    }


def compare(
    made: Mapping[str, tuple[Generator, Axes]],
    judging: Judge,
    real: Textures,
    samples: Path | None = None,
) -> list[Row]:
    """Measure generators, and what random people are served as: a mix with a lender's detail.

    Args:
        made: name -> generator and axes.
        judging: see ``judge``.
        real: (N, S, S, 4), faces that nobody was trained on.
        samples: a folder for 64 random people of each, as they come.
    """
    known = of_pictures(laid(real))
    drawn = {"lent": lent(PEOPLE, real.shape[1])}
    rows = []
    for name, (generator, axes) in made.items():
        latents = generator.sample(PEOPLE, _SEED)
        drawn[name], _ = generator.decode(latents)
        rows += _moved(name, generator, axes, judging)
        rows += _angles(name, axes)
        again = generator.decode(generator.encode(*generator.decode(latents[:_MOVED])))[0]
        pairs = zip(laid(again), laid(drawn[name][:_MOVED]), strict=True)
        back = [psnr(a, b, 99.0) for a, b in pairs]
        rows.append(estimate(name, "there_and_back_db", back, "dB"))
    for name, textures in drawn.items():
        rows.append(_distance(name, known, of_pictures(laid(textures))))
        if samples is not None:
            samples.mkdir(parents=True, exist_ok=True)
            Image.fromarray(sheet(textures)).save(samples / f"{name}.png")
    return rows


def lent(count: int, side: int) -> Textures:
    """Random people as ``/random`` shows them, in the frame, (count, side, side, 4)."""
    known = people.load()
    return np.stack([
        cv2.resize(known.random(seed).texture, (side, side), interpolation=cv2.INTER_AREA)
        for seed in range(count)
    ])  # fmt: skip


def _distance(name: str, known: NDArray[np.float64], fake: NDArray[np.float64]) -> Row:
    apart = [kid_lite0(known, part) for part in np.array_split(fake, _PARTS)]
    spread = estimate(name, "kid_lite0", apart, "1e-3")
    whole = kid_lite0(known, fake)
    return Row(name, "kid_lite0", whole, spread.low, spread.high, len(fake), "1e-3")


def laid(textures: Textures) -> NDArray[np.uint8]:
    """(N, S, S, 4) before mid grey, (N, S, S, 3)."""
    shares = textures[..., 3:].astype(np.float32) / 255
    return np.rint(textures[..., :3] * shares + 127.5 * (1 - shares)).astype(np.uint8)


def sheet(textures: Textures) -> NDArray[np.uint8]:
    """Lay out the first 64, eight in a row."""
    rows, columns = _SHEET
    shown = laid(textures[: rows * columns])
    return np.vstack([np.hstack(list(row)) for row in np.split(shown, rows)])


def _moved(name: str, generator: Generator, axes: Axes, judging: Judge) -> list[Row]:
    """What the judge reads one step down and up each axis."""
    latents = generator.sample(_MOVED, _SEED + 1)
    right, off = [], []
    for feature in axes.names:
        if feature not in judging.names:
            continue
        own = judging.names.index(feature)
        step = axes.move({feature: 1.0})
        low, high = (judging.read(*generator.decode(latents + way * step)) for way in (-1, 1))
        change = high - low  # (N, F), in standard deviations
        right += (change[:, own] > 0).tolist()
        others = np.delete(np.abs(change), own, axis=1).mean(1)
        off.append(float(others.mean() / max(abs(float(change[:, own].mean())), 1e-6)))
    return [estimate(name, "on_target", right, "share"), estimate(name, "off_target", off, "ratio")]


def _angles(name: str, axes: Axes) -> list[Row]:
    """How far axes are from a right angle to what reads others, before and after those are held."""
    apart = np.abs(90 - axes.angles()[~np.eye(len(axes.names), dtype=bool)])
    held = [
        axes.without([other for other in axes.names if other != feature]).angles()[index]
        for index, feature in enumerate(axes.names)
    ]
    after = [np.abs(90 - np.delete(row, index)).max() for index, row in enumerate(held)]
    return [
        estimate(name, "angle_from_90", apart.tolist(), "degrees"),
        estimate(name, "angle_from_90_locked", after, "degrees"),
    ]
