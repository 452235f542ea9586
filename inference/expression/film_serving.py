"""The families of faces that move: expressions that come and go, and words that are spoken."""

from inference.errors import UnknownSetting
from inference.expression import speech, timeline
from inference.expression.film import Film
from inference.expression.mixes import MIXES, movement
from inference.face.report import Portrait
from inference.family import Image, Picture, Subject, photographed
from inference.models.calls import Calls, without_calls
from storage.contract.kinds import ANIMATE, SAY, Setting


class Animate:
    """Implements ``inference.family.Family``; settings are what the face does, in its order."""

    kind = ANIMATE.name

    def make(
        self,
        subject: Subject,
        settings: tuple[Setting, ...],
        picture: Image | None = None,  # noqa: ARG002 -- no setting takes one
    ) -> Calls[Picture]:
        """Let expressions come over the face one by one and leave it; names are of ``MIXES``."""
        for setting in settings:
            if setting.name not in MIXES and setting.name != timeline.IDLE:
                raise UnknownSetting(setting.name)
        moments = timeline.of_expressions(settings)
        shots = [(movement(moment.settings), moment.head) for moment in moments]
        return (yield from _filmed(photographed(subject), shots))


class Say:
    """Implements ``inference.family.Family``; the setting's words are spoken."""

    kind = SAY.name

    def make(
        self,
        subject: Subject,
        settings: tuple[Setting, ...],
        picture: Image | None = None,  # noqa: ARG002 -- no setting takes one
    ) -> Calls[Picture]:
        """Let the mouth speak the words in time."""
        words = " ".join(setting.words for setting in settings)
        return (yield from _filmed(photographed(subject), speech.of_words(words)))


@without_calls
def _filmed(portrait: Portrait, shots: "tuple[speech.Shot, ...] | list[speech.Shot]") -> Picture:
    return Picture(Film(portrait, shots), timeline.FRAMES_PER_SECOND)
