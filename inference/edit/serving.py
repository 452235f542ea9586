"""The edit family: pieces of another look, laid over the person's own photo.

Settings are ``what:which`` (``hair:afro``, ``colour:blond``, ``beard:full`` at a density,
``glasses:round``, ``hat:beanie``), one of each kind at most, worn in the order in which they lie
over each other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import cv2
import numpy as np

from inference.errors import UnknownSetting
from inference.face.report import Portrait
from inference.face.resizing import resized
from inference.family import Image, Picture, Prepared, Tensors
from inference.layers.outfit import dress
from inference.pictures.die_cut import SIDE, bust, die_cut, head_and_shoulders
from storage.contract.kinds import EDIT, Setting


@dataclass(frozen=True, slots=True)
class _Work:
    portrait: Portrait
    look: Mapping[str, Setting]


class Edit:
    """Implements ``inference.family.Family`` by layers, which need no network."""

    kind = EDIT.name
    model: str | None = None

    def prepare(
        self,
        portrait: Portrait,
        settings: tuple[Setting, ...],
        picture: Image | None = None,  # noqa: ARG002 -- no setting takes one
    ) -> Prepared:
        """Sort the settings into a look; of two of one sort the last counts.

        Raises:
            UnknownSetting: a setting is none of ``storage.contract.kinds.EDIT``.
        """
        for setting in settings:
            if setting.name not in EDIT.settings:
                raise UnknownSetting(setting.name)
        look = {setting.name.partition(":")[0]: setting for setting in settings}
        return Prepared(_Work(portrait, look))

    def finish(self, prepared: Prepared, outputs: Tensors | None) -> Picture:  # noqa: ARG002 -- no network
        """Dress the portrait and cut it out."""
        work = prepared.context
        assert isinstance(work, _Work)  # noqa: S101 -- our own prepare made it
        alone = replace(work.portrait, image=work.portrait.person)
        dressed = dress(_as_shown(alone), work.look)
        cut = head_and_shoulders(dressed.image, dressed.alpha, dressed.report.landmarks)
        return Picture((die_cut(cut),))


def _as_shown(portrait: Portrait) -> Portrait:
    """The portrait at the size it will have on the sticker, which is rarely larger."""
    person = portrait.alpha[bust(portrait.report.landmarks)] > 48
    _, _, width, height = cv2.boundingRect(person.astype(np.uint8))
    if not width:
        return portrait
    return resized(portrait, round(len(portrait.alpha) * SIDE / max(width, height)))
