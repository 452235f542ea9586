"""Driving a photo live: one person's camera moves the face on another of their photos.

It goes by no row and no queue, from a front end straight to the worker of the same process, frame
by frame. Nothing of it is kept anywhere; what a person wants to keep is asked for as a job.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from storage.contract.kinds import Setting

MOST_BYTES = 64 * 2**10
"""Of one frame."""


class Moment(StrEnum):
    """How it stands: the driver's calm face is being learned, drives, or is out of sight."""

    CALM = "calm"
    MOVING = "moving"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Moved:
    """The answer to a frame.

    ``picture``: the die-cut face, PNG, RGBA, 256 px. ``settings``: what moved it, of the kind
    ``expression``; empty while nothing does.
    """

    moment: Moment
    picture: bytes
    settings: tuple[Setting, ...] = ()


class Drive(Protocol):
    """One photo that is being driven; frames come one after the other."""

    async def move(self, frame: bytes) -> Moved:
        """Move the face as a camera's frame shows; raises ValueError where it is no picture.

        Raises:
            PhotoGone: the photo was erased meanwhile.
        """
        ...

    def restart(self) -> None:
        """Learn the driver's calm face anew."""


class Stage(Protocol):
    """Where photos are driven."""

    async def open(self, photo_id: UUID, face: int | None) -> Drive | None:
        """Return a drive of a photo's face; None where it cannot be had, or is not worth a try."""
        ...


class Live:
    """Where front ends find the stage of their own process, while its worker is there."""

    stage: Stage | None = None
