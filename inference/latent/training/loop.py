"""Train the generator that makes the linear model sharp (torch).

Three quarters of each batch are real faces, to be brought back (L1 and frozen features); the rest
are random ones. All must pass a discriminator that sees through the same frozen features. Each step
draws its chance from its own number, so that a resumed training goes on exactly.
"""

import copy
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from inference.latent.morphable import Components
from inference.latent.network import Generator, matted
from inference.latent.training.heads import Heads, Projection, fooled, judged
from inference.latent.training.people import mixed
from inference.latent.training.views import Gallery, Views
from inference.models.weights import shipped
from inference.training import checkpoints
from inference.training.features import FrozenFeatures
from inference.training.onnx_export import weights
from inference.training.precision import Precision, fastest

_ALONE, _RISING = 60, 240  # steps on reconstruction alone, then of the adversary's rise
_PIXELS, _ALPHA, _FEATURES, _ADVERSARY = 2.0, 1.0, 1.0, 0.2
_STRAYING, _COARSE = 4.0, 8  # weight and px of what random people are held to
_COMPARED = 3  # depths; the deepest knows what is in a picture, not how it looks
_HELD = 0.998
_CALIBRATED = 64
_PROJECTED, _HIDDEN = 48, 64


@dataclass(frozen=True, slots=True)
class Preset:
    """How much to do at a time.

    batch: pictures a step, a multiple of 4. copies: fixed views of each face. crop: of views, px.
    chunk: pictures that go through the frozen network at once; more than fit its cache are slower.
    measured: of random people for a distance.
    """

    batch: int
    copies: int
    crop: int
    rate: float
    chunk: int
    measured: int
    device: str


PRESETS = {
    "cpu": Preset(8, copies=4, crop=96, rate=3e-4, chunk=8, measured=512, device="cpu"),
    "gpu": Preset(128, copies=4, crop=96, rate=6e-4, chunk=128, measured=2048, device="cuda"),
    "dry": Preset(4, copies=1, crop=96, rate=3e-4, chunk=4, measured=4, device="cpu"),
}


