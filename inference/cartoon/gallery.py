"""The gallery family: sheets of nine cartoon styles on the person's own face, to choose from."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.cartoon import canvas, likeness, styles, tensors, twin
from inference.cartoon import guest as guest_style
from inference.cartoon.portrait import composing, looks, sitter
from inference.cartoon.portrait.looks import LOOKS
from inference.cartoon.rendered import STYLES
from inference.face.report import Portrait
from inference.family import Image, Picture, Subject, photographed
from inference.models.calls import Call, Calls
from inference.pictures import sheet, svg
from inference.pictures.compositing import resize
from storage.contract.kinds import CARTOON, GALLERY, Setting

SHOWN = CARTOON.offered
"""Every style that a person alone is enough for, in the order of the pages."""

_SIDE = 240  # px: what the network paints for a cell, a fifth of the work of a sticker
_FINER = 0.45  # how much of the photo returns to eyes and mouth, where brushes are twice as wide
_STRENGTH = 0.6 if CARTOON.amount is None else CARTOON.amount.default


class Gallery:
    """Implements ``inference.family.Family``; a page's paintings are one call."""

    kind = GALLERY.name

    def __init__(self, *, guest: bool = False) -> None:
        """guest: whether there is a style model of the operator's, shown last."""
        self._shown = (*SHOWN, guest_style.NAME) if guest else SHOWN

    def make(
        self,
        subject: Subject,
        settings: tuple[Setting, ...],
        picture: Image | None = None,  # noqa: ARG002 -- no setting takes one
    ) -> Calls[Picture]:
        """Draw and paint the person in each style of the page that the setting names."""
        page = sheet.page(self._shown, sheet.asked(GALLERY, settings).page)
        portrait = photographed(subject)
        names = [name for name in page.names if name != guest_style.NAME]
        drawn, facts = (yield from previews(portrait, names)), dict(page.facts())
        if len(names) < len(page.names):
            laid = canvas.lay(portrait)
            painted, facts["licence"] = yield from guest_style.painted(laid.flat)
            whole = np.dstack([likeness.faded(painted, laid, _STRENGTH), laid.alpha])
            drawn.append(whole)
        return Picture((sheet.numbered(drawn),), facts=facts)


def previews(portrait: Portrait, names: Sequence[str]) -> Calls[list[NDArray[np.uint8]]]:
    """Paint the person in each style, at its usual strength.

    Args:
        portrait: a studied face.
        names: of styles.

    Returns:
        One RGBA picture each.
    """
    pictures = _drawn(portrait, [name for name in names if name in LOOKS])
    for name in names:
        if name in twin.STYLES:
            drawn = yield from twin.draw(portrait.once(sitter.sit), domain=twin.STYLES[name])
            pictures[name] = resize(drawn, (sheet.CELL, sheet.CELL))
    if len(pictures) < len(names):
        laid = canvas.lay(portrait)
        pictures |= yield from _painted(laid, [name for name in names if name in styles.painted()])
        for name in names:
            if name in STYLES:  # at full size, which strokes and stones are measured for
                rendered = likeness.faded(STYLES[name](laid, _STRENGTH), laid, _STRENGTH)
                pictures[name] = np.dstack([rendered, laid.alpha])
    return [pictures[name] for name in names]


def _drawn(portrait: Portrait, names: Sequence[str]) -> dict[str, NDArray[np.uint8]]:
    """Draw in all looks; those in the person's own proportions share one drawing."""
    if not names:
        return {}
    person = portrait.once(sitter.sit)
    own = composing.compose(person)
    pictures = {}
    for name in names:
        bent = name in composing.PROPORTIONS
        drawing = composing.drawn(person, name) if bent else own
        pictures[name] = svg.raster(looks.svg(drawing, LOOKS[name]), sheet.CELL)
    return pictures


def _painted(laid: canvas.Canvas, names: Sequence[str]) -> Calls[dict[str, NDArray[np.uint8]]]:
    """Paint all at once, and bring the likeness back at the size of a cell."""
    if not names:
        return {}
    codes = yield from styles.mixtures(names, _STRENGTH, laid.flat)
    small = tensors.to_planes(canvas.reduced(laid, _SIDE).flat)
    content = np.repeat(small[None], len(names), axis=0)
    outputs = yield Call("style_transfer", {"content": content, "style": codes[..., None, None]})
    cell = canvas.reduced(laid, sheet.CELL)
    share, size = _FINER * cell.features, (sheet.CELL, sheet.CELL)
    pictures = {}
    for name, planes in zip(names, outputs["stylized"], strict=True):
        whole = cv2.resize(tensors.to_picture(planes), size, interpolation=cv2.INTER_CUBIC)
        finer = np.asarray(cv2.blendLinear(cell.flat, whole, share, 1 - share), np.uint8)
        pictures[name] = np.dstack([likeness.restore(finer, cell, _STRENGTH), cell.alpha])
    return pictures
