"""Several people as one: two from a photo of each (``/mix 0.3``), or everybody in one photo."""

from inference.errors import PhotoError, UnknownSetting, UnsuitableSubject
from inference.face import analysis
from inference.face.report import Portrait
from inference.family import Image, Picture, Subject, crowd, photographed
from inference.latent.mixing import mix
from inference.models.calls import Calls
from inference.pictures.die_cut import die_cut
from storage.contract.kinds import MIX, Setting

_SIDE = 640  # px; the head takes most of it


class Mix:
    """Implements ``inference.family.Family``."""

    kind = MIX.name

    def make(
        self, subject: Subject, settings: tuple[Setting, ...], picture: Image | None = None
    ) -> Calls[Picture]:
        """Mix the person with whoever is largest in the second photo, by the last amount.

        Where the last setting is about everybody in the photo, all have the same share; hair and
        clothes are those of whoever is largest.
        """
        for setting in settings:
            if setting.name not in MIX.settings:
                raise UnknownSetting(setting.name)
        if settings and settings[-1].name in MIX.crowd:
            people = crowd(subject)
            return Picture((die_cut(mix(people, [1] * len(people), _SIDE)),))
        if picture is None:
            raise UnsuitableSubject("a second photo is needed")
        first, (*_, chosen) = photographed(subject), settings
        second = yield from _studied(picture)
        mixed = mix((first, second), (1 - chosen.amount, chosen.amount), _SIDE)
        return Picture((die_cut(mixed),))


def _studied(picture: Image) -> Calls[Portrait]:
    """Study the largest face of the second photo; what is wrong with it is said to be its fault."""
    try:
        report = yield from analysis.find(picture)
        return (yield from analysis.study(picture, report, analysis.choose(report, 0)))
    except PhotoError as error:
        raise PhotoError(error.failure, {"picture": True}) from error
