"""Everything from a folder of labelled faces to a trained generator, resumable (torch)."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn, track

from inference.latent.network import Architecture, Generator
from inference.latent.training import balance
from inference.latent.training.fitting import fit_morphable, warp
from inference.latent.training.loop import PRESETS, Losses, Training, run
from inference.latent.training.views import gallery
from inference.latent.training.watching import Watch
from inference.training.faces import gather
from inference.training.features import FrozenFeatures

_SAVED, _SHOWN, _MEASURED, _LOGGED = 4.0, 5.0, 20.0, 0.5  # minutes between


def learn(
    data: Path,
    work: Path,
    minutes: float,
    preset: str = "cpu",
    *,
    masks: Path | None = None,
    resume: bool = True,
    side: int = 128,
) -> Training:
    """Fit the linear model, then train the network that makes it sharp.

    Args:
        data: holds ``faces``, see ``inference.training.faces``.
        work: everything slow is kept there, and checkpoints, sample grids, tables of losses.
        minutes: of this run.
        preset: one of ``PRESETS``.
        masks: a file of kept masks, if it isn't in ``work``.
        resume: whether to go on from the checkpoint in ``work``.
        side: of textures, px.
    """
    console = Console()
    work.mkdir(parents=True, exist_ok=True)
    training, watch = prepare(data, work, preset, masks or work / "masks.npz", side, console)
    checkpoint = work / "generator.pt"
    if resume:
        training.resume(checkpoint)
    console.print(
        f"from step {training.step}; the linear model's kid_lite0 is {watch.linear_distance():.2f}"
    )
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("generator", total=minutes)

        def told(losses: Losses) -> None:
            bar.update(task, description=f"{training.step} {losses}")
            if log.passed():
                watch.write("losses", step=training.step, minutes=f"{training.minutes:.2f}",
                            losses=str(losses))  # fmt: skip

        log, keep, show, measure = (_Every(x) for x in (_LOGGED, _SAVED, _SHOWN, _MEASURED))
        for spent in run(training, minutes, told):
            bar.update(task, completed=spent)
            if keep.passed():
                training.save(checkpoint)
            if show.passed():
                watch.grid()
            if measure.passed():
                _measure(watch, console)
    training.save(checkpoint)
    watch.grid()
    _measure(watch, console)
    return training


def prepare(
    data: Path, work: Path, preset: str, masks: Path, side: int, console: Console
) -> tuple[Training, Watch]:
    """Everything before the first step; slow the first time."""

    def bar(title: str) -> Callable[[range], Iterable[int]]:
        return lambda numbers: track(numbers, title, console=console)

    faces = gather(data, masks, bar("masks"))
    textures = warp(faces, side, work / f"textures_{side}.npz", bar("textures"))
    model = fit_morphable(textures, faces.training, work / f"morphable_{side}.npz")
    mirrored = textures.flipped()
    chosen, unseen = np.flatnonzero(faces.training), np.flatnonzero(~faces.training)
    rgba = np.concatenate([one.rgba[chosen] for one in (textures, mirrored)])
    latents = np.concatenate(
        [model.encode(one.rgba[chosen], one.shapes[chosen]) for one in (textures, mirrored)]
    )
    weights = balance.weights(
        {name: [values[i] for i in chosen] for name, values in faces.labels.items()}
    )
    eyes, how = FrozenFeatures(), PRESETS[preset]
    torch.manual_seed(0)
    training = Training(
        how,
        model.texture,
        Generator(Architecture(side=side, latent=model.size)),
        eyes,
        gallery(rgba, how.copies, how.crop, eyes, work, bar("features")),
        latents,
        np.tile(weights, 2) / 2,
    )
    training.measure_precision()
    console.print(f"{training.precision.name} of {training.precision.seconds} s")
    held_out = textures.rgba[unseen]
    return training, Watch(
        training, held_out, model.encode(held_out, textures.shapes[unseen]), work
    )


class _Every:
    """Says when so many minutes have passed since it last said so."""

    def __init__(self, minutes: float) -> None:
        self.seconds = minutes * 60
        self.last = time.monotonic()

    def passed(self) -> bool:
        now = time.monotonic()
        if now - self.last < self.seconds:
            return False
        self.last = now
        return True


def _measure(watch: Watch, console: Console) -> None:
    distance, training = watch.distance(), watch.training
    watch.write("kid", step=training.step, minutes=f"{training.minutes:.1f}",
                kid_lite0=f"{distance:.3f}")  # fmt: skip
    console.print(f"step {training.step}: kid_lite0 {distance:.2f}")
