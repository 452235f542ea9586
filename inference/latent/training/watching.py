"""What a training shows while it runs: losses, sample grids, distances (torch)."""

import csv
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from inference.latent.morphable import to_vectors
from inference.latent.training.loop import Training
from inference.latent.training.people import mixed
from inference.latent.training.views import plain
from inference.training.kid import embeddings, kid_lite0

_COLUMNS = 12
_SEED = 7


class Watch:
    """Writes grids and distances for one training.

    real: (N, S, S, 4) uint8 RGBA of faces that are not trained on. latents: (N, K) of theirs.
    """

    def __init__(
        self, training: Training, real: NDArray[np.uint8], latents: NDArray[np.float32], to: Path
    ) -> None:
        self.training = training
        self.folder = to
        side = training.generator.architecture.side
        spread = np.linspace(0, len(real) - 1, min(_COLUMNS, len(real))).astype(int)
        self.shown = torch.from_numpy(to_vectors(real[spread])).reshape(-1, 4, side, side)
        self.shown_latents = latents[spread]
        self.random = mixed(
            training.latents, training.preset.measured, np.random.default_rng(_SEED)
        )
        planes = torch.from_numpy(to_vectors(real)).reshape(-1, 4, side, side)
        self.real = embeddings(training.eyes, [plain(planes)])

    def grid(self) -> Path:
        """Write rows: unseen faces, linear model, network; then random people."""
        made = self.training
        with torch.no_grad():
            linear = made.decoded(torch.from_numpy(self.shown_latents).to(made.preset.device)).cpu()
        rows = [self.shown, linear, made.render(self.shown_latents)]
        people = made.render(self.random[: 3 * len(self.shown)])
        rows += list(torch.split(people, len(self.shown)))
        path = self.folder / f"samples_{made.step:06d}.png"
        Image.fromarray(np.vstack([_row(row, len(self.shown)) for row in rows])).save(path)
        return path

    def distance(self) -> float:
        """``kid_lite0`` of random people to unseen faces."""
        return self._distance(self.training.render(self.random))

    def linear_distance(self) -> float:
        """The same of the linear model alone."""
        with torch.no_grad():
            return self._distance(self.training.decoded(torch.from_numpy(self.random)).cpu())

    def _distance(self, planes: Tensor) -> float:
        return kid_lite0(self.real, embeddings(self.training.eyes, [plain(planes)]))

    def write(self, name: str, **values: float | str) -> None:
        """Add a line to a table of this training."""
        path = self.folder / f"{name}.csv"
        new = not path.exists()
        with path.open("a", newline="") as file:
            table = csv.DictWriter(file, values)
            if new:
                table.writeheader()
            table.writerow(values)


def _row(planes: Tensor, columns: int) -> NDArray[np.uint8]:
    pictures = ((plain(planes) + 1) * 127.5).byte().permute(0, 2, 3, 1).numpy()
    missing = np.full((columns - len(pictures), *pictures.shape[1:]), 128, np.uint8)
    return np.hstack([*pictures, *missing])
