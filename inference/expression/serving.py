"""The family as the worker sees it: another expression on the person's own photo."""

from dataclasses import dataclass

from inference.errors import UnknownSetting
from inference.expression.engine import express
from inference.expression.mixes import MIXES
from inference.face.report import Portrait
from inference.family import Image, Picture, Prepared, Tensors
from inference.pictures.die_cut import die_cut, head_and_shoulders
from storage.contract.kinds import EXPRESSION, Setting


@dataclass(frozen=True, slots=True)
class _Work:
    portrait: Portrait
    settings: tuple[Setting, ...]


class Expression:
    """Expressions by the geometric engine, which needs no network."""

    kind = EXPRESSION.name
    model: str | None = None

    def prepare(
        self,
        portrait: Portrait,
        settings: tuple[Setting, ...],
        picture: Image | None = None,  # noqa: ARG002 -- no setting takes one
    ) -> Prepared:
        """Check the settings; raise UnknownSetting for a name that is not in ``mixes.MIXES``."""
        for setting in settings:
            if setting.name not in MIXES:
                raise UnknownSetting(setting.name)
        return Prepared(_Work(portrait, settings))

    def finish(self, prepared: Prepared, outputs: Tensors | None) -> Picture:  # noqa: ARG002 - no network
        """Warp the portrait and cut it out."""
        work = prepared.context
        assert isinstance(work, _Work)  # noqa: S101 - our own prepare made it
        portrait = work.portrait
        image, alpha = express(portrait.person, portrait.alpha, portrait.report, work.settings)
        cut = head_and_shoulders(image, alpha, portrait.report.landmarks)
        return Picture((die_cut(cut),))
