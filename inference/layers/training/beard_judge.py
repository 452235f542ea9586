"""Train the judge of beards on photos as they are."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from rich.progress import track
from torch import Tensor, nn
from torch.nn import functional

from inference.layers.evaluation.beard_judge import PREFIX, WIDTHS, Floats

_EPOCHS, _FACES, _BATCH = 30, 960, 64  # faces drawn per epoch, and per step
_RATE = 3e-3
_WOMEN = 0.25  # weight of shaven women: with more, it learns that women have no beards
_EPSILON = 1e-5  # of nn.BatchNorm2d
_SURE = 0.97  # annotators draw the line to stubble anywhere


class Network(nn.Module):
    """3x3 convolutions, then mean and maximum over the picture."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before = 3
        for width, stride in WIDTHS:
            layers += [
                nn.Conv2d(before, width, 3, stride, 1, bias=False),
                nn.BatchNorm2d(width),
                nn.ReLU(),
            ]
            before = width
        self.layers = nn.Sequential(*layers)
        self.dropout = nn.Dropout(0.3)
        self.last = nn.Linear(2 * before, 1)

    def forward(self, seen: Tensor) -> Tensor:
        """(N, 3, H, W) -> (N,): above 0 there is facial hair."""
        found = self.layers(seen)  # (N, C, H / 8, W / 8)
        pooled = torch.cat([found.mean((2, 3)), found.amax((2, 3))], dim=1)
        answer: Tensor = self.last(self.dropout(pooled))
        return answer[:, 0]


def train(
    seen: Floats, answers: NDArray[np.int64], groups: Sequence[tuple[str, str]], seed: int = 0
) -> dict[str, Floats]:
    """Return the weights that ``beard_judge.score`` takes.

    Args:
        seen: (N, 3, H, W) from ``beard_judge.planes``.
        answers: (N,) 1 with facial hair, else 0.
        groups: (male, skin) of each face; every skin tone counts by the root of its number.
        seed: of all chance.
    """
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    chances = _chances(answers, groups)
    network = Network()
    optimiser = torch.optim.AdamW(network.parameters(), lr=_RATE, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, _RATE, total_steps=_EPOCHS * (_FACES // _BATCH)
    )
    target = torch.from_numpy(1 - _SURE + (2 * _SURE - 1) * answers.astype(np.float32))
    for _ in track(range(_EPOCHS), "teaching the judge of beards"):
        for batch in rng.choice(len(seen), _FACES, p=chances).reshape(-1, _BATCH):
            guess = network(_varied(torch.from_numpy(seen[batch])))
            loss = functional.binary_cross_entropy_with_logits(guess, target[batch])
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
    return folded(network.eval())


def folded(network: Network) -> dict[str, Floats]:
    """Fold a network's normalisation into its convolutions.

    Args:
        network: trained.

    Returns:
        Its weights by name.
    """
    state = {name: value.numpy() for name, value in network.state_dict().items()}
    weights = {"last_weight": state["last.weight"], "last_bias": state["last.bias"]}
    for place in range(len(WIDTHS)):
        norm = f"layers.{3 * place + 1}."
        gain = state[norm + "weight"] / np.sqrt(state[norm + "running_var"] + _EPSILON)
        kernels = state[f"layers.{3 * place}.weight"]
        weights[f"{place}_weight"] = kernels * gain[:, None, None, None]
        weights[f"{place}_bias"] = state[norm + "bias"] - state[norm + "running_mean"] * gain
    return {PREFIX + name: value for name, value in weights.items()}


def _chances(answers: NDArray[np.int64], groups: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
    """How likely each face is drawn: either answer as often, no skin tone far more than another."""
    chances = np.zeros(len(answers))
    for answer in (0, 1):
        for group in sorted(set(groups)):
            members = np.array([other == group for other in groups]) & (answers == answer)
            weight = 1.0 if answer or group[0] == "1" else _WOMEN
            chances[members] = weight / max(members.sum(), 1) ** 0.5
        chances[answers == answer] /= chances[answers == answer].sum()
    return np.asarray(chances / chances.sum())


def _varied(seen: Tensor) -> Tensor:
    """Turned, shifted, squeezed as by yaw, mirrored, lit from aside, tinted, noisy."""
    count, _, height, width = seen.shape

    def between(low: float, high: float) -> Tensor:
        return torch.rand(count) * (high - low) + low

    angle, across, down = between(-0.14, 0.14), between(0.82, 1.15), between(0.9, 1.1)
    across = torch.where(torch.rand(count) < 0.5, -across, across)
    rows = [
        torch.stack([across * angle.cos(), -down * angle.sin(), between(-0.12, 0.12)], dim=1),
        torch.stack([across * angle.sin(), down * angle.cos(), between(-0.1, 0.1)], dim=1),
    ]
    grid = functional.affine_grid(torch.stack(rows, dim=1), list(seen.shape), align_corners=False)
    seen = functional.grid_sample(seen, grid, padding_mode="border", align_corners=False)
    aside = torch.linspace(-0.8, 0.8, width)[None, None] * between(-1, 1)[:, None, None]
    above = torch.linspace(-0.4, 0.4, height)[None, :, None] * between(-1, 1)[:, None, None]
    contrast = torch.exp(between(-0.3, 0.3))[:, None, None]
    light = seen[:, 0] * contrast + aside + above + between(-0.5, 0.5)[:, None, None]
    cast = torch.stack([between(-0.6, 0.6), between(-0.6, 0.6)], dim=1)[:, :, None, None]
    tint = seen[:, 1:] * torch.exp(between(-0.3, 0.3))[:, None, None, None] + cast
    varied = torch.cat([light[:, None], tint], dim=1)
    return varied + torch.randn_like(varied) * between(0, 0.15)[:, None, None, None]
