"""The person drawn in clean shapes, painted by the style network, or rendered from the photo.

Ghiasi et al., "Exploring the structure of a real-time, arbitrary neural artistic stylization
network", BMVC 2017 (arXiv:1705.06830), in Magenta's mobile version.
"""

import cv2
import numpy as np

from inference.avatars.animation import FRAMES_PER_SECOND
from inference.cartoon import borrowed, canvas, guest, likeness, styles, tensors, twin
from inference.cartoon.portrait import composing, looks, moods, motion, options, sitter
from inference.cartoon.portrait.looks import LOOKS
from inference.cartoon.portrait.options import Options
from inference.cartoon.rendered import STYLES
from inference.errors import UnknownSetting
from inference.face.report import Lab, Portrait
from inference.family import Express, Image, Picture, Subject, photographed
from inference.models.calls import Call, Calls
from inference.pictures import svg
from inference.pictures.compositing import flattened
from inference.pictures.die_cut import SIDE, die_cut, die_cut_frames
from inference.pictures.images import from_lab, to_lab
from storage.contract.kinds import CARTOON, Setting

SCENE = "scene"
"""The setting that keeps the surroundings: painted, or in their colour behind a drawing."""

_LEAST = 0.02  # of a portrait: less background has no colour


class Cartoon:
    """Implements ``inference.family.Family``."""

    kind = CARTOON.name

    def __init__(self, express: Express | None = None, *, guest: bool = False) -> None:
        """Take what others lend.

        express: gives the person another expression before they are drawn in a mood. guest:
        whether there is a style model of the operator's.
        """
        self._express = express
        self._guest = guest

    def make(
        self, subject: Subject, settings: tuple[Setting, ...], picture: Image | None = None
    ) -> Calls[Picture]:
        """Draw, paint or render the person, and cut them out.

        settings: one look and what is wished for of it in groups, or one style and how much of it;
        ``scene`` beside it keeps the surroundings. picture: (H, W, 3) RGB, where the style
        ``picture`` is taken from.

        Raises:
            UnknownSetting: several styles, or none of that name, or an amount out of range.
        """
        scene = any(setting.name == SCENE for setting in settings)
        chosen = [setting for setting in settings if setting.name not in CARTOON.beside]
        style, *more = chosen or CARTOON.default
        bounds = CARTOON.amount
        if more or bounds is None or not bounds.low <= style.amount <= bounds.high:
            raise UnknownSetting("one style at a time, with an amount from 0 to 1")
        lent = picture if style.name == borrowed.PICTURE else None
        known = (*LOOKS, *STYLES, *styles.painted(), *twin.STYLES)
        if self._guest:
            known = (*known, guest.NAME)
        if lent is None and style.name not in known:
            raise UnknownSetting(f"no style is called {style.name!r}")
        portrait = photographed(subject)
        if style.name in LOOKS:
            behind = _surroundings(portrait) if scene else None
            wishes = options.of((setting.name for setting in settings), behind)
            if wishes.moving:
                return self._film(portrait, style.name, wishes)
            if wishes.mood is not None:
                if self._express is None:
                    raise UnknownSetting("nobody here changes expressions")
                portrait = self._express(portrait, moods.expression(wishes.mood))
            return _drawn(portrait, style.name, wishes)
        if style.name in twin.STYLES:
            wishes = options.of(setting.name for setting in settings)
            person, domain = portrait.once(sitter.sit), twin.STYLES[style.name]
            drawn = yield from twin.draw(person, wishes, domain)
            behind = _surroundings(portrait) if scene else None
            return Picture((die_cut(drawn if behind is None else _before(drawn, behind)),))
        laid = canvas.surroundings(portrait) if scene else canvas.lay(portrait)
        facts = {}
        if style.name == guest.NAME:
            painted, licence = yield from guest.painted(laid.flat)
            colours, facts = likeness.faded(painted, laid, style.amount), {"licence": licence}
        elif style.name in STYLES:
            rendered = STYLES[style.name](laid, style.amount)
            colours = likeness.faded(rendered, laid, style.amount)
        else:
            painted = yield from _painted(laid, style, lent)
            colours = likeness.restore(painted, laid, style.amount)
        rgba = np.asarray(cv2.merge([colours, laid.alpha]), np.uint8)
        return Picture((rgba if scene else die_cut(rgba),), facts=facts)

    def _film(self, portrait: Portrait, look: str, wishes: Options) -> Picture:
        """Draw the person moving, in a mood or blinking."""
        express = self._express
        if express is None:
            raise UnknownSetting("nobody here changes expressions")

        def expressed(face: tuple[Setting, ...]) -> sitter.Sitter:
            return (express(portrait, face) if face else portrait).once(sitter.sit)

        frames = motion.film(look, wishes, expressed)
        return Picture(die_cut_frames(frames, drawn=True), FRAMES_PER_SECOND)


def _drawn(portrait: Portrait, look: str, wishes: Options) -> Picture:
    """Draw the person as a sticker, and as an SVG document."""
    person = portrait.once(sitter.sit)
    drawing = composing.drawn(person, look, wishes)
    over = ""
    if wishes.mood is not None:
        over = moods.over(wishes.mood, composing.bent_landmarks(person, look), drawing.palette)
    document = looks.svg(drawing, LOOKS[look], wishes, over)
    sticker = die_cut(svg.raster(document, SIDE), drawn=True)
    return Picture((sticker,), drawing=document)


def _before(drawn: Image, behind: Lab) -> Image:
    """Lay a drawing (H, W, 4) RGBA on a ground that fills its square."""
    r, g, b = from_lab(np.array([[behind]], np.float32))[0, 0].tolist()
    laid = flattened(drawn, (r, g, b))
    return np.dstack([laid, np.full(laid.shape[:2], 255, np.uint8)])


def _surroundings(portrait: Portrait) -> Lab | None:
    """The median colour of what is behind the person, if anything is seen of it."""
    behind = portrait.image[portrait.alpha == 0]
    if len(behind) < _LEAST * portrait.alpha.size:
        return None
    lightness, a, b = np.median(to_lab(np.ascontiguousarray(behind[None, ::7]))[0], axis=0).tolist()
    return lightness, a, b


def _painted(laid: canvas.Canvas, style: Setting, lent: Image | None) -> Calls[Image]:
    """What the style network makes of the canvas: (512, 512, 3) RGB.

    It takes ``content`` (1, 3, 512, 512) RGB 0..1 and ``style`` (1, 100, 1, 1), and gives
    ``stylized`` (1, 3, 512, 512) RGB 0..1.
    """
    if lent is not None:
        code = yield from borrowed.mixed(lent, style.amount, laid.flat)
    else:
        code = yield from styles.mixed(style.name, style.amount, laid.flat)
    content = tensors.to_planes(laid.flat)[None]
    outputs = yield Call("style_transfer", {"content": content, "style": code[None, :, None, None]})
    return tensors.to_picture(outputs["stylized"][0])
