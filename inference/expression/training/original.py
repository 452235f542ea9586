"""Train GANimation as its inventors did: unpaired, adversarially, from real faces (torch).

Pumarola et al., ECCV 2018. Network and losses: ``inference.expression.original_network``.
"""

import copy
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from rich.console import Console
from torch import Tensor

from inference.expression.original_network import (
    Critic,
    Generator,
    Weights,
    composed,
    critic_loss,
    generator_loss,
)
from inference.expression.placing import SIDE
from inference.expression.training.adversary import tensor
from inference.expression.training.loop import Real
from inference.expression.training.pairs import cropped
from inference.expression.units import UNITS, strengths
from inference.pictures import images
from inference.training import checkpoints
from inference.training.faces import table
from inference.training.onnx_export import export, weights
from inference.training.precision import Precision, fastest
from inference.training.stepping import follow, timed
from inference.training.watching import pixels, watch

_SHOWN = 10.0  # minutes between
_SHOWS = (("AU12",), ("AU25", "AU26"), ("AU4",), ("AU1", "AU2"), ("AU15", "AU17"), ("AU45",))
_NEAR = 0.1  # that a wanted unit may be from another face's, as published
_HELD = 0.998


@dataclass(frozen=True, slots=True)
class Preset:
    """How much at a time. batch: pictures a step. width: channels of the first layer."""

    batch: int
    width: int
    rate: float
    device: str


PRESETS = {
    "cpu": Preset(batch=8, width=24, rate=3e-4, device="cpu"),
    "gpu": Preset(batch=25, width=64, rate=1e-4, device="cuda"),  # as published
    "dry": Preset(batch=2, width=4, rate=1e-4, device="cpu"),
}


