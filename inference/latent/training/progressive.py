"""Train the progressive generator as its inventors did, on faces in the frame (torch).

Network and losses: ``inference.latent.progressive_network``. It grows by a fixed plan, so that a
resumed training goes on exactly; each step draws its chance from its own number.
"""

import copy
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from PIL import Image
from rich.console import Console
from torch import Tensor
from torch.nn import functional

from inference.latent import progressive
from inference.latent.morphable import to_vectors
from inference.latent.progressive_network import (
    FIRST,
    Architecture,
    Critic,
    Generator,
    critic_loss,
    faded,
    generator_loss,
)
from inference.latent.training import balance, building, generated
from inference.latent.training.views import plain
from inference.models.runtime import Onnx
from inference.models.weights import shipped
from inference.training import checkpoints
from inference.training.features import FrozenFeatures
from inference.training.kid import embeddings, kid_lite0
from inference.training.onnx_export import export, weights
from inference.training.precision import Precision, fastest
from inference.training.stepping import follow, timed
from inference.training.watching import pixels, watch

_SHOWN = 5.0  # minutes between
_HELD = 0.999
_COLUMNS, _ROWS = 12, 4
_SEED = 7
_EXPORTED = "latent_progressive.onnx"
_SIDE = 128  # of the frame's textures, px


@dataclass(frozen=True, slots=True)
class Preset:
    """How much at a time. plan: steps at each size, the first half of which fade it in.

    The last size lasts as long as there is time. measured: random people for a distance.
    """

    batch: int
    plan: tuple[int, ...]
    rate: float
    measured: int
    device: str


PRESETS = {
    "cpu": Preset(16, (1000, 2000, 3000, 2000, 1000), 1e-3, measured=512, device="cpu"),
    "gpu": Preset(64, (2000, 4000, 6000, 6000, 6000), 1e-3, measured=2048, device="cuda"),
    "dry": Preset(4, (2, 2, 2, 2, 2), 1e-3, measured=4, device="cpu"),
}


def grown(plan: tuple[int, ...], step: int, levels: int) -> tuple[int, float]:
    """Tell how far the networks have grown: level, and share of its newest layer."""
    for level in range(levels - 1):
        if step < plan[level]:
            break
        step -= plan[level]
    else:
        level = levels - 1
    if level == 0:
        return 0, 1.0
    fading = plan[min(level, len(plan) - 1)] / 2
    return level, min(1.0, (step + 1) / fading)


