"""The person as painted: arbitrary style transfer on the cut-out, likeness brought back.

Ghiasi et al., "Exploring the structure of a real-time, arbitrary neural artistic stylization
network", BMVC 2017 (arXiv:1705.06830), in Magenta's mobile version.
"""

from dataclasses import dataclass

import numpy as np

from inference.cartoon import canvas, likeness, styles
from inference.errors import UnknownSetting
from inference.face.report import Portrait
from inference.family import Picture, Prepared, Tensors
from inference.sticker import die_cut
from storage.kinds import CARTOON, Setting


@dataclass(frozen=True, slots=True)
class _Work:
    canvas: canvas.Canvas
    amount: float


class Cartoon:
    """Implements ``inference.family.Family``.

    The network takes ``content`` (3, 512, 512) RGB 0..1 and ``style`` (100, 1, 1), and gives
    ``stylized`` (3, 512, 512) RGB 0..1.
    """

    kind = CARTOON.name
    model: str | None = "style_transfer"

    def prepare(self, portrait: Portrait, settings: tuple[Setting, ...]) -> Prepared:
        """Lay the person on the canvas and mix the style: one setting, a painting and how much.

        Raises:
            UnknownSetting: several settings, or no painting of that name, or an amount out of
                range.
        """
        chosen, *more = settings or CARTOON.default
        bounds = CARTOON.amount
        if more or bounds is None or not bounds.low <= chosen.amount <= bounds.high:
            raise UnknownSetting("one painting at a time, with an amount from 0 to 1")
        work = _Work(canvas.lay(portrait), chosen.amount)
        content = work.canvas.flat.transpose(2, 0, 1).astype(np.float32) / np.float32(255)
        style = styles.mixed(chosen.name, chosen.amount, work.canvas.flat)
        return Prepared(work, {"content": content, "style": style[:, None, None]})

    def finish(self, prepared: Prepared, outputs: Tensors | None) -> Picture:
        """Bring the likeness back into the painting and cut it out."""
        work = prepared.context
        assert isinstance(work, _Work)  # noqa: S101 -- our own prepare made it
        assert outputs is not None  # noqa: S101 -- this family has a network
        painted = outputs["stylized"].transpose(1, 2, 0).astype(np.float32) * 255
        colours = likeness.restore(painted, work.canvas, work.amount)
        return Picture((die_cut(np.dstack([colours, work.canvas.alpha])),))
