"""Train TwinGAN's generator: on pairs first, then against a discriminator too (torch).

The warm start: each photo becomes its drawing and its cat (L1, frozen features), all of them come
back as themselves, and all embed alike. Then heads on the same frozen features judge drawings, and
others cats, rising slowly.
"""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from torch import Tensor, nn
from torch.nn import functional

from inference.cartoon.network import Architecture, TwinGenerator, one_hot
from inference.cartoon.training.twins import Batch, Twins, gather, shards
from inference.latent.training.heads import Heads, Projection, fooled, judged
from inference.training import checkpoints
from inference.training.features import FrozenFeatures
from inference.training.precision import Precision, fastest

_SAVED, _SHOWN, _LOGGED = 3.0, 5.0, 0.5  # minutes between
_DRAWING, _FEATURES, _BACK, _ALIKE, _ADVERSARY = 3.0, 1.5, 1.0, 0.2, 0.06
_EDGES = 3.0  # how much more pixels count where a drawing has lines
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
    """How much to do at a time.

    alone: by domain that is learned, steps on pairs before the adversary; None without one.
    rising: steps in which it rises.
    """

    batch: int
    rate: float
    alone: Mapping[str, int | None]
    rising: int
    device: str


# cats joined at step 13,116
PRESETS = {
    "cpu": Preset(8, 3e-4, {"drawing": 4_000, "cat": 14_600}, 1_000, "cpu"),
    "gpu": Preset(64, 2e-3, {"drawing": 1_500, "cat": 14_600}, 1_000, "cuda"),
    "dry": Preset(2, 1e-3, {"drawing": 1, "cat": 1}, 1, "cpu"),
}


@dataclass(frozen=True, slots=True)
class Made:
    """How the frozen network sees what was made in a domain, and what it was to be.

    seen, aimed: features of ``FrozenFeatures``; no gradient goes into the latter.
    """

    seen: list[Tensor]
    aimed: list[Tensor]

    @property
    def unlike(self) -> Tensor:
        """How far they are apart, of what there is, over the depths that are compared."""
        return torch.stack([
            (a - b).abs().mean() / b.abs().mean()
            for a, b in zip(self.seen[:_COMPARED], self.aimed[:_COMPARED], strict=True)
        ]).mean()  # fmt: skip


