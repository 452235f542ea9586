"""The family of expression sheets: nine on the person's own face, numbered to choose from."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from inference.expression import engine
from inference.face import topology
from inference.face.framing import head_and_shoulders
from inference.face.report import Portrait
from inference.face.resizing import resized
from inference.family import Image, Picture, Subject, photographed
from inference.models.calls import without_calls
from inference.pictures import sheet
from storage.contract.kinds import EXPRESSION, EXPRESSION_SHEET, Setting

SHOWN = tuple(
    name for name in EXPRESSION.settings if name not in (*EXPRESSION.beside, *EXPRESSION.two_photos)
)
"""Every expression, in the order of the pages."""

_FACE = 180.0  # px: height of the face in a cell


class ExpressionSheet:
    """Implements ``inference.family.Family`` by the geometric engine."""

    kind = EXPRESSION_SHEET.name

    @without_calls
    def make(
        self,
        subject: Subject,
        settings: tuple[Setting, ...],
        picture: Image | None = None,  # noqa: ARG002 -- no setting takes one
    ) -> Picture:
        """Put each expression of the page on that the setting names."""
        page = sheet.page(SHOWN, sheet.asked(EXPRESSION_SHEET, settings).page)
        drawn = previews(photographed(subject), page.names)
        return Picture((sheet.numbered(drawn),), facts=page.facts())


def previews(portrait: Portrait, names: Sequence[str]) -> list[NDArray[np.uint8]]:
    """Put expressions on, each at its usual strength.

    Args:
        portrait: a studied face.
        names: of ``mixes.MIXES``.

    Returns:
        One (H, W, 4) RGBA picture each, cut out.
    """
    amounts = {name: EXPRESSION.amount_of(name) for name in names}
    return shown(
        portrait,
        [Setting(name, 1.0 if span is None else span.default) for name, span in amounts.items()],
    )


def shown(portrait: Portrait, settings: Sequence[Setting]) -> list[NDArray[np.uint8]]:
    """Put settings on, one at a time, at the size of a cell.

    Args:
        portrait: a studied face.
        settings: names of ``mixes.MIXES`` with amounts.

    Returns:
        One (H, W, 4) RGBA picture each, cut out, all framed alike.
    """
    unit = topology.face_height(portrait.report.landmarks)
    alone = replace(portrait, image=portrait.foreground)
    small = resized(alone, max(1, round(len(portrait.alpha) * _FACE / unit)))
    pictures = []
    for setting in settings:
        image, alpha = engine.express(
            small.image, small.alpha, small.report, [setting], small.hair_mask
        )
        pictures.append(head_and_shoulders(image, alpha, small.report.landmarks))
    return pictures