@dataclass
class Training:
    """Both networks, their optimisers, and where they are."""

    preset: Preset
    real: Real
    weights: Weights = field(default_factory=Weights)
    step: int = 0
    minutes: float = 0.0
    precision: Precision = field(init=False)

    def __post_init__(self) -> None:
        device, rate = self.preset.device, self.preset.rate
        torch.manual_seed(0)
        self.generator = Generator(width=self.preset.width).to(device)
        self.critic = Critic(width=self.preset.width).to(device)
        self.average = copy.deepcopy(self.generator).requires_grad_(False).eval()
        self.for_generator = torch.optim.Adam(self.generator.parameters(), rate, (0.5, 0.999))
        self.for_critic = torch.optim.Adam(self.critic.parameters(), rate, (0.5, 0.999))
        self._drawn = self.real.weights
        self.precision = fastest(self._try, device)

    def parts(self) -> dict[str, torch.nn.Module | torch.optim.Optimizer]:
        """What a checkpoint holds."""
        return {
            "generator": self.generator, "average": self.average, "critic": self.critic,
            "for_generator": self.for_generator, "for_critic": self.for_critic,
        }  # fmt: skip

    def advance(self, chance: np.random.Generator) -> dict[str, float]:
        """Take the critic's steps and one of the generator; returns both losses."""
        for _ in range(self.weights.critic):
            photo, units, wanted = self._batch(chance)
            with self.precision.cast():
                with torch.no_grad():
                    fake = composed(photo, *self.generator(photo, wanted))
                judged = critic_loss(self.critic, photo, fake, units, self.weights)
            follow(judged, self.for_critic)
        photo, units, wanted = self._batch(chance)
        with self.precision.cast():
            made = generator_loss(
                self.generator, self.critic, photo, units, wanted, self.weights
            )  # fmt: skip
        follow(made, self.for_generator)
        self.step += 1
        held = min(_HELD, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for kept, new in zip(
                self.average.parameters(), self.generator.parameters(), strict=True
            ):
                kept.lerp_(new, 1 - held)
        return {"critic": judged.item(), "generator": made.item()}

    def _batch(self, chance: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """Return photos, their units, and those of other faces or nearly so."""
        size = self.preset.batch
        rows, others = (chance.choice(len(self._drawn), size, p=self._drawn) for _ in range(2))
        photo = tensor(self.real.pictures[rows])
        turned = torch.from_numpy(chance.random(size) < 0.5)[:, None, None, None]
        photo = torch.where(turned, photo.flip(3), photo)  # both sides of a face show a unit alike
        wanted = self.real.scores[others] + chance.uniform(
            -_NEAR, _NEAR, (size, len(UNITS))
        ).astype(np.float32)
        device = self.preset.device
        units = torch.from_numpy(self.real.scores[rows])
        return (
            photo.to(device), units.to(device),
            torch.from_numpy(wanted.clip(0, 1)).to(device),
        )  # fmt: skip

    def _try(self) -> None:
        photo, units, wanted = self._batch(np.random.default_rng(0))
        loss = generator_loss(self.generator, self.critic, photo, units, wanted, self.weights)
        loss.backward()  # type: ignore[no-untyped-call]
        self.generator.zero_grad()
        self.critic.zero_grad()


def learn(
    data: Path,
    work: Path,
    minutes: float,
    preset: str = "cpu",
    *,
    resume: bool = True,
    begin: Path | None = None,
) -> Training:
    """Train both networks.

    Args:
        data: holds ``faces``, see ``inference.training.faces``.
        work: for checkpoints, sample grids and the table of losses.
        minutes: of this run.
        preset: one of ``PRESETS``.
        resume: whether to go on from the checkpoint in ``work``.
        begin: an exported network to begin from where there is no checkpoint; the critic begins
            anew.
    """
    console = Console()
    work.mkdir(parents=True, exist_ok=True)
    known, unseen = read(data)
    training = Training(PRESETS[preset], known)
    checkpoint = work / "original.pt"
    if begin is not None and not (resume and checkpoint.exists()):
        for network in (training.generator, training.average):
            network.load_state_dict(weights(begin))
    if resume:
        counters = checkpoints.resume(checkpoint, training.parts())
        training.step = int(counters.get("step", 0))
        training.minutes = counters.get("minutes", 0.0)
    console.print(f"{training.precision.name} of {training.precision.seconds}; "
                  f"from step {training.step}")  # fmt: skip
    chance = np.random.default_rng(training.step)
    watch(
        training, timed(training, minutes, lambda: training.advance(chance)), minutes, work,
        lambda: _save(checkpoint, training), lambda: grid(training, unseen, work),
        shown=_SHOWN, console=console,
    )  # fmt: skip
    return training


def read(data: Path) -> tuple[Real, Real]:
    """Return the faces to learn from, and six that are kept back; scores are of ``UNITS``."""
    faces = data / "faces"
    with np.load(faces / "labels.npz", allow_pickle=False) as labels:
        ids = [str(name) for name in labels["ids"]]
        units = strengths(labels["blendshapes"].astype(np.float32))
    bad = {row["id"] for row in table(faces / "attributes.csv") if row["bad"] != "0"}
    split = {row["id"]: row["split"] for row in table(faces / "manifest.csv")}
    known = [k for k, name in enumerate(ids) if split[name] == "train" and name not in bad]
    held = [k for k, name in enumerate(ids) if split[name] != "train" and name not in bad]
    held = [held[k] for k in np.linspace(0, len(held) - 1, 6).astype(int)]

    def picture(row: int) -> NDArray[np.uint8]:
        return cropped(images.decode((faces / "images" / f"{ids[row]}.webp").read_bytes()))

    learned, unseen = (
        Real(np.stack([picture(k) for k in rows]), units[rows]) for rows in (known, held)
    )
    return learned, unseen


def grid(training: Training, unseen: Real, work: Path) -> Path:
    """Write what the network makes of unseen faces, and below each where it paints."""
    rows = []
    for photo, units in zip(unseen.pictures, unseen.scores, strict=True):
        wanted = np.repeat(units[None], len(_SHOWS), axis=0)
        for row, names in zip(wanted, _SHOWS, strict=True):
            row[[UNITS.index(name) for name in names]] = 1.0
        planes = tensor(np.repeat(photo[None], len(_SHOWS), axis=0))
        with torch.no_grad():
            generator = training.average.to("cpu")
            colour, attention = generator(planes, torch.from_numpy(wanted))
            training.average.to(training.preset.device)
        made = pixels(composed(planes, colour, attention))
        painted = np.repeat(pixels(1 - 2 * attention), 3, axis=3)
        rows.append(np.hstack([photo, *made]))
        rows.append(np.hstack([photo, *painted]))
    path = work / f"samples_{training.step:06d}.png"
    Image.fromarray(np.vstack(rows)).save(path)
    return path


def export_network(training: Training, folder: Path) -> float:
    """Write ``ganimation_original.onnx``; returns how far it is from torch's, see ``export``."""
    torch.manual_seed(0)
    return export(
        training.average.to("cpu"),
        {"photo": torch.rand(2, 3, SIDE, SIDE) * 2 - 1, "units": torch.rand(2, len(UNITS))},
        ("colour", "attention"),
        folder / "ganimation_original.onnx",
        {"steps": str(training.step), "units": " ".join(UNITS)},
    )


def _save(path: Path, training: Training) -> None:
    counters = {"step": float(training.step), "minutes": training.minutes}
    checkpoints.save(path, training.parts(), counters)
