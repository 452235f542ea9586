"""The family as the worker sees it: another expression on the person's own photo."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from inference.errors import PhotoError, UnknownSetting
from inference.expression import engine as geometry
from inference.expression import following, ganimation, ganimation_original, lids
from inference.expression.film import Film
from inference.expression.mimic import like
from inference.expression.mixes import MIXES, Movement, movement
from inference.face import analysis
from inference.face.framing import head_and_shoulders
from inference.face.report import FoundFace, Portrait
from inference.family import Image, Picture, Subject, photographed
from inference.models.calls import Calls, without_calls
from inference.pictures.die_cut import die_cut
from inference.pictures.footage import Footage
from storage.contract.kinds import EXPRESSION, Setting

MIMIC = "mimic"
"""The setting that takes the expression from a second photo."""

Expressed = tuple[Image, NDArray[np.uint8]]
"""The person's picture (S, S, 3) RGB and alpha (S, S) in the new expression."""

Engine = Callable[[Portrait, Movement], Calls[Expressed]]


@without_calls
def geometric(portrait: Portrait, asked: Movement) -> Expressed:
    """Move the landmarks and warp the photo with them."""
    return geometry.performed(
        portrait.foreground, portrait.alpha, portrait.report, asked, hair=portrait.hair_mask
    )


def portrayed(portrait: Portrait, settings: tuple[Setting, ...]) -> Portrait:
    """Return a portrait whose face and landmarks have another expression.

    Args:
        portrait: a studied face.
        settings: names of ``mixes.MIXES`` with amounts -1..1.

    Raises:
        KeyError: there is no such name.
    """
    asked = movement(settings)
    done = geometry.expressed(
        portrait.foreground, portrait.alpha, portrait.report, asked, hair=portrait.hair_mask
    )
    points = portrait.report.landmarks if done.moved is None else done.moved.after
    points = lids.lowered(points, left=asked.close_left, right=asked.close_right)
    hair = portrait.hair_mask if done.flow is None else done.flow.applied(portrait.hair_mask)
    report = replace(portrait.report, landmarks=points.astype(np.float32))
    return Portrait(done.image, done.alpha, hair, report)


ENGINES: Mapping[str, Engine] = {
    "geometric": geometric,
    "ganimation": ganimation.express,
    "ganimation-original": ganimation_original.express,
}
DEFAULT = "geometric"


class Expression:
    """Implements ``inference.family.Family`` and ``Follower``.

    engine: one of ``ENGINES``, unless a setting says.
    """

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
        engine, wanted = self._parted(settings)
        portrait = photographed(subject)
        asked = yield from _asked(portrait, wanted or EXPRESSION.default, picture)
        image, alpha = yield from ENGINES[engine](portrait, asked)
        return Picture((die_cut(head_and_shoulders(image, alpha, portrait.report.landmarks)),))

    def follow(
        self, subject: Subject, settings: tuple[Setting, ...], footage: Footage
    ) -> Calls[Picture]:
        """Do what the face in a film does; only the geometric engine makes films.

        Args:
            subject: a studied face.
            settings: ``mimic``; an engine's name is let pass.
            footage: of the face that is mimicked.

        Raises:
            PhotoError: no face is found in the film; its detail names it.
            UnknownSetting: there is another setting.
        """
        _, wanted = self._parted(settings)
        if [one.name for one in wanted] != [MIMIC]:
            raise UnknownSetting(",".join(one.name for one in wanted))
        portrait = photographed(subject)
        try:
            readings = yield from following.read(footage)
        except PhotoError as error:
            raise PhotoError(error.failure, {"picture": True}) from error
        rate = footage.frames_per_second
        return Picture(Film(portrait, following.shots(readings, rate, wanted[0].amount)), rate)

    def _parted(self, settings: tuple[Setting, ...]) -> tuple[str, tuple[Setting, ...]]:
        """Return which engine is meant, and what it is asked for."""
        engines = [one.name for one in settings if one.name in ENGINES]
        wanted = tuple(one for one in settings if one.name not in ENGINES)
        return (engines[-1] if engines else self._engine), wanted


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
