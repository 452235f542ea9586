"""Train the autoencoder on crops of photos and drawings; resumable (torch)."""

import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from inference.avatars.synthetic import random_avatars
from inference.emoji import crops
from inference.emoji.autoencoder_network import SIDE, Autoencoder, loss
from inference.training import checkpoints
from inference.training.faces import Faces

_BATCH = 12
_RATE = 5e-4


def train(
    faces: Faces,
    minutes: float,
    checkpoint: Path,
    on_progress: Callable[[int, float, float], None],
    drawings: int = 1000,
) -> Autoencoder:
    """Train for some minutes, or go on from ``checkpoint``, which is written every minute.

    Args:
        faces: whose crops are learned from.
        minutes: of training in all.
        checkpoint: where training is kept.
        on_progress: gets step, minutes and loss about every ten seconds.
        drawings: how many avatars to learn from.
    """
    torch.manual_seed(0)
    network = Autoencoder()
    optimiser = torch.optim.Adam(network.parameters(), lr=_RATE)
    parts: dict[str, checkpoints.Stateful] = {"network": network, "optimiser": optimiser}
    counters = checkpoints.resume(checkpoint, parts)
    step, spent = int(counters.get("step", 0)), counters.get("minutes", 0.0)
    chance = np.random.default_rng(step)
    photos = np.flatnonzero(faces.training)
    specs = list(islice(random_avatars(1), drawings))
    begun = talked = saved = time.monotonic()
    while spent < minutes:
        some = [
            crops.of_face(faces.face(int(index)), SIDE)
            for index in chance.choice(photos, _BATCH // 6)
        ]
        some += [
            crops.of_avatar(specs[int(index)], SIDE)
            for index in chance.integers(len(specs), size=_BATCH // 6)
        ]
        value = loss(network, _tensor(np.concatenate(some)))
        optimiser.zero_grad()
        value.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        step += 1
        now = time.monotonic()
        spent += (now - begun) / 60
        begun = now
        if now - talked > 10 or spent >= minutes:
            on_progress(step, spent, float(value.detach()))
            talked = now
        if now - saved > 60 or spent >= minutes:
            checkpoints.save(checkpoint, parts, {"step": step, "minutes": spent})
            saved = now
    return network.eval()


def _tensor(pictures: NDArray[np.uint8]) -> torch.Tensor:
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255
