"""The person as a die-cut sticker: no network of its own, the masks say it all."""

from inference.errors import UnknownSetting
from inference.face.framing import head_and_shoulders
from inference.family import Image, Picture, Subject, photographed
from inference.models.calls import without_calls
from inference.pictures.die_cut import die_cut
from storage.contract.kinds import CUTOUT, Setting


class Cutout:
    """Implements ``inference.family.Family``."""

    kind = CUTOUT.name

    @without_calls
    def make(
        self,
        subject: Subject,
        settings: tuple[Setting, ...],
        picture: Image | None = None,  # noqa: ARG002 -- no setting takes one
    ) -> Picture:
        """Lift the person off their background; there is nothing to set."""
        if settings:
            raise UnknownSetting(f"a cut-out takes no settings, not {settings[0].name!r}")
        portrait = photographed(subject)
        landmarks = portrait.report.landmarks
        cut = head_and_shoulders(portrait.foreground, portrait.alpha, landmarks)
        return Picture((die_cut(cut),))