@dataclass
class Training:
    """Both networks, their optimisers, and where they are.

    pictures: (2N, planes, S, S) float16. weights: (2N,), how often each is drawn.
    """

    preset: Preset
    pictures: Tensor
    weights: NDArray[np.float64]
    architecture: Architecture = field(default_factory=Architecture)
    step: int = 0
    minutes: float = 0.0
    precision: Precision = field(init=False)

    def __post_init__(self) -> None:
        device, rate = self.preset.device, self.preset.rate
        torch.manual_seed(0)
        self.generator = Generator(self.architecture).to(device)
        self.critic = Critic(self.architecture).to(device)
        self.average = copy.deepcopy(self.generator).requires_grad_(False).eval()
        self.for_generator, self.for_critic = (
            torch.optim.Adam(network.parameters(), rate, (0.0, 0.99), fused=True)
            for network in (self.generator, self.critic)
        )
        self.precision = fastest(self._try, device)

    def parts(self) -> dict[str, checkpoints.Stateful]:
        """What a checkpoint holds."""
        return {
            "generator": self.generator, "average": self.average, "critic": self.critic,
            "for_generator": self.for_generator, "for_critic": self.for_critic,
        }  # fmt: skip

    def noise(self, count: int, seed: int) -> Tensor:
        """Latents (count, latent), standard normal."""
        chance = torch.Generator().manual_seed(seed)
        return torch.randn(count, self.architecture.latent, generator=chance)

    def render(self, latents: Tensor) -> Tensor:
        """What the averaged generator draws, (N, planes, S, S) of the present size, on the CPU."""
        level, share = self._grown()
        with torch.no_grad(), self.precision.cast():
            made = [
                self.average(part.to(self.preset.device), level, share).float().cpu()
                for part in torch.split(latents, 64)
            ]
        return torch.cat(made)

    def advance(self) -> dict[str, float]:
        """Take one step of each network; returns both losses."""
        level, share = self._grown()
        torch.manual_seed(self.step)
        count, device = self.preset.batch, self.preset.device
        chosen = np.random.default_rng([0, self.step]).choice(
            len(self.weights), count, p=self.weights
        )
        whole = self.pictures[torch.from_numpy(chosen)].float()
        shrink = whole.shape[-1] // (FIRST << level)
        real = faded(functional.avg_pool2d(whole, shrink), share).to(device)
        latents = self.noise(2 * count, self.step).to(device)
        with self.precision.cast():
            with torch.no_grad():
                fake = self.generator(latents[:count], level, share).float()
            judged = critic_loss(self.critic, real, fake, level, share)
        follow(judged, self.for_critic)
        self.critic.requires_grad_(requires_grad=False)
        with self.precision.cast():
            fake = self.generator(latents[count:], level, share)
            made = generator_loss(self.critic, fake, level, share)
        self.critic.requires_grad_(requires_grad=True)
        follow(made, self.for_generator)
        self.step += 1
        # what a new size brings begins anew, its average too
        new = self.step - sum(self.preset.plan[:level])
        held = min(_HELD, (1 + new) / (10 + new))
        with torch.no_grad():
            torch._foreach_lerp_(
                list(self.average.parameters()), list(self.generator.parameters()), 1 - held
            )
        return {"size": FIRST << level, "critic": judged.item(), "generator": made.item()}

    def save(self, path: Path) -> None:
        """Write everything that going on needs."""
        checkpoints.save(path, self.parts(), {"step": self.step, "minutes": self.minutes})

    def resume(self, path: Path) -> None:
        """Go on from a checkpoint, if there is one; the one that is kept is of what is shipped."""
        counters = checkpoints.resume(path, self.parts(), self._shipped)
        self.step = int(counters.get("step", 0))
        self.minutes = counters.get("minutes", 0.0)

    def _shipped(self) -> dict[str, Tensor]:
        """Weights of the exported network, which lacks what drew smaller pictures."""
        return {**self.generator.state_dict(), **weights(shipped("latent_progressive"))}

    def _grown(self) -> tuple[int, float]:
        return grown(self.preset.plan, self.step, len(self.architecture.widths))

    def _try(self) -> None:
        level = len(self.architecture.widths) - 1
        fake = self.generator(self.noise(4, 0).to(self.preset.device), level)
        loss = generator_loss(self.critic, fake, level, 1.0)
        loss.backward()  # type: ignore[no-untyped-call]
        self.generator.zero_grad()
        self.critic.zero_grad()


