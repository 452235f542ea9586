"""The convolutional autoencoder that first matched selfies with emoji parts (torch).

Sizes are its inventors': 288 px in, four convolutions with ReLU, 16,384 numbers to an 8-d code,
and back.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

CODE = 8
SIDE = 288


class Autoencoder(nn.Module):
    """The code is rectified, as everything in it."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(3, 16, 3, 2, 1), nn.ReLU(),  # (N, 16, 144, 144)
            nn.Conv2d(16, 64, 3, 2, 1), nn.ReLU(),  # (N, 64, 72, 72)
            nn.Conv2d(64, 128, 5, 3, 2), nn.ReLU(),  # (N, 128, 24, 24)
            nn.Conv2d(128, 256, 5, 3, 1), nn.ReLU(),  # (N, 256, 8, 8)
            nn.Flatten(), nn.Linear(256 * 8 * 8, CODE), nn.ReLU(),
        )  # fmt: skip
        # a rectified code that starts at nothing never comes alive
        nn.init.constant_(self.encoder[-2].bias, 0.5)  # type: ignore[arg-type]
        self.widen = nn.Sequential(nn.Linear(CODE, 256 * 8 * 8), nn.ReLU())
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(256, 128, 5, 3), nn.ReLU(),  # (N, 128, 26, 26)
            nn.ConvTranspose2d(128, 64, 5, 3, 2, 1), nn.ReLU(),
            nn.ConvTranspose2d(64, 16, 3, 2, 1, 1), nn.ReLU(),
            nn.ConvTranspose2d(16, 3, 3, 2, 1, 1),
        )  # fmt: skip

    def forward(self, crops: Tensor) -> Tensor:
        """(N, 3, 288, 288) in 0..1 -> codes (N, 8)."""
        codes: Tensor = self.encoder(crops)
        return codes

    def rebuild(self, codes: Tensor) -> Tensor:
        """Codes (N, 8) -> (N, 3, 288, 288): the middle of the decoder's 308 px."""
        x = self.decoder(self.widen(codes).reshape(-1, 256, 8, 8))
        edge = (x.shape[-1] - SIDE) // 2
        return torch.sigmoid(x[..., edge : edge + SIDE, edge : edge + SIDE])


def loss(network: Autoencoder, crops: Tensor) -> Tensor:
    """Mean squared error of the rebuilt crops."""
    return functional.mse_loss(network.rebuild(network(crops)), crops)
