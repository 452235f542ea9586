"""The cross-domain encoder: crops of a photo or a drawing to codes that mean the same.

One small residual network looks at each crop (told apart by a learned bias), and gives for every
attribute that the crop can show an 8-d code of unit length. Values of attributes are prototypes on
the same spheres; photos and drawings of the same value meet at its prototype.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

CODE = 8
SHARPNESS = 12.0
"""Cosine times this is a value's score."""


class Block(nn.Module):
    """Two 3x3 convolutions around a shortcut; the first halves the picture if asked to."""

    def __init__(self, inside: int, outside: int, stride: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(inside, outside, 3, stride, 1, bias=False)
        self.first_norm = nn.BatchNorm2d(outside)
        self.second = nn.Conv2d(outside, outside, 3, 1, 1, bias=False)
        self.second_norm = nn.BatchNorm2d(outside)
        self.shortcut = nn.Conv2d(inside, outside, 1, bias=False)
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        """(N, inside, H, W) -> (N, outside, H / stride, W / stride)."""
        y = functional.relu(self.first_norm(self.first(x)))
        y = self.second_norm(self.second(y))
        short = functional.avg_pool2d(x, self.stride) if self.stride > 1 else x
        return functional.relu(y + self.shortcut(short))


class CrossDomain(nn.Module):
    """attributes: per kind of crop, attribute -> its values."""

    def __init__(self, attributes: Sequence[Mapping[str, Sequence[str]]], width: int = 24) -> None:
        super().__init__()
        self.attributes = [dict(kind) for kind in attributes]
        self.stem = nn.Conv2d(3, width, 3, 2, 1)
        self.kinds = nn.Parameter(torch.zeros(len(attributes), width))
        self.body = nn.Sequential(
            Block(width, 2 * width, 2), Block(2 * width, 3 * width, 2),
            Block(3 * width, 5 * width, 2), nn.Dropout2d(0.1),
        )  # fmt: skip
        inside = 5 * width * 16
        self.heads = nn.ModuleList(nn.Linear(inside, CODE * len(kind)) for kind in self.attributes)
        self.prototypes = nn.ParameterList(
            nn.Parameter(torch.randn(len(values), CODE))
            for kind in self.attributes
            for values in kind.values()
        )

    def forward(self, crops: Tensor) -> tuple[Tensor, Tensor]:
        """(N, kinds, 3, 64, 64) in 0..1 -> codes (N, A, 8) of unit length, scores (N, C)."""
        n, kinds = crops.shape[:2]
        x = self.stem(crops.flatten(0, 1) * 2 - 1)  # (N * kinds, width, 32, 32)
        x = functional.relu(x + self.kinds.repeat(n, 1)[:, :, None, None])
        x = self.body(x).flatten(1).unflatten(0, (n, kinds))  # (N, kinds, 5 * width * 4 * 4)
        codes = torch.cat(
            [head(x[:, k]).unflatten(1, (-1, CODE)) for k, head in enumerate(self.heads)], 1
        )
        codes = functional.normalize(codes, dim=2)  # (N, A, 8)
        scores = [
            codes[:, a] @ functional.normalize(prototypes, dim=1).T * SHARPNESS
            for a, prototypes in enumerate(self.prototypes)
        ]
        return codes, torch.cat(scores, 1)
