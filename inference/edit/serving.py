"""The edit family: another face and pieces of another look, on the person's own photo.

Settings are ``what:which`` (``age:older``, ``nose:small-nose``, ``hair:afro``, ``colour:blond``,
``beard:full`` at a density, ``glasses:round``, ``hat:beanie``), one in each place at most. The face
is changed first, then pieces are worn in the order in which they lie over each other. While sliders
move, ``tuning`` makes the same in small.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

import cv2
import numpy as np

from inference.edit import sliders
from inference.errors import PhotoError, UnknownSetting
from inference.face import attributes
from inference.face.framing import bust, head_and_shoulders
from inference.face.report import Portrait
from inference.face.resizing import resized
from inference.family import Image, Picture, Subject, photographed
from inference.latent.editing import AGE, Editor, edited
from inference.layers.outfit import dress
from inference.models.calls import Calls, without_calls
from inference.pictures.die_cut import SIDE, die_cut
from storage.contract.failures import Failure
from storage.contract.kinds import EDIT, Setting

_TAKES_OFF = frozenset({"hair", "hat"})  # what a headscarf cannot stay on under
_NOTICEABLE = 0.05  # of the slider of age
Look = Mapping[str, Setting]
"""Place of a setting (``Kind.place_of``) -> the one that is worn there."""

Engine = Callable[[Portrait, Look], Calls[Portrait]]


@without_calls
def sliders_and_layers(portrait: Portrait, look: Look) -> Portrait:
    """Move the face's sliders, then lay pieces over the photo."""
    refuse_scarved(portrait, *look)
    changes = sliders.changes(look.values())
    person = portrait.once(alone)
    if len(look) == 1 and changes.get(AGE, 0.0) > 0 and person.once(Editor).younger < _NOTICEABLE:
        raise PhotoError(Failure.YOUNG_ALREADY)
    return dress(_as_shown(moved(portrait, look)), look)


def refuse_scarved(portrait: Portrait, *places: str) -> None:
    """Leave a headscarf on.

    Args:
        portrait: of the person.
        places: where something new is to be worn.

    Raises:
        PhotoError: HEADSCARF, where it would take one off.
    """
    if _TAKES_OFF & set(places) and attributes.scarfed(portrait):
        raise PhotoError(Failure.HEADSCARF)


def moved(portrait: Portrait, look: Look) -> Portrait:
    """Move the face's sliders, those that are kept held still; the person is alone then."""
    person = portrait.once(alone)
    return edited(person, sliders.changes(look.values()), sliders.locked(look.values()))


def alone(portrait: Portrait) -> Portrait:
    """The portrait in the person's own colours; always the same one, so that it is placed once."""
    return replace(portrait, image=portrait.foreground)


ENGINES: Mapping[str, Engine] = {"sliders and layers": sliders_and_layers}
DEFAULT = "sliders and layers"


class Edit:
    """Implements ``inference.family.Family``. engine: one of ``ENGINES``."""

    kind = EDIT.name

    def __init__(self, engine: str = DEFAULT) -> None:
        self._dress = ENGINES[engine]

    def make(
        self,
        subject: Subject,
        settings: tuple[Setting, ...],
        picture: Image | None = None,  # noqa: ARG002 -- no setting takes one
    ) -> Calls[Picture]:
        """Dress the portrait and cut it out; of two settings of one sort the last counts."""
        dressed = yield from self._dress(photographed(subject), look_of(settings))
        cut = head_and_shoulders(dressed.image, dressed.alpha, dressed.report.landmarks)
        return Picture((die_cut(cut),))


def look_of(settings: tuple[Setting, ...]) -> Look:
    """Put settings in their places, the last where two want one; raises UnknownSetting."""
    for setting in settings:
        if setting.name not in EDIT.settings:
            raise UnknownSetting(setting.name)
    return {EDIT.place_of(setting.name): setting for setting in settings}


def _as_shown(portrait: Portrait) -> Portrait:
    """The portrait at the size it will have on the sticker, which is rarely larger."""
    person = portrait.alpha[bust(portrait.report.landmarks)] > 48
    _, _, width, height = cv2.boundingRect(person.astype(np.uint8))
    if not width:
        return portrait
    return resized(portrait, round(len(portrait.alpha) * SIDE / max(width, height)))
