"""The mood families: a person's avatar in one mood, and sheets of moods to choose from."""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from inference.avatars import animation, moods
from inference.emoji.serving import Composed
from inference.errors import UnknownSetting
from inference.face.report import Portrait
from inference.family import Image, Picture, Prepared, Tensors
from inference.pictures import sheet
from inference.pictures.die_cut import SIDE, die_cut, die_cut_frames
from storage.contract.kinds import EMOJI, MOOD, MOOD_SHEET, Setting

SHOWN = tuple(name for name in MOOD.settings if name not in MOOD.beside)
"""Every mood, in the order of the pages."""

_STYLE = EMOJI.default[0].name
_STEPS = np.minimum((np.arange(256) + 2) // 4 * 4, 255).astype(
    np.uint8
)  # a third off a film's bytes


@dataclass(frozen=True, slots=True)
class _Work:
    composed: Composed
    mood: str
    moving: bool


class Mood:
    """Implements ``inference.family.Composing``; settings are a mood's name and "moving"."""

    kind = MOOD.name
    model: str | None = None

    def prepare(
        self,
        portrait: Portrait,
        settings: tuple[Setting, ...],
        picture: Image | None = None,  # noqa: ARG002 -- no setting takes one
    ) -> Prepared:
        """Compose an avatar of the person in the usual style.

        Raises:
            UnknownSetting: there is no such mood, or more than one was asked for.
        """
        name, moving = _chosen(settings)
        return Prepared(_Work(Composed.of_person(portrait, _STYLE), name, moving))

    def prepare_avatar(
        self, avatar: Mapping[str, object], settings: tuple[Setting, ...]
    ) -> Prepared:
        """Take an avatar as it was kept.

        Raises:
            UnknownAvatar: see ``kept.read``.
            UnknownSetting: as above.
        """
        name, moving = _chosen(settings)
        return Prepared(_Work(Composed.of_kept(avatar), name, moving))

    def finish(self, prepared: Prepared, outputs: Tensors | None) -> Picture:  # noqa: ARG002 -- no network
        """Draw the avatar in its mood; the facts are those of the avatar without it."""
        work = prepared.context
        assert isinstance(work, _Work)  # noqa: S101 -- our own prepare made it
        spec, mood = work.composed.spec, moods.load()[work.mood]
        if work.moving:
            frames = die_cut_frames(animation.film(spec, mood), drawn=True)
            frames = tuple(np.asarray(cv2.LUT(frame, _STEPS), np.uint8) for frame in frames)
            return Picture(frames, animation.FRAMES_PER_SECOND, work.composed.facts())
        still = die_cut(moods.draw(spec, mood, SIDE), drawn=True)
        return Picture((still,), facts=work.composed.facts())


@dataclass(frozen=True, slots=True)
class _Page:
    composed: Composed
    page: sheet.Page


class MoodSheet:
    """Implements ``inference.family.Composing``; the setting's amount is the page, as in try-on."""

    kind = MOOD_SHEET.name
    model: str | None = None

    def prepare(
        self,
        portrait: Portrait,
        settings: tuple[Setting, ...],
        picture: Image | None = None,  # noqa: ARG002 -- no setting takes one
    ) -> Prepared:
        """Compose an avatar of the person in the usual style.

        Raises:
            UnknownSetting: several settings, one of another name, or no such page.
        """
        page = _page(settings)
        return Prepared(_Page(Composed.of_person(portrait, _STYLE), page))

    def prepare_avatar(
        self, avatar: Mapping[str, object], settings: tuple[Setting, ...]
    ) -> Prepared:
        """Take an avatar as it was kept.

        Raises:
            UnknownAvatar: see ``kept.read``.
            UnknownSetting: as above.
        """
        page = _page(settings)
        return Prepared(_Page(Composed.of_kept(avatar), page))

    def finish(self, prepared: Prepared, outputs: Tensors | None) -> Picture:  # noqa: ARG002 -- no network
        """Draw the avatar in each mood of the page; the facts are the sheet's and the avatar's."""
        work = prepared.context
        assert isinstance(work, _Page)  # noqa: S101 -- our own prepare made it
        spec = work.composed.spec
        drawn = [moods.draw(spec, moods.load()[name], sheet.CELL) for name in work.page.names]
        facts = {**work.composed.facts(), **work.page.facts()}
        return Picture((sheet.numbered(drawn),), facts=facts)


def _chosen(settings: tuple[Setting, ...]) -> tuple[str, bool]:
    """Return the mood's name, the usual one if none is said, and whether it moves."""
    names = [setting.name for setting in settings]
    chosen = [name for name in names if name in SHOWN] or [MOOD.default[0].name]
    if len(chosen) != 1 or not {*names} <= {*chosen, *MOOD.beside}:
        raise UnknownSetting(f"mood:{','.join(names)}")
    return chosen[0], chosen[0] in moods.MOVING or any(name in MOOD.beside for name in names)


def _page(settings: tuple[Setting, ...]) -> sheet.Page:
    return sheet.page(SHOWN, sheet.asked(MOOD_SHEET, settings).amount)
