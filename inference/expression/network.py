"""GANimation made small: one network says where skin flows, where it changes, and into what.

GANimation (Pumarola et al., "GANimation: anatomically-aware facial animation from a single image",
ECCV 2018) paints a face's next expression as ``A * photo + (1 - A) * C`` with an attention mask A
and colours C. Here the photo is moved by a flow first, so that A and C are left with what moving
skin can't give (folds, light, the mouth's inside), and all three are smooth enough to be made at
128 px and applied at the photo's own size. Its condition is the *change* of expression, as in
"Relative attributes" (Wu et al., RelGAN, 2019): zero stands for the photo itself.
"""

from dataclasses import dataclass
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from inference.expression.placing import MOVEMENTS, SIDE

_OPEN = 0.9


@dataclass(frozen=True, slots=True)
class Architecture:
    """Sizes.

    side: of the picture, px. widths: channels at 1/4, 1/8 and 1/16 of the side. style: of the
    condition's embedding. tail: channels at half the side. reach: the longest flow as a share of
    the side.
    """

    side: int = SIDE
    movements: int = len(MOVEMENTS)
    widths: tuple[int, int, int] = (48, 80, 112)
    style: int = 96
    tail: int = 16
    reach: float = 0.16


class Edit(NamedTuple):
    """What becomes of a picture.

    flow: (N, 2, S, S), x and y to add to a pixel's place to find its source, as shares of the side.
    attention: (N, 1, S, S) 0..0.9, how much of the moved photo stays. residual: (N, 3, S, S) -2..2,
    what the paper's colours add to it where it does not.
    """

    flow: Tensor
    attention: Tensor
    residual: Tensor


class Block(nn.Module):
    """A residual block whose normalised features are scaled and shifted by the style."""

    def __init__(self, channels_in: int, channels_out: int, style: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels_in, channels_out, 3, padding=1)
        self.second = nn.Conv2d(channels_out, channels_out, 3, padding=1)
        self.skip = (
            nn.Conv2d(channels_in, channels_out, 1)
            if channels_in != channels_out
            else nn.Identity()
        )
        self.affine = nn.Linear(style, 2 * channels_out)
        nn.init.normal_(self.affine.weight, std=0.05)
        nn.init.zeros_(self.affine.bias)
        nn.init.normal_(self.second.weight, std=0.01)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        """(N, in, H, W), (N, style) -> (N, out, H, W)."""
        h = self.first(functional.silu(x))
        h = h * torch.rsqrt(h.square().mean(1, keepdim=True) + 1e-4)
        scale, shift = self.affine(style)[:, :, None, None].chunk(2, 1)
        h = torch.addcmul(shift, h, 1 + scale)
        return cast("Tensor", self.skip(x) + self.second(functional.silu(h)))


class FlowGenerator(nn.Module):
    """Photo and change of expression -> flow, attention mask and colours."""

    def __init__(self, architecture: Architecture | None = None) -> None:
        super().__init__()
        a = self.architecture = architecture or Architecture()
        w4, w8, w16 = a.widths
        quarter = a.side // 4
        self.embed = nn.Sequential(nn.Linear(a.movements, a.style), nn.SiLU(),
                                   nn.Linear(a.style, a.style), nn.SiLU())  # fmt: skip
        self.place = nn.Parameter(0.1 * torch.randn(1, 8, quarter, quarter))
        self.enter = nn.Conv2d(3 * 16 + 8, w4, 3, padding=1)
        self.down4 = Block(w4, w4, a.style)
        self.down8 = Block(w4, w8, a.style)
        self.down16 = Block(w8, w16, a.style)
        self.middle = Block(w16, w16, a.style)
        self.up8 = Block(w16 + w8, w8, a.style)
        self.up4 = Block(w8 + w4, w4, a.style)
        self.flow = nn.Conv2d(w4, 2, 3, padding=1)
        self.usual = nn.Linear(a.movements, 2 * quarter * quarter, bias=False)
        self.sketch = Block(w4, w4, a.style)
        self.grow = nn.Conv2d(w4, 4 * a.tail, 3, padding=1)
        self.fine = nn.Conv2d(a.tail + 3 * 4, a.tail, 3, padding=1)
        self.paint = nn.Conv2d(a.tail, 4 * 4, 3, padding=1)
        nn.init.zeros_(self.usual.weight)
        nn.init.zeros_(self.flow.weight)
        nn.init.zeros_(cast("Tensor", self.flow.bias))
        nn.init.normal_(self.paint.weight, std=0.1)

    def forward(self, photo: Tensor, change: Tensor) -> Edit:
        """See the class.

        Args:
            photo: (N, 3, S, S) RGB -1..1, the face in its place (``placing``).
            change: (N, movements), wanted minus present blendshapes, about -1..1.
        """
        style = self.embed(change)
        planes = functional.pixel_unshuffle(photo, 4)  # (N, 48, S/4, S/4)
        place = self.place.expand(photo.shape[0], -1, -1, -1)
        x4 = self.down4(self.enter(torch.cat([planes, place], 1)), style)
        x8 = self.down8(functional.avg_pool2d(x4, 2), style)
        x16 = self.middle(self.down16(functional.avg_pool2d(x8, 2), style), style)
        x8 = self.up8(torch.cat([_twice(x16), x8], 1), style)
        x4 = self.up4(torch.cat([_twice(x8), x4], 1), style)
        # what a movement does to most faces, and what this one adds
        usual = self.usual(change).reshape(-1, 2, *x4.shape[-2:])
        reach = self.architecture.reach
        flow = reach * torch.tanh(usual / reach + self.flow(x4))  # (N, 2, S/4, S/4)
        size = list(photo.shape[-2:])
        flow = functional.interpolate(flow, size, mode="bilinear", align_corners=False)
        x2 = functional.pixel_shuffle(self.grow(self.sketch(x4, style)), 2)  # (N, tail, S/2, S/2)
        x2 = torch.cat([x2, functional.pixel_unshuffle(photo, 2)], 1)
        x2 = functional.silu(self.fine(functional.silu(x2)))
        painted = functional.pixel_shuffle(self.paint(x2), 2)  # (N, 4, S, S)
        attention = _OPEN * torch.sigmoid(
            painted[:, :1] + 1.0
        )  # never shut: shut, it learns nothing
        return Edit(flow, attention, 2 * torch.tanh(painted[:, 1:]))


def _twice(x: Tensor) -> Tensor:
    return functional.interpolate(x, scale_factor=2.0, mode="nearest")


def moved(photo: Tensor, flow: Tensor) -> Tensor:
    """Move pictures (N, C, S, S) by a flow (N, 2, S, S) in shares of the side."""
    side = photo.shape[-1]
    line = (torch.arange(side, device=photo.device, dtype=flow.dtype) + 0.5) * 2 / side - 1
    grid = torch.stack(torch.meshgrid(line, line, indexing="xy"), dim=-1)  # (S, S, 2)
    return functional.grid_sample(
        photo.to(flow.dtype), grid + 2 * flow.permute(0, 2, 3, 1),
        mode="bilinear", padding_mode="border", align_corners=False,
    )  # fmt: skip


def composed(photo: Tensor, edit: Edit) -> Tensor:
    """Return (N, 3, S, S) -1..1: the edited pictures."""
    # the paper adds up A times this and (1 - A) times what the residual makes of it
    return moved(photo, edit.flow) + (1 - edit.attention) * edit.residual
