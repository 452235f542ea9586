"""Train the network of expressions: exact pairs first, real expressions later (torch).

Every batch has pairs of the geometric engine (L1 on picture and flow). Once those are learned, half
of it are real faces asked for the expression of another real face: the result must look real, read
as what was asked, and come back to the photo when asked back (Pumarola et al., ECCV 2018).
"""

import copy
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from inference.expression.network import Edit, FlowGenerator, composed, moved
from inference.expression.placing import MOVEMENTS, SIDE, UNREAD
from inference.expression.training.adversary import Reader, tensor
from inference.expression.training.pairs import Pair, Pairs
from inference.latent.training.heads import Heads, Projection, fooled, judged
from inference.training.features import FrozenFeatures
from inference.training.precision import Precision, fastest

PIXELS, FLOW, EDGES, PAINT = 4.0, 60.0, 2.0, 40.0
"""Weights on exact pairs; flow is in shares of the side, so small.

Paint is what the exact flow leaves to do, squared: teeth and tongues are one pixel in a hundred,
and the median of what is painted anywhere is nothing.
"""

LOOKS = 0.5
"""Weight of an exact pair's likeness to frozen features, beside the adversary: teeth that are
right on average are a haze, and only what sees edges minds (Johnson et al., ECCV 2016)."""

ADVERSARY, CONDITION, CYCLE = 0.05, 3.0, 2.0
"""Weights on real expressions."""

PAINTED, SMOOTH = 0.01, 0.01
"""Weights of what is painted over the photo, and of the mask's and the flow's roughness."""

_RARE = 30.0  # how much more a pixel counts that only paint can mend
_STEADY = 1000  # steps from which the rate falls with their root
_HELD = 0.998
_RIDGE = 1.0
_PROJECTED, _HIDDEN = 32, 48


@dataclass(frozen=True, slots=True)
class Preset:
    """How much at a time.

    batch: pictures a step, even. pool: pairs held. fresh: new ones a step. pairs_first: share of
    the minutes on pairs alone. begun: pairs that the usual flow is regressed from. read: real faces
    that the reader is fitted to.
    """

    batch: int
    pool: int
    fresh: int
    rate: float
    pairs_first: float
    begun: int
    read: int
    device: str


PRESETS = {
    "cpu": Preset(
        8, pool=3000, fresh=1, rate=6e-4, pairs_first=0.6, begun=500, read=1000, device="cpu"
    ),
    "gpu": Preset(
        96, pool=6000, fresh=4, rate=1e-3, pairs_first=0.5, begun=1000, read=4000, device="cuda"
    ),
    "dry": Preset(4, pool=6, fresh=1, rate=6e-4, pairs_first=0.5, begun=12, read=24, device="cpu"),
}


@dataclass(frozen=True, slots=True)
class Real:
    """Real faces. pictures: (N, SIDE, SIDE, 3) uint8. scores: (N, movements)."""

    pictures: NDArray[np.uint8]
    scores: NDArray[np.float32]

    @property
    def weights(self) -> NDArray[np.float64]:
        """How often each is drawn, (N,): faces that move much are rare."""
        moved = (
            np.abs(self.scores - np.median(self.scores, axis=0)).sum(axis=1, dtype=np.float64) + 1
        )
        return np.asarray(moved / moved.sum(), np.float64)


