"""Train TwinGAN's generator: on pairs first, then against a discriminator too (torch).

The warm start: each photo becomes its drawing (L1, frozen features), photo and drawing come back as
themselves, and both embed alike. Then heads on the same frozen features judge drawings, rising
slowly, and a made drawing must embed as its photo does.
"""

import math
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from torch import Tensor
from torch.nn import functional

from inference.cartoon.network import TwinGenerator, one_hot
from inference.cartoon.training.twins import Batch, Twins, gather
from inference.latent.training.heads import Heads, Projection, fooled, judged
from inference.training import checkpoints
from inference.training.features import FrozenFeatures
from inference.training.precision import Precision, fastest

_SAVED, _SHOWN, _LOGGED = 3.0, 5.0, 0.5  # minutes between
_DRAWING, _FEATURES, _BACK, _ALIKE, _ADVERSARY = 3.0, 1.5, 1.0, 0.2, 0.06
_EDGES = 1.0  # how much more pixels count where a drawing has lines
_COMPARED = 3  # depths of the frozen network
_HELD = 0.995  # of the averaged generator, a step
_TEMPERATURE = 0.1
_STRIDE = 4  # px
_PROJECTED, _HIDDEN = 48, 64
_STEEPEST = 1.0  # norm of a gradient that is followed
_OUTLIER = 4.0  # times the usual norm from which it is not
_SLOWLY = 0.02  # how fast what is usual follows what is
_CALIBRATED = 16


@dataclass(frozen=True, slots=True)
class Preset:
    """How much to do at a time. alone: steps on pairs before the adversary, rising: of its rise."""

    batch: int
    rate: float
    alone: int
    rising: int
    device: str


PRESETS = {
    "cpu": Preset(batch=8, rate=6e-4, alone=4000, rising=2000, device="cpu"),
    "gpu": Preset(batch=64, rate=2e-3, alone=1500, rising=1000, device="cuda"),
    "dry": Preset(batch=2, rate=1e-3, alone=1, rising=1, device="cpu"),
}


