"""The person as a die-cut sticker: no network of its own, the masks say it all."""

from inference.errors import UnknownSetting
from inference.face.report import Portrait
from inference.family import Image, Picture, Prepared, Tensors
from inference.pictures.die_cut import die_cut, head_and_shoulders
from storage.contract.kinds import CUTOUT, Setting


class Cutout:
    """Implements ``inference.family.Family``."""

    kind = CUTOUT.name
    model: str | None = None

    def prepare(
        self,
        portrait: Portrait,
        settings: tuple[Setting, ...],
        picture: Image | None = None,  # noqa: ARG002 -- no setting takes one
    ) -> Prepared:
        """Keep the portrait; there is nothing to set.

        Raises:
            UnknownSetting: any setting was given.
        """
        if settings:
            raise UnknownSetting(f"a cut-out takes no settings, not {settings[0].name!r}")
        return Prepared(context=portrait)

    def finish(self, prepared: Prepared, outputs: Tensors | None) -> Picture:  # noqa: ARG002 -- the protocol's
        """Lift the person off their background."""
        portrait = prepared.context
        assert isinstance(portrait, Portrait)  # noqa: S101 -- our own prepare made it
        landmarks = portrait.report.landmarks
        return Picture((die_cut(head_and_shoulders(portrait.person, portrait.alpha, landmarks)),))
