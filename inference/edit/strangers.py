"""Random people who don't exist, as they are asked for: ``/random older woman glasses``."""

from collections.abc import Mapping

from inference.errors import UnknownSetting, UnsuitableSubject
from inference.family import Chance, Image, Picture, Subject
from inference.latent import people
from inference.models.calls import without_calls
from inference.pictures.die_cut import die_cut
from storage.contract.kinds import RANDOM, Setting

WISHES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "woman": ("male", ("0",)),
    "man": ("male", ("1",)),
    "young": ("age", ("y",)),
    "middle-aged": ("age", ("m",)),
    "old": ("age", ("s",)),
    "light-skin": ("skin", ("1", "2")),
    "medium-skin": ("skin", ("3", "4")),
    "dark-skin": ("skin", ("5", "6")),
    "glasses": ("glasses", ("clear",)),
    "sunglasses": ("glasses", ("sun",)),
    "beard": ("facial_hair", ("beard", "goatee", "stubble")),
    "moustache": ("facial_hair", ("mustache",)),
    "smiling": ("smile", ("1", "2")),
    "hat": ("headwear", ("hat",)),
    "headscarf": ("headwear", ("scarf",)),
    "black-hair": ("hair_colour", ("black",)),
    "brown-hair": ("hair_colour", ("brown",)),
    "blond-hair": ("hair_colour", ("blond",)),
    "gray-hair": ("hair_colour", ("gray", "white")),
}
"""Setting -> label of the synthetic people (``people.LABELS``), and which of its words will do."""


class Strangers:
    """Implements ``inference.family.Family``."""

    kind = RANDOM.name

    @without_calls
    def make(
        self,
        subject: Subject,
        settings: tuple[Setting, ...],
        picture: Image | None = None,  # noqa: ARG002 -- no setting takes one
    ) -> Picture:
        """Make somebody up; of two wishes about one label the last counts."""
        if not isinstance(subject, Chance):
            raise UnsuitableSubject("nobody is needed")
        for setting in settings:
            if setting.name not in WISHES:
                raise UnknownSetting(setting.name)
        wanted = dict(WISHES[setting.name] for setting in settings)
        made = people.load().random(subject.seed, wanted)
        return Picture((die_cut(made.picture()),))
