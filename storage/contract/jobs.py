"""What a job is and how it may end.

A job is one photo or one avatar, one kind, some settings. It ends as one picture or one failure; a
failure is a code a person can act on, never a sentence and never a trace. ``bot`` words it,
``inference`` causes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from storage.contract.failures import Failure
from storage.contract.kinds import Setting


class JobState(StrEnum):
    """QUEUED -> RUNNING -> DONE | FAILED, or CANCELLED from either of the first two."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job as the bot asks for it.

    ``chat`` and ``placeholder`` are the owning front end's own references (JSON-able); the worker
    carries them through unread. ``face``: which face, largest first, or None for the only one.
    ``second_photo_id``: another of the person's photos, for settings that take one. ``avatar``:
    for kinds that are ``composed``, what to draw instead of studying a photo, JSON-able in the form
    of the kind (``storage.contract.avatars.gathered`` where it shows several); such a job needs no
    photo; ``{"seed": number}`` for an ``unaided`` kind is the chance that decides.
    """

    person_id: UUID
    photo_id: UUID | None
    kind: str
    settings: tuple[Setting, ...]
    platform: str
    chat: str
    face: int | None = None
    placeholder: str | None = None
    second_photo_id: UUID | None = None
    avatar: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Job(NewJob):
    """A job's row as read from SQL; times are UTC. ``priority`` is what to enqueue it with."""

    id: UUID = field(kw_only=True)
    state: JobState = field(kw_only=True)
    attempts: int = field(kw_only=True)
    created: datetime = field(kw_only=True)
    started: datetime | None = field(default=None, kw_only=True)
    ended: datetime | None = field(default=None, kw_only=True)
    priority: int = field(default=0, kw_only=True)
    failure: Failure | None = field(default=None, kw_only=True)
    detail: Mapping[str, object] = field(default_factory=dict, kw_only=True)


@dataclass(frozen=True, slots=True)
class Done:
    """A good end. ``picture``: PNG, RGBA, 512 px on its longer side; where it moves a WEBM.

    A film is VP9 with alpha, within the limits of a video sticker: 3 seconds, 256 KiB.

    A drawn one carries its drawing (``storage.contract.drawings``).

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