class Training:
    """The networks, the optimisers and where they are."""

    def __init__(self, preset: Preset, twins: Twins, eyes: FrozenFeatures | None = None) -> None:
        torch.manual_seed(0)
        self.preset, self.twins = preset, twins
        device = preset.device
        self.eyes = (eyes or FrozenFeatures()).to(device)
        self.generator = TwinGenerator().to(device)
        self.average = TwinGenerator().to(device).requires_grad_(False).eval()
        self.average.load_state_dict(self.generator.state_dict())
        self.projection = Projection(_PROJECTED).to(device)
        self.heads = Heads(_PROJECTED, _HIDDEN).to(device)
        with torch.no_grad():
            some = twins.batch(np.random.default_rng(0), _CALIBRATED).drawings
            self.projection.calibrate(self.eyes(some.to(device)))
        self.for_generator = torch.optim.Adam(self.generator.parameters(), preset.rate, (0.5, 0.99))
        self.for_heads = torch.optim.Adam(self.heads.parameters(), preset.rate / 2, (0.0, 0.99))
        self.step, self.minutes = 0, 0.0
        self.steepness = 0.0  # usual norm of the generator's gradient
        self.precision = Precision("fp32", device, {})

    def parts(self) -> dict[str, checkpoints.Stateful]:
        """What a checkpoint holds."""
        return {
            "generator": self.generator,
            "average": self.average,
            "heads": self.heads,
            "projection": self.projection,
            "for_generator": self.for_generator,
            "for_heads": self.for_heads,
        }

    def advance(self) -> dict[str, float]:
        """Do one step; each draws its chance from its own number."""
        preset = self.preset
        batch = self.twins.batch(np.random.default_rng([1, self.step]), preset.batch)
        photos, drawings, told = (
            part.to(preset.device) for part in (batch.photos, batch.drawings, batch.conditions)
        )
        weight = _ADVERSARY * float(np.clip((self.step - preset.alone) / preset.rising, 0, 1))
        warm = min(1.0, (self.step + 1) / 100)
        for optimiser, rate in (
            (self.for_generator, preset.rate),
            (self.for_heads, preset.rate / 2),
        ):
            for group in optimiser.param_groups:
                group["lr"] = rate * warm
        with self.precision.cast():
            losses, made, seen = self._generator_losses(photos, drawings, told)
            if weight:
                losses["adversary"] = weight * fooled(self.heads(self.projection(seen)))
            total = torch.stack(list(losses.values())).sum()
        self.for_generator.zero_grad()
        total.backward()  # type: ignore[no-untyped-call]
        if self.usual(torch.nn.utils.clip_grad_norm_(self.generator.parameters(), _STEEPEST)):
            self.for_generator.step()
        if self.step >= preset.alone // 2:
            losses["discriminator"] = self._judge(drawings, made.detach())
        with torch.no_grad():
            for kept, new in zip(
                self.average.parameters(), self.generator.parameters(), strict=True
            ):
                kept.lerp_(new, 1 - min(_HELD, (self.step + 1) / (self.step + 10)))
        self.step += 1
        return {name: float(loss.detach()) for name, loss in losses.items()}

    def usual(self, steepness: Tensor) -> bool:
        """Tell whether a gradient is one to follow, not one of the rare ones that undo it all."""
        steep = float(steepness)
        if not math.isfinite(steep):
            return False
        usual = self.steepness or steep
        bound = _OUTLIER * usual
        followed = steep < bound
        self.steepness = usual + _SLOWLY * ((steep if followed else bound) - usual)
        return followed

    def _generator_losses(
        self, photos: Tensor, drawings: Tensor, told: Tensor
    ) -> tuple[dict[str, Tensor], Tensor, list[Tensor]]:
        """Losses on pairs; also the made drawings and what the frozen network sees in them."""
        count = len(photos)
        photo, drawing = (one_hot(name, count).to(photos) for name in ("photo", "drawing"))
        network = self.generator
        of_photos = network.encode(photos, photo)
        of_drawings = network.encode(drawings, drawing)
        made = network.decode(of_photos, drawing, told)
        half = slice(0, max(1, count // 4))  # coming back is easy: a part of the batch will do
        back = [
            network.decode([x[half] for x in of_photos], photo[half], told[half]),
            network.decode([x[half] for x in of_drawings], drawing[half], told[half]),
        ]
        seen = self._seen(made)
        with torch.no_grad():
            aimed = self._seen(drawings)
            lines = _EDGES * _contrast(drawings) + 1
        features = torch.stack([
            (a - b).abs().mean() / b.abs().mean()
            for a, b in zip(seen[:_COMPARED], aimed[:_COMPARED], strict=True)
        ]).mean()  # fmt: skip
        one, other = network.embedding(of_photos), network.embedding(of_drawings)
        alike = one @ other.T / _TEMPERATURE
        own = torch.arange(count, device=alike.device)
        losses = {
            "drawing": _DRAWING * (lines * (made - drawings).abs()).mean(),
            "features": _FEATURES * features,
            "back": _BACK * (
                (back[0] - photos[half]).abs().mean() + (back[1] - drawings[half]).abs().mean()
            ),
            "alike": _ALIKE * (
                functional.cross_entropy(alike, own) + functional.cross_entropy(alike.T, own)
            ) / 2,
        }  # fmt: skip
        return losses, made, seen

    def _seen(self, pictures: Tensor) -> list[Tensor]:
        """Show pictures to the frozen network, moved by some px that are the same all step long.

        It goes by strides: where they always lie alike, it overlooks the same dots.
        """
        shift = np.random.default_rng([2, self.step]).integers(0, _STRIDE, 2)
        seen: list[Tensor] = self.eyes(torch.roll(pictures, tuple(shift.tolist()), (2, 3)))
        return seen

    def _judge(self, real: Tensor, made: Tensor) -> Tensor:
        """Teach the heads to tell drawings from what the generator makes."""
        with self.precision.cast():
            with torch.no_grad():
                seen = self.projection(self._seen(torch.cat([real, made])))
            scores = self.heads(seen)
            count = len(real)
            loss = judged([s[:count] for s in scores], [s[count:] for s in scores])
        self.for_heads.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self.for_heads.step()
        return loss

    def draw(self, batch: Batch) -> Tensor:
        """What the averaged generator makes of photos, (N, 3, S, S)."""
        count = len(batch.photos)
        with torch.no_grad():
            photo, drawing = one_hot("photo", count), one_hot("drawing", count)
            features = self.average.encode(batch.photos, photo)
            return self.average.decode(features, drawing, batch.conditions)


def _contrast(pictures: Tensor) -> Tensor:
    """Where a picture has edges, (N, 1, S, S) 0..1."""
    gray = pictures.mean(1, keepdim=True)
    local = functional.max_pool2d(gray, 3, 1, 1) + functional.max_pool2d(-gray, 3, 1, 1)
    return local.clamp(0, 1)


def grid(training: Training, path: Path, most: int = 12) -> None:
    """Write unseen photos, what the network draws, and their drawings, one below the other."""
    batch = training.twins.held_back(most)
    rows = [
        torch.cat(list(pictures), dim=2)
        for pictures in (batch.photos, training.draw(batch), batch.drawings)
    ]
    whole = (torch.cat(rows, dim=1).permute(1, 2, 0) + 1) * 127.5
    Image.fromarray(whole.clamp(0, 255).byte().numpy()).save(path)


def learn(
    data: Path, work: Path, minutes: float, preset: str = "cpu", *, resume: bool = True
) -> Training:
    """Train for so many minutes; pairs that are drawn meanwhile join in."""
    work.mkdir(parents=True, exist_ok=True)
    console = Console()
    training = Training(PRESETS[preset], gather(data))
    checkpoint = work / "twins.pt"
    if resume:
        counters = checkpoints.resume(checkpoint, training.parts())
        training.step = int(counters.get("step", 0))
        training.minutes = counters.get("minutes", 0.0)
    if preset != "dry":
        training.precision = _measured(training)
    console.print(f"{len(training.twins)} pairs, {training.precision}, from step {training.step}")
    start, before = time.monotonic(), training.minutes
    last = {"saved": 0.0, "shown": 0.0, "logged": -1.0}
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())

    def keep() -> None:
        counters = {"step": float(training.step), "minutes": training.minutes}
        checkpoints.save(checkpoint, training.parts(), counters)

    with Progress(*columns, console=console) as bar, (work / "losses.tsv").open("a") as log:
        task = bar.add_task("twins", total=minutes)
        while (spent := (time.monotonic() - start) / 60) < minutes or not training.step:
            losses = training.advance()
            training.minutes = before + spent
            told = " ".join(f"{name} {value:.3f}" for name, value in losses.items())
            bar.update(task, completed=spent, description=f"{training.step} {told}")
            if spent - last["logged"] >= _LOGGED:
                log.write(f"{training.step}\t{training.minutes:.2f}\t{told}\n")
                log.flush()
                last["logged"] = spent
            if spent - last["saved"] >= _SAVED:
                keep()
                training.twins = gather(data)
                last["saved"] = spent
            if spent - last["shown"] >= _SHOWN:
                grid(training, work / f"grid-{training.step:06d}.png")
                last["shown"] = spent
    keep()
    grid(training, work / f"grid-{training.step:06d}.png")
    return training


def _measured(training: Training) -> Precision:
    """Take the faster arithmetic of this machine."""
    batch = training.twins.batch(np.random.default_rng(0), training.preset.batch)
    device = training.preset.device
    parts = [p.to(device) for p in (batch.photos, batch.drawings, batch.conditions)]

    def step() -> None:
        losses, *_ = training._generator_losses(*parts)  # noqa: SLF001 -- the same module
        torch.stack(list(losses.values())).sum().backward()  # type: ignore[no-untyped-call]
        training.for_generator.zero_grad()

    return fastest(step, device)
