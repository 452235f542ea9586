"""The mood families: a person's avatar in one mood, and sheets of moods to choose from."""

from inference.avatars import animation, moods
from inference.emoji.serving import Composed
from inference.errors import UnknownSetting
from inference.family import Image, Picture, Subject
from inference.models.calls import Calls
from inference.pictures import sheet
from inference.pictures.die_cut import SIDE, die_cut, die_cut_frames
from storage.contract.kinds import EMOJI, MOOD, MOOD_SHEET, MOVING_MOODS, Setting

SHOWN = MOOD.chosen
"""Every mood, in the order of the pages."""

_STYLE = EMOJI.default[0].name


class Mood:
    """Implements ``inference.family.Family``; settings are a mood's name and "moving"."""

    kind = MOOD.name

    def make(
        self,
        subject: Subject,
        settings: tuple[Setting, ...],
        picture: Image | None = None,  # noqa: ARG002 -- no setting takes one
    ) -> Calls[Picture]:
        """Draw an avatar in its mood; the facts are those of the avatar without it.

        Raises:
            UnknownSetting: there is no such mood, or more than one was asked for.
        """
        name, moving = _chosen(settings)
        composed = yield from Composed.of(subject, _STYLE)
        spec, mood = composed.spec, moods.load()[name]
        if moving:
            frames = die_cut_frames(animation.film(spec, mood), drawn=True)
            return Picture(frames, animation.FRAMES_PER_SECOND, composed.facts())
        still = die_cut(moods.draw(spec, mood, SIDE), drawn=True)
        return Picture((still,), facts=composed.facts())


class MoodSheet:
    """Implements ``inference.family.Family``; the setting says which page, as in try-on."""

    kind = MOOD_SHEET.name

    def make(
        self,
        subject: Subject,
        settings: tuple[Setting, ...],
        picture: Image | None = None,  # noqa: ARG002 -- no setting takes one
    ) -> Calls[Picture]:
        """Draw an avatar in each mood of the page; the facts are the sheet's and the avatar's."""
        page = sheet.page(SHOWN, sheet.asked(MOOD_SHEET, settings).page)
        composed = yield from Composed.of(subject, _STYLE)
        drawn = [moods.draw(composed.spec, moods.load()[name], sheet.CELL) for name in page.names]
        return Picture((sheet.numbered(drawn),), facts={**composed.facts(), **page.facts()})


def _chosen(settings: tuple[Setting, ...]) -> tuple[str, bool]:
    """Return the mood's name, the usual one if none is said, and whether it moves."""
    names = [setting.name for setting in settings]
    chosen = [name for name in names if name in SHOWN] or [MOOD.default[0].name]
    if len(chosen) != 1 or not {*names} <= {*chosen, *MOOD.beside}:
        raise UnknownSetting(f"mood:{','.join(names)}")
    return chosen[0], chosen[0] in MOVING_MOODS or any(name in MOOD.beside for name in names)
