"""A person's other photos, studied one after the other while a job looks through them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from inference.errors import PhotoError
from inference.face.report import Portrait
from inference.serving.contract import Photos
from storage.contract.failures import Failure
from storage.errors import PhotoGone

_MOST = 24
"""The newest photos that are looked through: some four seconds of a laptop's core."""


Faced = tuple[int | None, Portrait]
"""A face's place among those of its photo to choose from, None for an only one; and the face."""


@dataclass(frozen=True, slots=True)
class Album:
    """Faces of kept photos, and where each is: the photo, and its place among that one's faces."""

    portraits: tuple[Portrait, ...]
    places: tuple[tuple[UUID, int | None], ...]

    def told(self, index: int) -> dict[str, object]:
        """Say which photo and face one of the portraits is, for the bot."""
        photo_id, face = self.places[index]
        return {"photo": str(photo_id), "face": face}


async def opened(
    photo_id: UUID, photos: Photos, study: Callable[[UUID], Awaitable[tuple[Faced, ...]]]
) -> Album:
    """Study the other photos of whoever's this one is; drawings among them are passed over.

    So is what shows nobody well enough, and what was erased meanwhile.

    Args:
        photo_id: the one that is not looked through.
        photos: lists the others.
        study: of a photo the faces that are good enough.

    Raises:
        PhotoError: NO_OTHER_PHOTOS.
    """
    portraits: list[Portrait] = []
    places: list[tuple[UUID, int | None]] = []
    for other in await photos.others(photo_id, _MOST):
        try:
            found = await study(other)
        except (PhotoError, PhotoGone):  # no face, or erased meanwhile
            continue
        photographed = [(face, one) for face, one in found if not one.report.quality.drawn]
        portraits += [portrait for _, portrait in photographed]
        places += [(other, face) for face, _ in photographed]
    if not portraits:
        raise PhotoError(Failure.NO_OTHER_PHOTOS)
    return Album(tuple(portraits), tuple(places))
