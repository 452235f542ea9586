"""What every family of models is to the worker: a subject and settings become a picture.

A family is a generator of network calls (``inference.models.calls``); the worker runs those of
concurrent jobs together.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from inference.errors import UnsuitableSubject
from inference.face.report import Portrait
from inference.models.calls import Calls
from inference.pictures.footage import Footage
from inference.pictures.images import Image as Image
from storage.contract.avatars import AvatarSpec
from storage.contract.kinds import Setting


@dataclass(frozen=True, slots=True)
class Chance:
    """Nobody: what decides instead. seed: the same number decides the same."""

    seed: int


Subject = Portrait | tuple[Portrait, ...] | AvatarSpec | tuple[AvatarSpec, ...] | Chance
"""Whom a picture is of: a studied face or avatar, several of one kind, or nobody.

Several faces are those of one photo, for settings of ``Kind.crowd``.
"""


@dataclass(frozen=True, slots=True)
class Picture:
    """A family's result: RGBA frames of one size, and how fast they play (a single one stands).

    frames: of a film each may be made only when it is asked for. drawing: what the picture was
    drawn from, an SVG document, if it was.
    """

    frames: Sequence[Image]
    frames_per_second: float = 0.0
    facts: Mapping[str, object] = field(default_factory=dict)
    drawing: str = ""


Express = Callable[[Portrait, tuple[Setting, ...]], Portrait]
"""Gives a portrait another expression (names of the kind ``expression``) before it is drawn.

One family lends it to another where both are wired, since families do not know each other.
"""


class Family(Protocol):
    """One kind of result (``storage.contract.kinds``) and how it is made."""

    kind: str

    def make(
        self, subject: Subject, settings: tuple[Setting, ...], picture: Image | None = None
    ) -> Calls[Picture]:
        """Make the picture.

        Args:
            subject: whom it is of, checked already: an avatar's parts can be drawn.
            settings: what the person chose, or the kind's default.
            picture: (H, W, 3) RGB, the second picture of settings that take one
                (``Kind.two_photos``).

        Raises:
            UnknownSetting: the family has no such setting.
            UnsuitableSubject: it makes nothing of this sort of subject.
        """
        ...


@runtime_checkable
class Follower(Protocol):
    """A family that does what a film shows, where its second picture is one."""

    def follow(
        self, subject: Subject, settings: tuple[Setting, ...], footage: Footage
    ) -> Calls[Picture]:
        """Make a film.

        Args:
            subject: whom it is of.
            settings: what the person chose, of ``Kind.two_photos``.
            footage: two frames at least.

        Raises:
            PhotoError: there is no face to be followed; its detail names the second picture.
            UnknownSetting: the family has no such setting.
            UnsuitableSubject: it makes nothing of this sort of subject.
        """
        ...


def gathered(subject: Subject) -> tuple[AvatarSpec, ...]:
    """Return the avatars of a subject that are several; raises UnsuitableSubject for others."""
    if not isinstance(subject, tuple):
        raise UnsuitableSubject("several avatars are needed")
    return tuple(one for one in subject if isinstance(one, AvatarSpec))


def crowd(subject: Subject) -> tuple[Portrait, ...]:
    """Return the faces of a subject that are several; raises UnsuitableSubject for others."""
    if not isinstance(subject, tuple):
        raise UnsuitableSubject("several faces are needed")
    return tuple(one for one in subject if isinstance(one, Portrait))


def photographed(subject: Subject) -> Portrait:
    """Return the portrait of a subject in a photo; raises UnsuitableSubject for others."""
    if not isinstance(subject, Portrait):
        raise UnsuitableSubject("a photo is needed")
    return subject
