"""The frame of a film that is best taken for a photo: sharp, with one good face that is large."""

from inference.errors import PhotoError
from inference.face import analysis
from inference.face.report import PhotoReport
from inference.models.calls import Calls
from inference.pictures.footage import sharpness
from inference.pictures.images import Image


def best(frames: list[Image]) -> Calls[tuple[Image, PhotoReport]]:
    """Find the faces of every frame; return the best frame with what was found in it.

    Frames whose face can be worked on come first; among equals the one with the largest and
    sharpest face. The same frames give the same choice.

    Args:
        frames: (H, W, 3) RGB uint8, one at least.

    Raises:
        PhotoError: no frame has a face; why the first has none.
    """
    best: tuple[tuple[bool, float], Image, PhotoReport] | None = None
    refusal: PhotoError | None = None
    for frame in frames:
        try:
            report = yield from analysis.find(frame)
        except PhotoError as error:
            refusal = refusal or error
            continue
        worth = _worth(frame, report)
        if best is None or worth > best[0]:
            best = worth, frame, report
    if best is None:
        raise refusal or ValueError("no frames")
    return best[1], best[2]


def _worth(frame: Image, report: PhotoReport) -> tuple[bool, float]:
    """Return whether a frame's face can be worked on, and how large and sharp it is."""
    share = analysis.choices(report)[0].quality.eye_distance / max(frame.shape[:2])
    try:
        analysis.choose(report, None)
    except PhotoError:
        return False, share * sharpness(frame)
    return True, share * sharpness(frame)
