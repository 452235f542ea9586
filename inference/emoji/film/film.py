"""A film of a face as a film of how its avatar comes about. Pure: frames in, frames out."""

from collections.abc import Iterable, Iterator

import numpy as np

from inference.emoji.film import panel
from inference.emoji.film.flips import Flips
from inference.emoji.film.readings import Matcher
from inference.errors import PhotoError
from inference.face import analysis
from inference.face.report import FoundFace, PhotoReport
from inference.models.calls import run
from inference.models.networks import Networks
from inference.pictures.images import Image
from storage.contract.failures import Failure


def film(
    frames: Iterable[Image], matcher: Matcher, frames_per_second: float, networks: Networks
) -> Iterator[Image]:
    """Show for every frame the face with its crops, the codes, the avatar, and parts that flip.

    Args:
        frames: (H, W, 3) RGB uint8, of any size; of several faces the first frame's largest is
            followed.
        matcher: chooses parts frame by frame.
        frames_per_second: of the film.
        networks: what finds faces.

    Yields:
        (panel.HEIGHT, panel.WIDTH, 3) RGB uint8, one for each frame.

    Raises:
        PhotoError: NO_FACE, at the end, if no frame had one.
    """
    flips = Flips(frames_per_second)
    face: FoundFace | None = None
    for number, frame in enumerate(frames, start=1):
        try:
            report = run(analysis.find(frame), networks)
        except PhotoError:
            yield panel.without_face(frame, matcher, number)
            continue
        face = _same(report, face)
        portrait = run(analysis.study(frame, report, face), networks)
        reading = matcher.read(portrait)
        flips.add(reading)
        yield panel.draw(portrait, reading, flips, matcher, number)
    if face is None:
        raise PhotoError(Failure.NO_FACE)


def _same(report: PhotoReport, before: FoundFace | None) -> FoundFace:
    """The face nearest to where the followed one was."""
    if before is None:
        return report.faces[0]
    was = before.landmarks[:, :2].mean(axis=0)
    away = [np.linalg.norm(face.landmarks[:, :2].mean(axis=0) - was) for face in report.faces]
    return report.faces[int(np.argmin(away))]
