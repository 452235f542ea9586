"""What a process is at, so that lines of its log can say so."""

from contextvars import ContextVar
from uuid import UUID

JOB: ContextVar[UUID | None] = ContextVar("job", default=None)
"""The job that the task in hand works on."""