@dataclass
class Training:
    """The networks, their optimisers, and where they are."""

    preset: Preset
    generator: FlowGenerator
    eyes: FrozenFeatures
    reader: Reader
    pairs: Pairs
    real: Real
    step: int = 0
    minutes: float = 0.0
    precision: Precision = field(init=False)

    def __post_init__(self) -> None:
        device = self.preset.device
        torch.manual_seed(0)
        self.generator.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = copy.deepcopy(self.generator).requires_grad_(False).eval()
        self.eyes.to(device)
        self.reader.to(device)
        self.projection = Projection(_PROJECTED).to(device)
        self.heads = Heads(_PROJECTED, _HIDDEN).to(device)
        with torch.no_grad():
            self.projection.calibrate(self.eyes(self._tensor(self.real.pictures[:32])))
        rate = self.preset.rate
        self.for_generator = torch.optim.Adam(self.generator.parameters(), rate, (0.9, 0.99))
        self.for_heads = torch.optim.Adam(self.heads.parameters(), rate, (0.0, 0.99))
        self.precision = Precision("fp32", device, {})
        self.pool: list[Pair] = []
        self._weights = self.real.weights
        self._readable = torch.tensor(
            [not name.startswith(UNREAD) for name in MOVEMENTS], device=device
        )

    def parts(self) -> dict[str, torch.nn.Module | torch.optim.Optimizer]:
        """What a checkpoint holds."""
        return {
            "generator": self.generator, "average": self.average, "heads": self.heads,
            "projection": self.projection, "for_generator": self.for_generator,
            "for_heads": self.for_heads,
        }  # fmt: skip

    def fit_usual(self) -> None:
        """Regress what movements do to most faces from the first pairs, before any step."""
        change = np.stack([pair.change for pair in self.pool]).astype(np.float64)
        flow = np.stack([pair.flow.transpose(2, 0, 1).ravel() for pair in self.pool])
        system = change.T @ change + _RIDGE * np.eye(change.shape[1])
        slopes = np.linalg.solve(system, change.T @ flow.astype(np.float64))
        with torch.no_grad():
            for network in (self.generator, self.average):
                network.usual.weight.copy_(torch.from_numpy(slopes.T.astype(np.float32)))

    def measure_precision(self) -> None:
        """Take the faster arithmetic of this machine."""
        photo = self._tensor(self.real.pictures[: self.preset.batch])
        change = torch.zeros(len(photo), len(MOVEMENTS), device=self.preset.device)

        def step() -> None:
            edit = self.generator(photo, change)
            torch.autograd.backward(composed(photo, edit).float().square().mean())
            self.generator.zero_grad(set_to_none=True)

        self.precision = fastest(step, self.preset.device)

    def advance(self, *, adversarial: bool) -> dict[str, float]:
        """Do one step; returns its losses."""
        chance = np.random.default_rng([1, self.step])
        self._renew(chance)
        half = self.preset.batch // 2 if adversarial else self.preset.batch
        rate = self.preset.rate * min(
            (self.step + 1) / 100, (_STEADY / (self.step + 1)) ** 0.5, 1.0
        )
        for optimiser in (self.for_generator, self.for_heads):
            for group in optimiser.param_groups:
                group["lr"] = rate
        with self.precision.cast():
            total, losses = self._on_pairs(half, chance, looked_at=adversarial)
            if adversarial:
                more, others = self._on_real(half, chance)
                total, losses = total + more, losses | others
        self.for_generator.zero_grad(set_to_none=True)
        torch.autograd.backward(total)
        torch.nn.utils.clip_grad_norm_(self.generator.parameters(), 5.0)
        self.for_generator.step()
        self.step += 1
        with torch.no_grad():
            held = min(_HELD, (1 + self.step) / (10 + self.step))
            for kept, new in zip(
                self.average.parameters(), self.generator.parameters(), strict=True
            ):
                kept.lerp_(new, 1 - held)
        return losses

    def _renew(self, chance: np.random.Generator) -> None:
        """Add new pairs; once the pool is full they take the place of old ones."""
        for _ in range(self.preset.fresh if len(self.pool) >= self.preset.batch else 8):
            pair = self.pairs.one(chance)
            if len(self.pool) < self.preset.pool:
                self.pool.append(pair)
            else:
                self.pool[int(chance.integers(len(self.pool)))] = pair

    def _on_pairs(
        self, count: int, chance: np.random.Generator, *, looked_at: bool
    ) -> tuple[Tensor, dict[str, float]]:
        drawn = [self.pool[k] for k in chance.integers(len(self.pool), size=count)]
        photo = self._tensor(np.stack([pair.photo for pair in drawn]))
        wanted = self._tensor(np.stack([pair.result for pair in drawn]))
        flow = torch.from_numpy(np.stack([pair.flow for pair in drawn]).astype(np.float32))
        flow = flow.permute(0, 3, 1, 2).to(self.preset.device)
        change = torch.from_numpy(np.stack([pair.change for pair in drawn])).to(photo.device)
        light = torch.from_numpy(chance.uniform(0.75, 1.2, (count, 3, 1, 1)).astype(np.float32))
        photo, wanted = ((one + 1) * light.to(one.device) - 1 for one in (photo, wanted))
        edit: Edit = self.generator(photo, change)
        made = composed(photo, edit).float()
        # what moved matters more than what stayed
        weight = 1 + 8 * functional.avg_pool2d((wanted - photo).abs().mean(1, True), 5, 1, 2)
        off = (made - wanted).abs() * weight
        edges = sum((made.diff(dim=d) - wanted.diff(dim=d)).abs().mean() for d in (2, 3))
        coarse = functional.avg_pool2d(edit.flow.float(), 4)
        flowing = (coarse - flow).abs().mean()
        size = list(photo.shape[-2:])
        exact = functional.interpolate(flow, size, mode="bilinear", align_corners=False)
        missing = wanted - moved(photo, exact)
        rare = 1 + _RARE * functional.avg_pool2d(missing.abs().mean(1, True), 5, 1, 2)
        painted = ((1 - edit.attention) * edit.residual).float()
        paint = ((painted - missing).square() * rare).mean()
        loss = PIXELS * off.mean() + FLOW * flowing + EDGES * edges + PAINT * paint
        if looked_at:
            loss = loss + LOOKS * self._unlike(made, wanted)
        loss = loss + _spared(edit)
        return loss, {
            "pixels": float(off.mean().detach()),
            "flow": float(flowing.detach() * SIDE),
            "paint": float(paint.detach()),
            "mask": float(1 - edit.attention.mean().detach()),
        }

    def _unlike(self, made: Tensor, wanted: Tensor) -> Tensor:
        """Mean relative distance of frozen features."""
        with torch.no_grad():
            aims = self.eyes(wanted)
        pairs = zip(self.eyes(made), aims, strict=True)
        return torch.stack([(x - aim).abs().mean() / aim.abs().mean() for x, aim in pairs]).mean()

    def _on_real(self, count: int, chance: np.random.Generator) -> tuple[Tensor, dict[str, float]]:
        photo, now = self._faces(count, chance)
        other, wanted = self._faces(count, chance)
        share = torch.from_numpy(chance.uniform(0.5, 1.0, (count, 1)).astype(np.float32))
        change = (wanted - now) * share.to(now.device) * self._readable
        edit: Edit = self.generator(photo, change)
        made = composed(photo, edit)
        features = self.eyes(made)
        projected = self.projection(features)
        with torch.no_grad():
            real = self.projection(self.eyes(other))
        judgement = judged(self.heads(real), self.heads([x.detach() for x in projected]))
        self.for_heads.zero_grad(set_to_none=True)
        torch.autograd.backward(judgement)
        self.for_heads.step()
        self.heads.requires_grad_(False)
        adversary = fooled(self.heads(projected))
        self.heads.requires_grad_(True)
        # the reader's own error on the photo is no fault of the edit
        with torch.no_grad():
            before = self.reader(self.eyes(photo))
        off = (self.reader(features) - before - change) * self._readable
        condition = off.square().mean()
        back_edit: Edit = self.generator(made, -change)
        back = (composed(made, back_edit).float() - photo).abs().mean()
        loss = ADVERSARY * adversary + CONDITION * condition + CYCLE * back + _spared(edit)
        return loss, {
            "D": float(judgement.detach()),
            "G": float(adversary.detach()),
            "condition": float(condition.detach()),
            "back": float(back.detach()),
        }

    def _faces(self, count: int, chance: np.random.Generator) -> tuple[Tensor, Tensor]:
        rows = chance.choice(len(self._weights), count, p=self._weights)
        scores = torch.from_numpy(self.real.scores[rows]).to(self.preset.device)
        return self._tensor(self.real.pictures[rows]), scores

    def _tensor(self, pictures: NDArray[np.uint8]) -> Tensor:
        planes = tensor(pictures).to(self.preset.device)
        return planes.contiguous(memory_format=torch.channels_last)


def _spared(edit: Edit) -> Tensor:
    """What keeps paint scarce and flows from folding.

    The paper asks the mask alone to stay shut. Ours adds to the photo, so it would shut before
    there is anything to add, and a shut mask learns nothing more.
    """
    painted = ((1 - edit.attention.float()) * edit.residual.float().abs()).mean()
    rough = sum(x.float().diff(dim=d).abs().mean() for x in (edit.attention, 20 * edit.flow)
                for d in (2, 3))  # fmt: skip
    return PAINTED * painted + SMOOTH * rough


def run(training: Training, minutes: float) -> Iterator[tuple[float, dict[str, float]]]:
    """Train for so many minutes; yields those spent after each step, and its losses."""
    begun = time.monotonic()
    before = training.minutes
    while (spent := (time.monotonic() - begun) / 60) < minutes:
        late = spent >= training.preset.pairs_first * minutes
        losses = training.advance(adversarial=late)
        training.minutes = before + (time.monotonic() - begun) / 60
        yield spent, losses
