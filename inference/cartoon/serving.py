"""The person as painted or drawn: by the style network, likeness brought back, or by hand.

Ghiasi et al., "Exploring the structure of a real-time, arbitrary neural artistic stylization
network", BMVC 2017 (arXiv:1705.06830), in Magenta's mobile version.
"""

import cv2
import numpy as np

from inference.cartoon import borrowed, canvas, likeness, styles, tensors
from inference.cartoon.drawn import STYLES
from inference.errors import UnknownSetting
from inference.family import Image, Picture, Subject, photographed
from inference.models.calls import Call, Calls
from inference.pictures.die_cut import die_cut
from storage.contract.kinds import CARTOON, Setting

SCENE = "scene"
"""The setting that paints the whole picture instead of the person alone."""


class Cartoon:
    """Implements ``inference.family.Family``."""

    kind = CARTOON.name

    def make(
        self, subject: Subject, settings: tuple[Setting, ...], picture: Image | None = None
    ) -> Calls[Picture]:
        """Lay the person on the canvas, paint or draw, and cut them out.

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
        portrait = photographed(subject)
        laid = canvas.surroundings(portrait) if scene else canvas.lay(portrait)
        if style.name in STYLES:
            drawn = STYLES[style.name](laid, style.amount)
            colours = likeness.faded(drawn, laid, style.amount)
        else:
            painted = yield from _painted(laid, style, lent)
            colours = likeness.restore(painted, laid, style.amount)
        rgba = np.asarray(cv2.merge([colours, laid.alpha]), np.uint8)
        return Picture((rgba if scene else die_cut(rgba),))


def _painted(laid: canvas.Canvas, style: Setting, lent: Image | None) -> Calls[Image]:
    """What the style network makes of the canvas: (512, 512, 3) RGB.

    It takes ``content`` (1, 3, 512, 512) RGB 0..1 and ``style`` (1, 100, 1, 1), and gives
    ``stylized`` (1, 3, 512, 512) RGB 0..1.
    """
    if lent is not None:
        code = borrowed.mixed(lent, style.amount, laid.flat)
    else:
        code = styles.mixed(style.name, style.amount, laid.flat)
    content = tensors.to_planes(laid.flat)[None]
    outputs = yield Call("style_transfer", {"content": content, "style": code[None, :, None, None]})
    return tensors.to_picture(outputs["stylized"][0])
