"""TwinGAN as its inventor trained it, for comparison (torch).

Li, 2018: a progressive generator and an encoder that mirrors it, a skip at every size, everything
shared but the normalisation's parameters, no pairs. Each domain comes back as itself (L1 and a
judge), photos become drawings (a judge), whose embedding shall be the photo's; DRAGAN keeps the
judges smooth. Weights of the losses are the inventor's; channels are fewer, and the rate is the
progressive GAN's, ten times his: at his so small a budget would teach nothing.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from inference.cartoon import condition
from inference.cartoon.network import DomainNorm, one_hot
from inference.cartoon.training.twins import Twins
from inference.latent.progressive_network import FIRST, Architecture, Critic, faded
from inference.training.stepping import follow

_WIDTHS = (96, 96, 64, 48, 24)  # at 4, 8, 16, 32 and 64 px
_SHARES = (0.15, 0.15, 0.25)  # of all steps, at 8, 16 and 32 px; half of each fades in
_SAME, _ALIKE, _SMOOTH = 1.0, 0.1, 0.25
_NOISE = 0.5  # of a batch's deviation: how far around real pictures a judge shall be smooth
_RATE, _BETAS = 1e-3, (0.5, 0.99)
_JUDGED = ("photo", "drawing")


class Layer(nn.Module):
    """A convolution, normalised by domain."""

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(channels_in, channels_out, 3, padding=1)
        self.norm = DomainNorm(channels_out)

    def forward(self, x: Tensor, domain: Tensor) -> Tensor:
        """(N, in, H, W) to (N, out, H, W). domain: (N, D)."""
        return functional.leaky_relu(self.norm(self.convolution(x), domain), 0.2)


class Progressive(nn.Module):
    """Encoder and generator, which grow together; level 1 is 8 px."""

    def __init__(self, widths: Sequence[int] = _WIDTHS) -> None:
        super().__init__()
        steps = list(pairwise(widths))
        self.seeing = nn.ModuleList(nn.Conv2d(3, width, 1) for width in widths)
        self.encoders = nn.ModuleList(
            nn.ModuleList((Layer(b, b), Layer(b, a))) for a, b in steps
        )  # fmt: skip
        self.told = nn.Linear(condition.LENGTH, widths[0])
        self.decoders = nn.ModuleList(
            nn.ModuleList((Layer(a, b), Layer(2 * b, b))) for a, b in steps
        )  # fmt: skip
        self.painting = nn.ModuleList(nn.Conv2d(width, 3, 1) for width in widths)

    def encode(self, pictures: Tensor, domain: Tensor, level: int, share: float) -> list[Tensor]:
        """Features (N, C, s, s) at 4 px and up to the level's own size, smallest first.

        share: of the newest layer, 1 when it is faded in.
        """
        x = self.seeing[level](pictures)
        found = []
        for at in reversed(range(level)):
            first, second = cast("nn.ModuleList", self.encoders[at])
            x = first(x, domain)
            found.append(x)
            x = functional.avg_pool2d(second(x, domain), 2)
            if share < 1 and at == level - 1:
                x = torch.lerp(self.seeing[at](functional.avg_pool2d(pictures, 2)), x, share)
        return [x, *reversed(found)]

    def decode(
        self, features: Sequence[Tensor], domain: Tensor, told: Tensor, share: float
    ) -> Tensor:
        """A picture of a domain (N, 3, S, S) in -1..1. told: (N, 7) of ``condition.of``."""
        x = before = features[0] + self.told(told)[..., None, None]
        for skipped, block in zip(features[1:], self.decoders, strict=False):
            wider, joining = cast("nn.ModuleList", block)
            before, x = x, wider(functional.interpolate(x, scale_factor=2.0), domain)
            x = joining(torch.cat([x, skipped], 1), domain)
        level = len(features) - 1
        painted = torch.tanh(self.painting[level](x))
        if share < 1:
            old = functional.interpolate(self.painting[level - 1](before), scale_factor=2.0)
            painted = torch.lerp(torch.tanh(old), painted, share)
        return painted


class Original:
    """The network, a judge for each domain, and their optimisers."""

    def __init__(self, twins: Twins, size: int, steps: int) -> None:
        """size: of a batch. steps: of the whole training, which growing is planned by."""
        torch.manual_seed(0)
        self.twins, self.size, self.steps, self.step = twins, size, steps, 0
        self.network = Progressive()
        architecture = Architecture(planes=3, widths=_WIDTHS)
        self.judges = nn.ModuleDict({name: Critic(architecture) for name in _JUDGED})
        self.for_network = torch.optim.Adam(self.network.parameters(), _RATE, _BETAS)
        self.for_judges = torch.optim.Adam(self.judges.parameters(), _RATE, _BETAS)

    def grown(self) -> tuple[int, float]:
        """Level, and share of its newest layer."""
        lasting = [max(1, round(part * self.steps)) for part in _SHARES]
        level, left = 1, self.step
        while level <= len(lasting) and left >= lasting[level - 1]:
            left -= lasting[level - 1]
            level += 1
        whole = [*lasting, self.steps - sum(lasting)][level - 1]
        return level, 1.0 if level == 1 else min(1.0, (left + 1) / max(1, whole // 2))

    def advance(self) -> dict[str, float]:
        """Do one step on photos and drawings of different people."""
        chance = np.random.default_rng([1, self.step])
        batch = self.twins.batch(chance, self.size)
        level, share = self.grown()
        side = FIRST << level
        photos, drawings = (
            faded(functional.adaptive_avg_pool2d(pictures, side), share)
            for pictures in (batch.photos, batch.drawings.roll(1, 0))
        )
        own, others = batch.conditions, batch.conditions.roll(1, 0)
        photo, drawing = one_hot("photo", self.size), one_hot("drawing", self.size)
        network = self.network
        of_photos = network.encode(photos, photo, level, share)
        of_drawings = network.encode(drawings, drawing, level, share)
        same = network.decode(of_photos, photo, own, share)
        redrawn = network.decode(of_drawings, drawing, others, share)
        drawn = network.decode(of_photos, drawing, own, share)
        again = network.encode(drawn, drawing, level, share)
        made = {"photo": (same,), "drawing": (redrawn, drawn)}
        self.judges.requires_grad_(False)
        losses = {
            "same": _SAME
            * (functional.l1_loss(same, photos) + functional.l1_loss(redrawn, drawings)),
            "fooled": torch.stack([
                functional.softplus(-self.judges[name](one, level, share)).mean()
                for name, pictures in made.items() for one in pictures
            ]).sum(),
            "alike": _ALIKE * functional.l1_loss(again[0], of_photos[0]),
        }  # fmt: skip
        follow(torch.stack(list(losses.values())).sum(), self.for_network)
        self.judges.requires_grad_(True)
        real = {"photo": photos, "drawing": drawings}
        losses["judged"] = torch.stack([
            self._judged(name, real[name], torch.cat(pictures).detach(), level, share)
            for name, pictures in made.items()
        ]).sum()  # fmt: skip
        follow(losses["judged"], self.for_judges)
        self.step += 1
        return {name: float(loss.detach()) for name, loss in losses.items()}

    def _judged(self, name: str, real: Tensor, fake: Tensor, level: int, share: float) -> Tensor:
        """Tell real from made, with a slope near 1 around what is real (Kodali et al., 2017)."""
        judge = self.judges[name]
        near = (real + _NOISE * real.std() * torch.rand_like(real)).requires_grad_()
        (slope,) = torch.autograd.grad(judge(near, level, share).sum(), near, create_graph=True)
        smooth = (slope.flatten(1).norm(dim=1) - 1).square().mean()
        loss: Tensor = (
            functional.softplus(-judge(real, level, share)).mean()
            + functional.softplus(judge(fake, level, share)).mean() + _SMOOTH * smooth
        )  # fmt: skip
        return loss

    def draw(self, photos: Tensor, conditions: Tensor) -> Tensor:
        """Draw photos (N, 3, S, S), told (N, 7)."""
        level, share = self.grown()
        side = FIRST << level
        domain = one_hot("photo", len(photos)), one_hot("drawing", len(photos))
        with torch.no_grad():
            small = functional.adaptive_avg_pool2d(photos, side)
            features = self.network.encode(small, domain[0], level, share)
            drawn = self.network.decode(features, domain[1], conditions, share)
            return functional.interpolate(drawn, list(photos.shape[-2:]), mode="bilinear")
