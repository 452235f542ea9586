"""Everything from a folder of labelled faces to a trained generator, resumable (torch)."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from rich.console import Console

from inference.latent import model, people
from inference.latent.network import Architecture, Generator
from inference.latent.training import balance, building, lenders, sliders
from inference.latent.training.loop import PRESETS, Training
from inference.latent.training.views import gallery
from inference.latent.training.watching import Watch
from inference.training.features import FrozenFeatures
from inference.training.onnx_export import export
from inference.training.stepping import timed
from inference.training.watching import watch

_SHOWN = 3.0  # minutes between two looks
_KEPT = "sliders.npz"


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

    What comes back is the state of the least distance: an adversary that has found how to be fooled
    no more drives its generator into patterns.

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
    training, shown = prepare(data, work, preset, masks, side, console)
    checkpoint, best, least = work / "generator.pt", work / "best.pt", float("inf")
    if resume:
        training.resume(checkpoint)
    console.print(
        f"from step {training.step}; the linear model's kid_lite0 is {shown.linear_distance():.2f}"
    )

    def show() -> None:
        nonlocal least
        shown.grid()
        least = _measure(shown, best, least, console)

    watch(
        training, timed(training, minutes, training.advance), minutes, work,
        lambda: training.save(checkpoint), show, shown=_SHOWN, console=console,
    )  # fmt: skip
    training.resume(best)
    return training


def make_model(data: Path, work: Path, out: Path, *, side: int = 128) -> model.Model:
    """Fit the linear model and its axes, choose lenders, and write what is served to ``out``."""
    console = Console()
    work.mkdir(parents=True, exist_ok=True)
    known = building.prepare(data, work, side, building.bars(console))
    made = building.build(known)
    out.mkdir(parents=True, exist_ok=True)
    path = out / "latent_faces.npz"
    model.write(made, path)
    sliders.keep(known, work / _KEPT)
    sliders.keep_for_judging(known, work / "judging.npz")
    _say(console, path)
    if building.synthetic(known.faces).any():
        path = out / "latent_people.npz"
        people.write(lenders.gather(known), path)
        _say(console, path)
    return made


def add_slider(
    work: Path,
    path: Path,
    name: str,
    table: Path,
    column: str,
    values: Mapping[str, float],
    strength: float,
) -> None:
    """Add a slider to the model at ``path``; see ``sliders.add``.

    Raises:
        FileNotFoundError: ``make_model`` has not run in ``work``.
        ValueError: the column can't be learned from.
    """
    if not (work / _KEPT).exists():
        raise FileNotFoundError(f"{work} holds no {_KEPT}: run `selfmoji train latent` first")
    said = sliders.column(table, column, values)
    made = sliders.add(model.read(path), work / _KEPT, name, said, strength)
    model.write(made, path)
    _say(Console(), path)


def export_generator(training: Training, out: Path) -> Path:
    """Write the averaged generator for serving, compared with torch.

    Raises:
        ValueError: the file computes something else.
    """
    architecture = training.average.architecture
    latents = torch.from_numpy(training.latents[:2])
    inputs = {
        "decoded": training.decoded(latents.to(training.preset.device)).cpu(),
        "latent": latents,
        "noise": training.noise(2, 0).cpu(),
    }
    out.mkdir(parents=True, exist_ok=True)
    path = out / "latent_generator.onnx"
    away = export(
        training.average.cpu(), inputs, ("picture",), path, {"side": str(architecture.side)}
    )
    Console().print(f"largest difference to torch {away:.5f}")
    _say(Console(), path)
    return path


def _say(console: Console, path: Path) -> None:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    console.print(f"{path.name}: bytes = {path.stat().st_size}, sha256 = {digest}")


def prepare(
    data: Path, work: Path, preset: str, masks: Path | None, side: int, console: Console
) -> tuple[Training, Watch]:
    """Everything before the first step; slow the first time."""
    bars = building.bars(console)
    known = building.prepare(data, work, side, bars, masks)
    faces, textures, morphable = known.faces, known.textures, known.morphable
    chosen, unseen = np.flatnonzero(faces.training), np.flatnonzero(~faces.training)
    mirrored = textures.flipped()
    rgba = np.concatenate([textures.rgba[chosen], mirrored.rgba[chosen]])
    latents = np.concatenate(
        [known.latents[chosen], morphable.encode(mirrored.rgba[chosen], mirrored.shapes[chosen])]
    )
    weights = balance.weights(
        {name: [values[i] for i in chosen] for name, values in faces.labels.items()}
    )
    eyes, how = FrozenFeatures(), PRESETS[preset]
    torch.manual_seed(0)
    training = Training(
        how,
        morphable.texture,
        Generator(Architecture(side=side, latent=morphable.size)),
        eyes,
        gallery(rgba, how.copies, how.crop, eyes, work, bars("features")),
        latents,
        np.tile(weights, 2) / 2,
    )
    training.measure_precision()
    console.print(f"{training.precision.name} of {training.precision.seconds} s")
    return training, Watch(training, textures.rgba[unseen], known.latents[unseen], work)


def _measure(shown: Watch, best: Path, least: float, console: Console) -> float:
    """Write down the distance; keep the state if it is the least so far. Returns the least."""
    distance, training = shown.distance(), shown.training
    shown.write("kid", step=training.step, minutes=f"{training.minutes:.1f}",
                kid_lite0=f"{distance:.3f}")  # fmt: skip
    console.print(f"step {training.step}: kid_lite0 {distance:.2f}")
    if distance < least:
        training.save(best)
    return min(distance, least)
