"""What a wardrobe shows: the avatar in hand, alone or beside what it was; and all avatars at once.

Opaque pictures, for chats show photos on grounds of their own.
"""

import numpy as np
from numpy.typing import NDArray

from inference.avatars.compose import render
from inference.errors import UnknownSetting, UnsuitableSubject
from inference.family import Image, Picture, Subject, gathered
from inference.models.calls import without_calls
from inference.pictures import sheet
from inference.pictures.compositing import flattened
from inference.pictures.die_cut import SIDE, die_cut
from storage.contract.avatars import AvatarSpec
from storage.contract.kinds import LINEUP, PREVIEW, Setting

_SKY = (229, 240, 247)


class Preview:
    """Implements ``inference.family.Family``.

    The setting "alone" takes an avatar, "compare" two: as it was, and as it is.
    """

    kind = PREVIEW.name

    @without_calls
    def make(
        self,
        subject: Subject,
        settings: tuple[Setting, ...],
        picture: Image | None = None,  # noqa: ARG002 -- no setting takes one
    ) -> Picture:
        """Draw one or two: (512, 512 or 1024, 4) RGBA, opaque.

        Raises:
            UnknownSetting: not one of the kind's.
        """
        match [setting.name for setting in settings], subject:
            case ["alone"], AvatarSpec() as spec:
                return Picture((_pane(spec),))
            case ["compare"], (AvatarSpec() as before, AvatarSpec() as after):
                return Picture((np.hstack([_pane(before), _pane(after)]),))
            case ["alone" | "compare"], _:
                raise UnsuitableSubject("alone shows one avatar, a comparison two")
            case names, _:
                raise UnknownSetting(f"preview:{','.join(names)}")


class Lineup:
    """Implements ``inference.family.Family``."""

    kind = LINEUP.name

    @without_calls
    def make(
        self,
        subject: Subject,
        settings: tuple[Setting, ...],  # noqa: ARG002 -- whoever asks has chosen the page
        picture: Image | None = None,  # noqa: ARG002 -- no setting takes one
    ) -> Picture:
        """Draw up to nine avatars, numbered."""
        specs = gathered(subject)
        if not 0 < len(specs) <= sheet.PER_PAGE:
            raise UnsuitableSubject("a page has one to nine avatars")
        return Picture((sheet.numbered([render(spec, sheet.CELL) for spec in specs]),))


def _pane(spec: AvatarSpec) -> NDArray[np.uint8]:
    """The avatar as a sticker on an opaque ground: (512, 512, 4)."""
    shown = flattened(die_cut(render(spec, SIDE)), _SKY)
    return np.dstack([shown, np.full(shown.shape[:2], 255, np.uint8)])
