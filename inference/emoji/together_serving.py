"""Several avatars on one sticker: a family portrait, a pair, a birthday."""

from inference.avatars.together.portrait import portrait
from inference.avatars.together.scenes import SCENES
from inference.emoji.serving import Composed
from inference.errors import UnknownSetting, UnsuitableSubject
from inference.face.report import Portrait
from inference.family import Image, Picture, Subject, gathered
from inference.models.calls import Calls
from inference.pictures.die_cut import die_cut
from storage.contract.avatars import AvatarSpec
from storage.contract.kinds import EMOJI, TOGETHER, Setting


class Together:
    """Implements ``inference.family.Family``; the setting says what they do together."""

    kind = TOGETHER.name

    def make(
        self,
        subject: Subject,
        settings: tuple[Setting, ...],
        picture: Image | None = None,  # noqa: ARG002 -- no setting takes one
    ) -> Calls[Picture]:
        """Draw them as one sticker, in the order of the job: the first of a pair stands left.

        One who is alone on it may come as a photo; then the facts are those of their avatar.

        Raises:
            UnknownSetting: they do something else, or several things.
            UnsuitableSubject: no avatars, too few or too many.
        """
        names = [setting.name for setting in settings or TOGETHER.default]
        if len(names) != 1 or names[0] not in TOGETHER.gathers:
            raise UnknownSetting(f"together:{','.join(names)}")
        fewest, most = TOGETHER.gathers[names[0]]
        facts: dict[str, object] = {}
        if isinstance(subject, Portrait | AvatarSpec):
            composed = yield from Composed.of(subject, EMOJI.default[0].name)
            subject, facts = (composed.spec,), composed.facts()
        specs = gathered(subject)
        if not fewest <= len(specs) <= most:
            raise UnsuitableSubject(f"{names[0]} shows {fewest} to {most} avatars")
        drawn = portrait(specs) if names[0] == "family" else SCENES[names[0]](specs)
        return Picture((die_cut(drawn, drawn=True, whole=True),), facts=facts)
