"""The contract between bot and worker: what a job is, how it may end.

A job is one photo, one kind, some settings. It ends as one picture or one failure; a failure is a
code a person can act on, never a sentence and never a trace. ``bot`` words it, ``inference`` causes
it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from storage.kinds import Setting


class JobState(StrEnum):
    """QUEUED -> RUNNING -> DONE | FAILED, or CANCELLED from either of the first two."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Failure(StrEnum):
    """Why a job ended without a picture. Each has its sentence in every language."""

    # the file
    NOT_AN_IMAGE = "not_an_image"  # not JPEG, PNG, WEBP or HEIC
    TOO_LARGE = "too_large"  # > 20 MB or > 40 megapixels
    BROKEN = "broken"  # truncated or undecodable
    # the photo
    NO_FACE = "no_face"
    NOT_A_PHOTO = "not_a_photo"  # a drawing or a screenshot of one
    FACE_TOO_SMALL = "face_too_small"
    TOO_BLURRY = "too_blurry"
    TOO_DARK = "too_dark"
    TOO_MANY_FACES = "too_many_faces"  # detail: {"faces": n}; ask which one
    TURNED_AWAY = "turned_away"  # beyond 45 degrees
    # the system
    PHOTO_EXPIRED = "photo_expired"  # erased or past its time: send it again
    GAVE_UP = "gave_up"  # three attempts ended without an answer
    BAD_REQUEST = "bad_request"  # settings the worker does not know (an older worker)


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job as the bot asks for it.

    ``chat`` and ``placeholder`` are the owning front end's own references (JSON-able); the worker
    carries them through unread. ``face``: which face, largest first, or None for the only one.
    """

    person_id: UUID
    photo_id: UUID
    kind: str
    settings: tuple[Setting, ...]
    platform: str
    chat: str
    face: int | None = None
    placeholder: str | None = None


@dataclass(frozen=True, slots=True)
class Job(NewJob):
    """A job's row as read from SQL; times are UTC."""

    id: UUID = field(kw_only=True)
    state: JobState = field(kw_only=True)
    attempts: int = field(kw_only=True)
    created: datetime = field(kw_only=True)
    failure: Failure | None = field(default=None, kw_only=True)
    detail: Mapping[str, object] = field(default_factory=dict, kw_only=True)


@dataclass(frozen=True, slots=True)
class Done:
    """A good end. ``picture``: PNG (APNG when it moves), RGBA, 512 px on its longer side.

    ``facts``: what the family learned and the bot may keep, JSON-able (an avatar's parts, say).
    """

    picture: bytes
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failed:
    """A bad end. ``picture``: a PNG that helps the person decide (numbered faces), if any."""

    failure: Failure
    detail: Mapping[str, object] = field(default_factory=dict)
    picture: bytes | None = None


Outcome = Done | Failed
