"""Train the cross-domain encoder on photos and drawings at once; resumable (torch).

Every photo has its annotator's labels, every random avatar its parts' tags. Both are pulled to the
same prototypes, under the same augmentation. A few faces of the training split are kept back; the
weights that agree best with their annotators are the ones that come out.
"""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from inference.avatars.synthetic import Tags, random_avatars, tags_of
from inference.emoji import crops
from inference.emoji.embedders import ATTRIBUTES
from inference.emoji.network import CrossDomain
from inference.emoji.training.exporting import restore_crossdomain
from inference.training import checkpoints
from inference.training.faces import Faces

_ROOM = 80  # px: crops are kept larger than the network's, for shifting and turning
_PHOTOS, _DRAWINGS = 32, 16  # of one batch; small ones took twice the steps in the same time
_RATE, _DECAY, _WARM_UP = 2e-3, 0.05, 100


@dataclass(frozen=True, slots=True)
class Progress:
    """Where training is, passed to the caller once in a while.

    agreement: per attribute, on the photos kept back; empty between measurements.
    """

    step: int
    minutes: float
    loss: float
    agreement: dict[str, float]


@dataclass(frozen=True, slots=True)
class _Set:
    """Crops (N, 3, 80, 80, 3) uint8 and allowed values (N, C) bool, all false where unknown."""

    crops: NDArray[np.uint8]
    allowed: NDArray[np.bool_]


def train(
    faces: Faces,
    minutes: float,
    checkpoint: Path,
    on_progress: Callable[[Progress], None],
    drawings: int = 4000,
    start: Path | None = None,
) -> CrossDomain:
    """Train for some minutes, or go on from ``checkpoint``, which is written every minute.

    Args:
        faces: with labels.
        minutes: of training in all.
        checkpoint: where training is kept.
        on_progress: gets the progress about every ten seconds, with agreement about every two
            minutes.
        drawings: how many avatars to learn from.
        start: an exported encoder to begin with; its normalisation then stays as it is.

    Returns:
        The average of the latest weights as it was when it agreed best with ``faces.tuning``.
    """
    vocabulary = [dict(kind) for kind in ATTRIBUTES]
    torch.manual_seed(0)
    network = CrossDomain(vocabulary).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    rate = _RATE
    if start is not None:
        restore_crossdomain(network, start)
        rate /= 2
    optimiser = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=_DECAY)
    average, best = _copy(network), _copy(network)
    parts: dict[str, checkpoints.Stateful] = {
        "network": network, "optimiser": optimiser, "average": average, "best": best,
    }  # fmt: skip
    counters = checkpoints.resume(checkpoint, parts)
    step, spent = int(counters.get("step", 0)), counters.get("minutes", 0.0)
    score = counters.get("score", -math.inf)
    photos, tuning = _photo_sets(faces, vocabulary)
    avatars = _avatar_set(drawings, vocabulary)
    batches = _batches(photos, avatars, seed=step)
    begun = saved = talked = measured = time.monotonic()
    while spent < minutes:
        fraction = min(spent / minutes, 1.0)
        for group in optimiser.param_groups:
            cosine = 0.5 + 0.5 * math.cos(math.pi * fraction)
            group["lr"] = rate * cosine * min(1.0, (step + 1) / _WARM_UP) + 1e-5
        pictures, allowed = next(batches)
        network.train()
        if start is not None:
            for layer in network.modules():
                if isinstance(layer, nn.BatchNorm2d):
                    layer.eval()
        _, scores = network(pictures)
        loss = objective(scores, allowed, vocabulary)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        step += 1
        keep = min(0.995, step / (step + 10))
        latest = network.state_dict()
        with torch.no_grad():
            for name, value in average.state_dict().items():
                if value.is_floating_point():
                    value.lerp_(latest[name], 1 - keep)
        now = time.monotonic()
        spent += (now - begun) / 60
        begun = now
        done = spent >= minutes
        if now - talked > 10 or done:
            agreement: dict[str, float] = {}
            if now - measured > 120 or done:
                agreement = agreements(average, tuning)
                measured = time.monotonic()
                if (mean := sum(agreement.values()) / len(agreement)) > score:
                    score = mean
                    best.load_state_dict(average.state_dict())
            on_progress(Progress(step, spent, float(loss.detach()), agreement))
            talked = now
        if now - saved > 60 or done:
            counters = {"step": step, "minutes": spent, "score": score}
            checkpoints.save(checkpoint, parts, counters)
            saved = now
    return best


def objective(
    scores: Tensor, allowed: Tensor, vocabulary: list[dict[str, tuple[str, ...]]]
) -> Tensor:
    """Mean over attributes of the negative log probability of the allowed values.

    Args:
        scores: (N, C).
        allowed: (N, C) bool; an attribute without allowed values doesn't count.
        vocabulary: per kind of crop, attribute -> its values.
    """
    losses, start = [], 0
    for values in (values for kind in vocabulary for values in kind.values()):
        part = slice(start, start + len(values))
        start += len(values)
        known = allowed[:, part].any(1)
        logs = functional.log_softmax(scores[known, part], 1)
        # labels are perceptions: leave every value a little chance
        hit = logs.masked_fill(~allowed[known, part], -1e9).logsumexp(1)
        losses.append(-0.95 * hit.mean() - 0.05 * logs.mean())
    return torch.stack(losses).mean()


