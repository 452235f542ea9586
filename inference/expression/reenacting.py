"""One face moves another, frame by frame: found, read, compared with its own calm, put on.

The word is that of Thies et al. ("Face2Face: real-time face capture and reenactment", CVPR 2016);
here nothing is rendered, the photo itself is warped.
"""

from dataclasses import dataclass

from inference.expression import driving
from inference.expression.puppet import Puppet
from inference.face import tracking
from inference.face.report import Portrait
from inference.models.calls import Calls
from inference.pictures.images import Image
from storage.contract.kinds import Setting
from storage.contract.live import Moment

LEARNING = 8
"""Frames of which a driver's calm face is learned."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a frame of the driver makes of the photo: (256, 256, 4) RGBA, and by which settings."""

    moment: Moment
    image: Image
    settings: tuple[Setting, ...]


class Reenactment:
    """A photo that is driven; frames come one after the other."""

    def __init__(self, portrait: Portrait) -> None:
        """Take the photo.

        Args:
            portrait: of the face that is moved.
        """
        self._puppet = Puppet(portrait)
        self._still = self._puppet.frame(())
        self.restart()

    def restart(self) -> None:
        """Learn the driver's calm face anew."""
        self._before: tracking.TrackedFace | None = None
        self._learned: list[driving.Reading] = []
        self._rest: driving.Reading | None = None
        self._filter = driving.OneEuro()

    def move(self, frame: Image, seconds: float) -> Calls[Shown]:
        """Move the face as a frame of the driver shows.

        Args:
            frame: (H, W, 3) RGB uint8.
            seconds: since the frame before.
        """
        face = yield from tracking.follow(frame, self._before)
        self._before = face
        if face is None:
            self._filter = driving.OneEuro()
            return Shown(Moment.LOST, self._still, ())
        reading = driving.read(face)
        if self._rest is None:
            self._learned.append(reading)
            if len(self._learned) >= LEARNING:
                self._rest = driving.calm(self._learned)
            return Shown(Moment.CALM, self._still, ())
        smooth = driving.Reading(self._filter(reading.values, seconds))
        settings = driving.settings(self._rest, smooth)
        return Shown(Moment.MOVING, self._puppet.frame(settings), settings)
