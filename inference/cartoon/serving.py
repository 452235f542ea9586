"""The person as painted or drawn: by the style network, likeness brought back, or by hand.

Ghiasi et al., "Exploring the structure of a real-time, arbitrary neural artistic stylization
network", BMVC 2017 (arXiv:1705.06830), in Magenta's mobile version.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from inference.cartoon import borrowed, canvas, likeness, styles, tensors
from inference.cartoon.drawn import STYLES
from inference.errors import UnknownSetting
from inference.face.report import Portrait
from inference.family import Image, Picture, Prepared, Tensors
from inference.pictures.die_cut import die_cut
from storage.contract.kinds import CARTOON, Setting

SCENE = "scene"
"""The setting that paints the whole picture instead of the person alone."""


@dataclass(frozen=True, slots=True)
class _Work:
    canvas: canvas.Canvas
    style: Setting
    scene: bool


class Cartoon:
    """Implements ``inference.family.Family``.

    The network takes ``content`` (3, 512, 512) RGB 0..1 and ``style`` (100, 1, 1), and gives
    ``stylized`` (3, 512, 512) RGB 0..1.
    """

    kind = CARTOON.name
    model: str | None = "style_transfer"

    def prepare(
        self,
        portrait: Portrait,
        settings: tuple[Setting, ...],
        picture: Image | None = None,
    ) -> Prepared:
        """Lay the person on the canvas and mix the style.

        settings: one style and how much of it; ``scene`` beside it keeps the surroundings.
        picture: (H, W, 3) RGB, where the style ``picture`` is taken from.

        Raises:
            UnknownSetting: several styles, or none of that name, or an amount out of range.
        """
        scene = any(setting.name == SCENE for setting in settings)
        chosen = [setting for setting in settings if setting.name != SCENE]
        style, *more = chosen or CARTOON.default
        bounds = CARTOON.amount
        if more or bounds is None or not bounds.low <= style.amount <= bounds.high:
            raise UnknownSetting("one style at a time, with an amount from 0 to 1")
        lent = picture if style.name == borrowed.PICTURE else None
        if lent is None and style.name not in STYLES and style.name not in styles.painted():
            raise UnknownSetting(f"no style is called {style.name!r}")
        laid = canvas.surroundings(portrait) if scene else canvas.lay(portrait)
        work = _Work(laid, style, scene)
        if style.name in STYLES:
            return Prepared(work)
        content = tensors.to_planes(laid.flat)
        if lent is not None:
            code = borrowed.mixed(lent, style.amount, laid.flat)
        else:
            code = styles.mixed(style.name, style.amount, laid.flat)
        return Prepared(work, {"content": content, "style": code[:, None, None]})

    def finish(self, prepared: Prepared, outputs: Tensors | None) -> Picture:
        """Draw, or bring the likeness back into the painting; then cut the person out."""
        work = prepared.context
        assert isinstance(work, _Work)  # noqa: S101 -- our own prepare made it
        name, amount = work.style.name, work.style.amount
        if outputs is None:
            colours = likeness.faded(STYLES[name](work.canvas, amount), work.canvas, amount)
        else:
            painted = tensors.to_picture(outputs["stylized"])
            colours = likeness.restore(painted, work.canvas, amount)
        rgba = np.asarray(cv2.merge([colours, work.canvas.alpha]), np.uint8)
        return Picture((rgba if work.scene else die_cut(rgba),))