def agreements(network: CrossDomain, photos: _Set) -> dict[str, float]:
    """Share of photos on which the network's first guess is the annotator's label."""
    size = photos.crops.shape[2]
    edge = (size - crops.SIDE) // 2
    inside = photos.crops[:, :, edge : edge + crops.SIDE, edge : edge + crops.SIDE]
    with torch.no_grad():
        _, scores = network.eval()(_tensor(inside))
    found, start = {}, 0
    for kind in network.attributes:
        for name, values in kind.items():
            part = slice(start, start + len(values))
            start += len(values)
            guess = scores[:, part].argmax(1).numpy()
            found[name] = float(photos.allowed[np.arange(len(guess)), part.start + guess].mean())
    return found


def _photo_sets(faces: Faces, vocabulary: list[dict[str, tuple[str, ...]]]) -> tuple[_Set, _Set]:
    cut = np.stack([_roomy(faces, index) for index in range(len(faces))])
    labels: list[Tags] = [
        {name: (values[index],) for name, values in faces.labels.items()}
        for index in range(len(faces))
    ]
    allowed = _allowed(labels, vocabulary)
    train, kept = faces.training & ~faces.tuning, faces.tuning
    return _Set(cut[train], allowed[train]), _Set(cut[kept], allowed[kept])


def _roomy(faces: Faces, index: int) -> NDArray[np.uint8]:
    return crops.of_face(faces.face(index), _ROOM, _ROOM / crops.SIDE)


def _avatar_set(count: int, vocabulary: list[dict[str, tuple[str, ...]]]) -> _Set:
    specs = list(islice(random_avatars(0), count))
    cut = np.stack([crops.of_avatar(spec, _ROOM, _ROOM / crops.SIDE) for spec in specs])
    return _Set(cut, _allowed([tags_of(spec) for spec in specs], vocabulary))


def _allowed(labels: list[Tags], vocabulary: list[dict[str, tuple[str, ...]]]) -> NDArray[np.bool_]:
    columns = [
        (name, value) for kind in vocabulary for name, values in kind.items() for value in values
    ]
    return np.array([[value in tags.get(name, ()) for name, value in columns] for tags in labels])


def _batches(photos: _Set, avatars: _Set, seed: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Augmented crops (N, 3, 3, 64, 64) and allowed values (N, C); rare photos come oftener."""
    chance = np.random.default_rng(seed)
    frequency = photos.allowed.mean(0)
    rarity = (photos.allowed / np.maximum(frequency, 0.005) ** 0.5).mean(1)
    while True:
        at = chance.choice(len(rarity), _PHOTOS, p=rarity / rarity.sum())
        drawn = chance.integers(len(avatars.crops), size=_DRAWINGS)
        pictures = _tensor(np.concatenate([photos.crops[at], avatars.crops[drawn]]))
        allowed = np.concatenate([photos.allowed[at], avatars.allowed[drawn]])
        yield augment(pictures), torch.from_numpy(allowed)


def augment(pictures: Tensor) -> Tensor:
    """Change crops so that each is as another photo might have had it.

    Turned, shifted, scaled, flipped, lit otherwise, blurred, noisy; crops of one face alike. Some
    are partly covered.

    Args:
        pictures: (N, K, 3, 80, 80) 0..1.

    Returns:
        (N, K, 3, 64, 64) 0..1.
    """
    n, kinds = pictures.shape[:2]
    flat = pictures.flatten(0, 1)
    angle = torch.randn(n, 1).mul(0.07).expand(n, kinds).flatten() + torch.randn(n * kinds) * 0.03
    scale = 0.8 * (1 + 0.06 * torch.randn(n * kinds))
    flip = (torch.rand(n, 1) < 0.5).float().mul(-2).add(1).expand(n, kinds).flatten()
    cosine, sine = angle.cos() * scale, angle.sin() * scale
    shift = torch.randn(2, n * kinds) * 0.05
    matrix = torch.stack([
        torch.stack([cosine * flip, -sine, shift[0]], 1),
        torch.stack([sine * flip, cosine, shift[1]], 1),
    ], 1)  # fmt: skip
    grid = functional.affine_grid(matrix, [n * kinds, 3, crops.SIDE, crops.SIDE], False)
    x = functional.grid_sample(flat, grid, padding_mode="border", align_corners=False)
    x = x.reshape(n, kinds, *x.shape[1:])
    gain = 1 + 0.12 * torch.randn(n, 1, 1, 1, 1) + 0.03 * torch.randn(n, 1, 3, 1, 1)
    gamma = torch.exp(0.12 * torch.randn(n, 1, 1, 1, 1))
    x = (x.clamp(1e-3, 1) ** gamma * gain).clamp(0, 1)
    soft = functional.avg_pool2d(x.flatten(0, 1), 3, 1, 1).reshape(x.shape)
    x = torch.lerp(x, soft, torch.rand(n, 1, 1, 1, 1) * (torch.rand(n, 1, 1, 1, 1) < 0.3))
    x = x + torch.randn_like(x) * 0.03 * torch.rand(n, 1, 1, 1, 1)
    covered = torch.rand(n, kinds) < 0.25
    for face, kind in covered.nonzero().tolist():
        top, left = torch.randint(0, crops.SIDE - 16, (2,)).tolist()
        x[face, kind, :, top : top + 16, left : left + 16] = torch.rand(3, 1, 1)
    return x


def _tensor(pictures: NDArray[np.uint8]) -> Tensor:
    return torch.from_numpy(pictures).permute(0, 1, 4, 2, 3).float() / 255


def _copy(network: CrossDomain) -> CrossDomain:
    copy = CrossDomain(network.attributes)
    copy.load_state_dict(network.state_dict())
    return copy.eval()
