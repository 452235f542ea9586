"""The family as the worker sees it: another expression on the person's own photo."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from inference.errors import UnknownSetting
from inference.expression import engine as geometry
from inference.expression import ganimation, lids
from inference.expression.mixes import MIXES, movement
from inference.face.framing import head_and_shoulders
from inference.face.report import Portrait
from inference.family import Image, Picture, Subject, photographed
from inference.models.calls import Calls, without_calls
from inference.pictures.die_cut import die_cut
from storage.contract.kinds import EXPRESSION, Setting

Expressed = tuple[Image, NDArray[np.uint8]]
"""The person's picture (S, S, 3) RGB and alpha (S, S) in the new expression."""

Engine = Callable[[Portrait, tuple[Setting, ...]], Calls[Expressed]]


@without_calls
def geometric(portrait: Portrait, settings: tuple[Setting, ...]) -> Expressed:
    """Move the landmarks and warp the photo with them."""
    return geometry.express(portrait.foreground, portrait.alpha, portrait.report, settings)


def portrayed(portrait: Portrait, settings: tuple[Setting, ...]) -> Portrait:
    """Return a portrait whose face and landmarks have another expression.

    Args:
        portrait: a studied face.
        settings: names of ``mixes.MIXES`` with amounts -1..1.

    Raises:
        KeyError: there is no such name.
    """
    asked = movement(settings)
    done = geometry.expressed(portrait.foreground, portrait.alpha, portrait.report, asked)
    points = portrait.report.landmarks if done.moved is None else done.moved.after
    points = lids.lowered(points, left=asked.close_left, right=asked.close_right)
    hair = portrait.hair_mask if done.flow is None else done.flow.applied(portrait.hair_mask)
    report = replace(portrait.report, landmarks=points.astype(np.float32))
    return Portrait(done.image, done.alpha, hair, report)


ENGINES: Mapping[str, Engine] = {"geometric": geometric, "ganimation": ganimation.express}
DEFAULT = "geometric"


class Expression:
    """Implements ``inference.family.Family``. engine: one of ``ENGINES``."""

    kind = EXPRESSION.name

    def __init__(self, engine: str = DEFAULT) -> None:
        self._express = ENGINES[engine]

    def make(
        self,
        subject: Subject,
        settings: tuple[Setting, ...],
        picture: Image | None = None,  # noqa: ARG002 -- no setting takes one
    ) -> Calls[Picture]:
        """Put the expression on and cut the person out; names are those of ``mixes.MIXES``."""
        for setting in settings:
            if setting.name not in MIXES:
                raise UnknownSetting(setting.name)
        portrait = photographed(subject)
        image, alpha = yield from self._express(portrait, settings)
        return Picture((die_cut(head_and_shoulders(image, alpha, portrait.report.landmarks)),))
