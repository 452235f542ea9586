"""The picture above sliders: the sticker's content, in small while a slider still moves.

Every picture of one photo has the same frame, whatever is changed, so that they can be laid over
each other.
"""

from inference.edit.serving import alone, look_of, moved
from inference.face.framing import bust, head_and_shoulders
from inference.face.report import Portrait
from inference.face.resizing import resized
from inference.family import Image, Picture, Subject, photographed
from inference.latent.editing import Editor
from inference.layers.outfit import dress
from inference.models.calls import without_calls
from inference.pictures.die_cut import SIDE
from storage.contract.kinds import TUNING, Setting

DRAFT_SIDE = 256


class Tuning:
    """Implements ``inference.family.Family``."""

    kind = TUNING.name

    @without_calls
    def make(
        self,
        subject: Subject,
        settings: tuple[Setting, ...],
        picture: Image | None = None,  # noqa: ARG002 -- no setting takes one
    ) -> Picture:
        """Dress the portrait; of two settings in one place the last counts."""
        look = look_of(tuple(one for one in settings if one.name not in TUNING.beside))
        draft = any(one.name in TUNING.beside for one in settings)
        portrait = photographed(subject)
        if not draft:
            portrait.once(_primed)
        shown = portrait.once(_in_small if draft else _in_full)
        dressed = dress(moved(shown, look), look)
        cut = head_and_shoulders(dressed.image, dressed.alpha, shown.report.landmarks)
        return Picture((cut,))


def _primed(portrait: Portrait) -> None:
    """Find out beforehand what the first draft needs, while nobody holds a slider."""
    portrait.once(_in_small).once(alone).once(Editor).prime()


def _in_small(portrait: Portrait) -> Portrait:
    return _framed(portrait, DRAFT_SIDE)


def _in_full(portrait: Portrait) -> Portrait:
    return _framed(portrait, SIDE)


def _framed(portrait: Portrait, side: int) -> Portrait:
    """The portrait at the size at which its head and shoulders are so many px high or wide."""
    rows, columns = bust(portrait.report.landmarks)
    size = len(portrait.alpha)
    longer = max(min(rows.stop, size) - rows.start, min(columns.stop, size) - columns.start)
    return resized(portrait, round(size * side / longer))
