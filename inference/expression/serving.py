"""The family as the worker sees it: another expression on the person's own photo."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from inference.errors import PhotoError, UnknownSetting
from inference.expression import engine as geometry
from inference.expression import ganimation, lids
from inference.expression.mimic import like
from inference.expression.mixes import MIXES, Movement, movement
from inference.face import analysis
from inference.face.framing import head_and_shoulders
from inference.face.report import FoundFace, Portrait
from inference.family import Image, Picture, Subject, photographed
from inference.models.calls import Calls, without_calls
from inference.pictures.die_cut import die_cut
from storage.contract.kinds import EXPRESSION, Setting

MIMIC = "mimic"
"""The setting that takes the expression from a second photo."""

Expressed = tuple[Image, NDArray[np.uint8]]
"""The person's picture (S, S, 3) RGB and alpha (S, S) in the new expression."""

Engine = Callable[[Portrait, Movement], Calls[Expressed]]


@without_calls
def geometric(portrait: Portrait, asked: Movement) -> Expressed:
    """Move the landmarks and warp the photo with them."""
    return geometry.performed(portrait.foreground, portrait.alpha, portrait.report, asked)


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
    """Implements ``inference.family.Family``. engine: one of ``ENGINES``, unless a setting says."""

    kind = EXPRESSION.name

    def __init__(self, engine: str = DEFAULT) -> None:
        self._engine = engine

    def make(
        self, subject: Subject, settings: tuple[Setting, ...], picture: Image | None = None
    ) -> Calls[Picture]:
        """Put the expression on and cut the person out.

        Args:
            subject: a studied face.
            settings: names of ``mixes.MIXES``; ``mimic`` alone, with a picture; an engine's name.
            picture: (H, W, 3) RGB, the photo whose largest face is mimicked.

        Raises:
            PhotoError: no face is found on the picture; its detail names it.
            UnknownSetting: there is no such setting, or ``mimic`` stands beside others.
        """
        engine = self._engine
        wanted = []
        for setting in settings:
            if setting.name in ENGINES:
                engine = setting.name
            else:
                wanted.append(setting)
        portrait = photographed(subject)
        asked = yield from _asked(portrait, tuple(wanted) or EXPRESSION.default, picture)
        image, alpha = yield from ENGINES[engine](portrait, asked)
        return Picture((die_cut(head_and_shoulders(image, alpha, portrait.report.landmarks)),))


def _asked(
    portrait: Portrait, wanted: tuple[Setting, ...], picture: Image | None
) -> Calls[Movement]:
    first, *more = wanted
    if first.name == MIMIC and not more and picture is not None:
        face = yield from _face(picture)
        return like(portrait.report, face, first.amount)
    for setting in wanted:
        if setting.name not in MIXES:
            raise UnknownSetting(setting.name)
    return movement(wanted)


def _face(picture: Image) -> Calls[FoundFace]:
    """Find the largest face of a second photo; raises PhotoError with a detail that names it."""
    try:
        found = yield from analysis.find(picture)
    except PhotoError as error:
        raise PhotoError(error.failure, {"picture": True}) from error
    return found.faces[0]
