"""Who looks like the person: made-up characters, or for a drawing the person's own photos."""

from collections.abc import Sequence

import numpy as np
from PIL import Image as Pillow
from PIL import ImageOps

from inference.cartoon import album, lookalike
from inference.errors import UnknownSetting
from inference.face.framing import head_and_shoulders
from inference.face.report import Portrait
from inference.family import Image, Picture, Subject, crowd, photographed
from inference.models.calls import Calls
from inference.pictures.die_cut import SIDE, die_cut
from storage.contract.kinds import LOOKALIKE, Setting

Places = tuple[tuple[int, float, float], ...]
"""Who is shown (0 the nearest), how large, how far from the left; behind first."""

_CHARACTERS: dict[str, Places] = {
    "nearest": ((0, 1.0, 0.5),),
    "three": ((1, 0.62, 0.27), (2, 0.62, 0.73), (0, 0.80, 0.5)),
}
"""By setting; pictures of characters have room around them."""

_PHOTOS = "photos"
_ALBUM: dict[int, Places] = {
    1: ((0, 1.0, 0.5),),
    2: ((1, 0.72, 0.28), (0, 0.76, 0.66)),
    3: ((1, 0.66, 0.20), (2, 0.66, 0.80), (0, 0.66, 0.5)),
}
"""By how many there are; cut-outs have none."""


class Lookalike:
    """Implements ``inference.family.Family``."""

    kind = LOOKALIKE.name

    def make(
        self,
        subject: Subject,
        settings: tuple[Setting, ...],
        picture: Image | None = None,  # noqa: ARG002 -- no setting takes one
    ) -> Calls[Picture]:
        """Show the character that looks most like the person, the three that do, or photos.

        subject: for ``photos`` the drawing, then the faces of the photos; the fact ``found`` of the
        result says which of them, from 0, looks most like it.

        Raises:
            UnknownSetting: none of these.
            UnsuitableSubject: no photos to look through, or several people for a character.
        """
        (wish,) = settings or LOOKALIKE.default
        if wish.name == _PHOTOS:
            drawing, *photos = crowd(subject)
            order = yield from album.ranked(drawing, photos)
            found = [_cut_out(photos[index]) for index in order[: max(_ALBUM)]]
            return Picture((_together(found, _ALBUM[len(found)]),), facts={"found": order[0]})
        places = _CHARACTERS.get(wish.name)
        if places is None:
            raise UnknownSetting(wish.name)
        vector = yield from lookalike.describe(photographed(subject))
        known = lookalike.characters()
        nearest = known.nearest(vector, len(places))
        people = [Pillow.fromarray(known.picture(index)) for index in nearest]
        return Picture((_together(people, places),))


def _cut_out(portrait: Portrait) -> Pillow.Image:
    """The person of a photo, without what is bare around them."""
    cut = head_and_shoulders(portrait.foreground, portrait.alpha, portrait.report.landmarks)
    picture = Pillow.fromarray(cut)
    return picture.crop(picture.getchannel("A").getbbox())


def _together(people: Sequence[Pillow.Image], places: Places) -> Image:
    """Lay pictures of people (RGBA) into one sticker, the first large and in front."""
    canvas = Pillow.new("RGBA", (SIDE, SIDE))
    for index, size, middle in places:
        side = round(size * SIDE)
        person = ImageOps.contain(people[index], (side, side), Pillow.Resampling.LANCZOS)
        left = round(middle * SIDE - person.width / 2)
        canvas.alpha_composite(
            person, (min(max(left, 0), SIDE - person.width), SIDE - person.height)
        )
    return die_cut(np.array(canvas))