class Watch:
    """Writes grids of random people and their distance to faces that are not trained on."""

    def __init__(self, training: Training, real: NDArray[np.uint8], to: Path) -> None:
        self.training, self.folder = training, to
        self.eyes = FrozenFeatures()
        self.side = real.shape[1]
        planes = torch.from_numpy(to_vectors(real)).reshape(len(real), -1, self.side, self.side)
        self.real = embeddings(self.eyes, [plain(planes)])
        self.latents = training.noise(training.preset.measured, _SEED)

    def distance(self) -> float:
        """``kid_lite0`` of random people, enlarged to the frame's side."""
        drawn = self.training.render(self.latents)
        large = functional.interpolate(drawn, [self.side, self.side], mode="bilinear")
        return kid_lite0(self.real, embeddings(self.eyes, [plain(large)]))

    def show(self) -> None:
        """Write a grid, and a line of ``kid.csv``."""
        made = self.training
        drawn = pixels(made.render(self.latents[: _COLUMNS * _ROWS])[:, :3])
        rows = [
            np.hstack(list(row)) for row in np.array_split(drawn, max(1, len(drawn) // _COLUMNS))
        ]
        width = min(row.shape[1] for row in rows)
        sheet = Image.fromarray(np.vstack([row[:, :width] for row in rows]))
        sheet.save(self.folder / f"progressive_{made.step:06d}.png")
        with (self.folder / "progressive_kid.csv").open("a") as table:
            table.write(f"{made.step},{made.minutes:.1f},{self.distance():.2f}\n")


def learn(
    data: Path, work: Path, minutes: float, preset: str = "cpu", *, resume: bool = True
) -> Training:
    """Train both networks.

    Args:
        data: holds ``faces``, see ``inference.training.faces``.
        work: for checkpoints, sample grids, tables of losses and distances, and what is slow.
        minutes: of this run.
        preset: one of ``PRESETS``.
        resume: whether to go on from the checkpoint in ``work``.
    """
    console = Console()
    work.mkdir(parents=True, exist_ok=True)
    training, watched = prepare(data, work, preset, console)
    checkpoint = work / "progressive.pt"
    if resume:
        training.resume(checkpoint)
    console.print(
        f"{training.precision.name} of {training.precision.seconds}; from step {training.step}"
    )

    watch(
        training, timed(training, minutes, training.advance), minutes, work,
        lambda: training.save(checkpoint), watched.show, shown=_SHOWN, console=console,
    )  # fmt: skip
    return training


def prepare(data: Path, work: Path, preset: str, console: Console) -> tuple[Training, Watch]:
    """Everything before the first step; slow the first time."""
    known = building.prepare(data, work, _SIDE, building.bars(console))
    chosen = known.faces.training
    rgba = np.concatenate([known.textures.rgba[chosen], known.textures.flipped().rgba[chosen]])
    architecture = Architecture()
    shrink = _SIDE // architecture.side
    pictures = torch.cat([
        functional.avg_pool2d(
            torch.from_numpy(to_vectors(part)).reshape(len(part), -1, _SIDE, _SIDE), shrink
        ).half()
        for part in np.array_split(rgba, max(1, len(rgba) // 256))
    ])  # fmt: skip
    weights = balance.weights({
        name: [values[i] for i in np.flatnonzero(chosen)]
        for name, values in known.faces.labels.items()
    })  # fmt: skip
    training = Training(PRESETS[preset], pictures, np.tile(weights, 2) / 2, architecture)
    return training, Watch(training, known.textures.rgba[~chosen], work)


def export_network(training: Training, folder: Path) -> float:
    """Write ``latent_progressive.onnx``; returns how far it is from torch's, see ``export``."""
    return export(
        training.average.to("cpu"),
        {"latent": training.noise(2, 0)},
        ("picture",),
        folder / _EXPORTED,
        {"steps": str(training.step), "side": str(training.architecture.side)},
    )


def make_transparent(data: Path, work: Path, folder: Path) -> progressive.Transparent:
    """Find the axes of the generator exported to a folder, and the way from a face to its noise.

    Args:
        data: see ``learn``.
        work: see ``learn``.
        folder: holds ``latent_progressive.onnx``; ``latent_transparent.npz`` is written there.
    """
    network = Onnx(onnxruntime.InferenceSession(folder / _EXPORTED), 0)
    bars = building.bars(Console())
    known = building.prepare(data, work, _SIDE, bars)
    model, eyes = known.morphable, FrozenFeatures()
    latents = np.random.default_rng(_SEED).standard_normal(
        (generated.PEOPLE, progressive.LATENT), np.float32
    )
    codes = np.zeros((generated.PEOPLE, len(model.texture.deviation)), np.float32)
    at = 0

    def draw(some: NDArray[np.float32]) -> NDArray[np.float32]:
        nonlocal at
        vectors = progressive.drawn(network, some, _SIDE)
        codes[at : at + len(some)] = model.texture.encode(vectors)
        at += len(some)
        return vectors

    axes = generated.find(
        generated.fit_reader(known, eyes), eyes, latents, draw, _SIDE, bars("axes")
    )
    made = progressive.Transparent(axes, *progressive.inverted(codes, latents))
    progressive.write(made, folder / "latent_transparent.npz")
    return made