class Training:
    """The networks, the optimisers and where they are."""

    def __init__(self, preset: Preset, twins: Twins, eyes: FrozenFeatures | None = None) -> None:
        torch.manual_seed(0)
        self.preset, self.twins = preset, twins
        device = preset.device
        self.eyes = (eyes or FrozenFeatures()).to(device)
        architecture = Architecture(side=twins.side)
        self.generator = TwinGenerator(architecture).to(device)
        self.average = TwinGenerator(architecture).to(device).requires_grad_(False).eval()
        self.average.load_state_dict(self.generator.state_dict())
        self.projection = Projection(_PROJECTED).to(device)
        self.heads = nn.ModuleDict({
            name: Heads(_PROJECTED, _HIDDEN) for name in preset.alone
        }).to(device)  # fmt: skip
        with torch.no_grad():
            some = twins.batch(np.random.default_rng(0), _CALIBRATED).drawings
            self.projection.calibrate(self.eyes(some.to(device)))
        self.for_generator = torch.optim.Adam(self.generator.parameters(), preset.rate, (0.5, 0.99))
        self.for_heads = torch.optim.Adam(self.heads.parameters(), preset.rate / 2, (0.0, 0.99))
        self.step, self.minutes = 0, 0.0
        self.begun = 0  # the step from which the optimisers have seen gradients
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
        warm = min(1.0, (self.step - self.begun + 1) / 100)
        for optimiser, rate in (
            (self.for_generator, preset.rate),
            (self.for_heads, preset.rate / 2),
        ):
            for group in optimiser.param_groups:
                group["lr"] = rate * warm
        with self.precision.cast():
            losses, made = self._generator_losses(batch)
            for name, one in made.items():
                if weight := self._adversary(name):
                    seen = self.projection(one.seen)
                    losses[f"{name} adversary"] = weight * fooled(self.heads[name](seen))
            total = torch.stack(list(losses.values())).sum()
        self.for_generator.zero_grad()
        total.backward()  # type: ignore[no-untyped-call]
        if self.usual(torch.nn.utils.clip_grad_norm_(self.generator.parameters(), _STEEPEST)):
            self.for_generator.step()
        for name, one in made.items():
            alone = preset.alone[name]
            # heads learn before they are heard
            if alone is not None and self.step >= alone - preset.rising:
                losses[f"{name} discriminator"] = self._judge(name, one)
        with torch.no_grad():
            for kept, new in zip(
                self.average.parameters(), self.generator.parameters(), strict=True
            ):
                kept.lerp_(new, 1 - min(_HELD, (self.step + 1) / (self.step + 10)))
        self.step += 1
        return {name: float(loss.detach()) for name, loss in losses.items()}

    def _adversary(self, name: str) -> float:
        """How much the heads of a domain weigh by now."""
        alone = self.preset.alone[name]
        if alone is None:
            return 0.0
        risen = (self.step - alone) / self.preset.rising
        return _ADVERSARY * float(np.clip(risen, 0, 1))

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

    def _generator_losses(self, batch: Batch) -> tuple[dict[str, Tensor], dict[str, Made]]:
        """Losses on pairs; also what was made, by domain."""
        device = self.preset.device
        photos, told = batch.photos.to(device), batch.conditions.to(device)
        network = self.generator
        of_photos = network.encode(photos, _all("photo", photos))
        embedded = network.embedding(of_photos)
        losses: dict[str, Tensor] = {}
        made = {}
        returned = []
        part = slice(0, max(1, len(photos) // 4))  # coming back is easy: a few will do
        for name in self.preset.alone:
            pictures = batch.pictures(name).to(device)
            some = slice(0, len(pictures))
            domain = _all(name, pictures)
            features = network.encode(pictures, domain)
            drawn = network.decode([x[some] for x in of_photos], domain, told[some])
            with torch.no_grad():
                aimed = self._seen(pictures)
            made[name] = Made(self._seen(drawn), aimed)
            lines = _EDGES * _contrast(pictures) + 1
            losses[name] = _DRAWING * (lines * (drawn - pictures).abs()).mean()
            losses[f"{name} features"] = _FEATURES * made[name].unlike
            losses[f"{name} alike"] = _ALIKE * _confused(
                embedded[some], network.embedding(features)
            )
            back = network.decode([x[part] for x in features], domain[part], told[part])
            returned.append((back - pictures[part]).abs().mean())
        back = network.decode([x[part] for x in of_photos], _all("photo", photos[part]), told[part])
        returned.append((back - photos[part]).abs().mean())
        losses["back"] = _BACK * torch.stack(returned).sum()
        return losses, made

    def _seen(self, pictures: Tensor) -> list[Tensor]:
        """Show pictures to the frozen network, moved by some px that are the same all step long.

        It goes by strides: where they always lie alike, it overlooks the same dots.
        """
        shift = np.random.default_rng([2, self.step]).integers(0, _STRIDE, 2)
        seen: list[Tensor] = self.eyes(torch.roll(pictures, tuple(shift.tolist()), (2, 3)))
        return seen

    def _judge(self, name: str, made: Made) -> Tensor:
        """Teach the heads of a domain to tell its pictures from what the generator makes."""
        heads = self.heads[name]
        with self.precision.cast():
            with torch.no_grad():
                real, fake = (self.projection(seen) for seen in (made.aimed, made.seen))
            loss = judged(heads(real), heads(fake))
        self.for_heads.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self.for_heads.step()
        return loss

    def draw(self, photos: Tensor, conditions: Tensor, name: str = "drawing") -> Tensor:
        """What the averaged generator makes of photos in a domain, (N, 3, S, S)."""
        with torch.no_grad():
            features = self.average.encode(photos, _all("photo", photos))
            return self.average.decode(features, _all(name, photos), conditions)


def _all(name: str, pictures: Tensor) -> Tensor:
    """The weights of a domain, for all of these pictures."""
    return one_hot(name, len(pictures)).to(pictures)


def _confused(some: Tensor, others: Tensor) -> Tensor:
    """How hard it is to tell by embeddings (N, E) which two are of one person."""
    alike = some @ others.T / _TEMPERATURE
    own = torch.arange(len(some), device=alike.device)
    return (functional.cross_entropy(alike, own) + functional.cross_entropy(alike.T, own)) / 2


def _contrast(pictures: Tensor) -> Tensor:
    """Where a picture has edges, (N, 1, S, S) 0..1."""
    gray = pictures.mean(1, keepdim=True)
    local = functional.max_pool2d(gray, 3, 1, 1) + functional.max_pool2d(-gray, 3, 1, 1)
    return local.clamp(0, 1)


def grid(training: Training, path: Path, most: int = 12) -> None:
    """Write unseen photos, and by domain what the network makes and was to make of them."""
    batch = training.twins.held_back(most)
    shown = [batch.photos]
    for name in training.preset.alone:
        shown += [training.draw(batch.photos, batch.conditions, name), batch.pictures(name)]
    rows = [torch.cat(list(pictures), dim=2) for pictures in shown]
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
        training.step = training.begun = int(counters.get("step", 0))
        training.minutes = counters.get("minutes", 0.0)
    if preset != "dry":
        training.precision = _measured(training)
    console.print(f"{len(training.twins)} pairs, {training.precision}, from step {training.step}")
    start, before, known = time.monotonic(), training.minutes, len(shards(data))
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
                if len(shards(data)) > known:
                    training.twins, known = gather(data), len(shards(data))
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

    def step() -> None:
        losses, _ = training._generator_losses(batch)  # noqa: SLF001 -- the same module
        torch.stack(list(losses.values())).sum().backward()  # type: ignore[no-untyped-call]
        training.for_generator.zero_grad()

    return fastest(step, training.preset.device)