@dataclass
class Training:
    """The networks, the optimisers and where they are.

    latents: (2N, K) of the gallery's faces. weights: (2N,), how often each is drawn.
    """

    preset: Preset
    texture: Components
    generator: Generator
    eyes: FrozenFeatures
    gallery: Gallery
    latents: NDArray[np.float32]
    weights: NDArray[np.float64]
    step: int = 0
    minutes: float = 0.0
    precision: Precision = field(init=False)

    def __post_init__(self) -> None:
        device = self.preset.device
        torch.manual_seed(0)
        self.generator.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = copy.deepcopy(self.generator).requires_grad_(False).eval()
        self.eyes.to(device)
        self.projection = Projection(_PROJECTED).to(device)
        self.heads = Heads(_PROJECTED, _HIDDEN).to(device)
        some = np.arange(0, len(self.gallery.views), max(1, len(self.gallery.views) // _CALIBRATED))
        with torch.no_grad():
            self.projection.calibrate([one.to(device) for one in self.gallery.seen(some)])
        rate = self.preset.rate
        self.for_generator, self.for_heads = (
            torch.optim.Adam(network.parameters(), rate, (0.0, 0.99), fused=True)
            for network in (self.generator, self.heads)
        )
        self._mean = torch.from_numpy(self.texture.mean).to(device)
        self._basis = torch.from_numpy(self.texture.basis * self.texture.deviation[:, None])
        self._basis = self._basis.to(device)
        self.precision = Precision("fp32", device, {})

    def decoded(self, latents: Tensor) -> Tensor:
        """The linear model's pictures (N, 4, S, S)."""
        side = self.generator.architecture.side
        flat = torch.addmm(self._mean, latents[:, : len(self._basis)], self._basis)
        return flat.reshape(-1, 4, side, side)

    def noise(self, count: int, seed: int) -> Tensor:
        """Chance for that many pictures, (N, noise, S/4, S/4)."""
        a = self.generator.architecture
        chance = torch.Generator().manual_seed(seed)
        drawn = torch.randn(count, a.noise, a.side // 4, a.side // 4, generator=chance)
        return drawn.to(self.preset.device)

    def render(self, latents: NDArray[np.float32], seed: int = 0) -> Tensor:
        """What the averaged generator makes of latents, (N, 4, S, S) on the CPU."""
        with torch.no_grad(), self.precision.cast():
            found = []
            for at in range(0, len(latents), self.preset.chunk):
                some = torch.from_numpy(latents[at : at + self.preset.chunk]).to(self.preset.device)
                noise = self.noise(len(some), seed + at)
                found.append(self.average(self.decoded(some), some, noise).float().cpu())
        return torch.cat(found)

    def advance(self) -> dict[str, float]:
        """Do one step of the discriminator and one of the generator; returns their losses."""
        batch, device = self.preset.batch, self.preset.device
        known = batch * 3 // 4
        chance = np.random.default_rng([0, self.step])
        faces = chance.choice(len(self.weights), batch, p=self.weights)
        views = faces + len(self.weights) * chance.integers(self.preset.copies, size=batch)
        truth = self.gallery.planes(faces[:known]).to(device)
        real = [one.to(device) for one in self.gallery.seen(views)]
        z = np.concatenate(
            [self.latents[faces[:known]], mixed(self.latents, batch - known, chance)]
        )
        latents = torch.from_numpy(z).to(device)
        ways = self.gallery.views[torch.from_numpy(views)]
        for optimiser in (self.for_generator, self.for_heads):
            for group in optimiser.param_groups:
                group["lr"] = self.preset.rate * min(1.0, (self.step + 1) / 50)
        losses = self._update(latents, truth, real, ways, self.noise(batch, self.step))
        self.step += 1
        with torch.no_grad():
            held = min(_HELD, (1 + self.step) / (10 + self.step))
            torch._foreach_lerp_(
                list(self.average.parameters()), list(self.generator.parameters()), 1 - held
            )
        return losses

    def _update(
        self, latents: Tensor, truth: Tensor, real: list[Tensor], ways: Views, noise: Tensor
    ) -> dict[str, float]:
        known = len(truth)
        with self.precision.cast():
            decoded = self.decoded(latents)
            made = self.generator(decoded, latents, noise)
            seen = ways.of(made)
            parts = [self.eyes(part) for part in torch.split(seen, self.preset.chunk)]
            found = [torch.cat(depth) for depth in zip(*parts, strict=True)]
            projected = self.projection(found)
            with torch.no_grad():
                wanted = self.projection(real)
            d_loss = judged(self.heads(wanted), self.heads([one.detach() for one in projected]))
        self.for_heads.zero_grad()
        d_loss.backward()  # type: ignore[no-untyped-call]
        self.for_heads.step()

        self.heads.requires_grad_(requires_grad=False)
        with self.precision.cast():
            adversary = fooled(self.heads(projected))
        self.heads.requires_grad_(requires_grad=True)
        features = torch.stack([
            functional.l1_loss(mine[:known].float(), right[:known]) / right[:known].abs().mean()
            for mine, right in zip(found[:_COMPARED], real, strict=False)
        ]).sum()  # fmt: skip
        pixels = functional.l1_loss(made[:known, :3].float(), truth[:, :3])
        alpha = functional.l1_loss(made[:known, 3].float(), truth[:, 3])
        share = _ADVERSARY * min(1.0, max(0.0, (self.step - _ALONE) / _RISING))
        # random people have no truth to be held to, but the network has only detail to add
        strayed = (made - matted(decoded))[known:].float()
        coarse = functional.avg_pool2d(strayed, _COARSE).abs().mean()
        loss = _PIXELS * pixels + _ALPHA * alpha + _FEATURES * features + share * adversary
        loss = loss + _STRAYING * coarse
        self.for_generator.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self.for_generator.step()
        losses = {"D": d_loss, "G": adversary, "features": features, "pixels": pixels}
        return {name: float(loss.detach()) for name, loss in losses.items()}

    def measure_precision(self) -> None:
        """Take the faster of fp32 and bf16 for what the generator and the eyes do."""
        count = min(4, self.preset.chunk)
        latents = torch.from_numpy(self.latents[:count]).to(self.preset.device)
        decoded, noise = self.decoded(latents), self.noise(count, 0)
        side = self.preset.crop

        def once() -> None:
            made = self.generator(decoded, latents, noise)
            torch.stack(
                [one.float().mean() for one in self.eyes(made[:, :3, :side, :side])]
            ).sum().backward()  # type: ignore[no-untyped-call]

        self.precision = fastest(once, self.preset.device)
        self.generator.zero_grad()

    def parts(self) -> dict[str, checkpoints.Stateful]:
        """What a checkpoint holds."""
        return {
            "generator": self.generator, "average": self.average, "heads": self.heads,
            "projection": self.projection, "for_generator": self.for_generator,
            "for_heads": self.for_heads,
        }  # fmt: skip

    def save(self, path: Path) -> None:
        """Write everything that going on needs."""
        checkpoints.save(path, self.parts(), {"step": self.step, "minutes": self.minutes})

    def resume(self, path: Path) -> None:
        """Go on from a checkpoint, if there is one; the one that is kept is of what is shipped."""
        counters = checkpoints.resume(
            path, self.parts(), lambda: weights(shipped("latent_generator"))
        )
        self.step = int(counters.get("step", 0))
        self.minutes = counters.get("minutes", 0.0)
