"""Updates as a front end has them kept (``storage.inbox``), and as it gets them back."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NewUpdate:
    """An update to be kept: who it comes from, and what the front end needs to handle it.

    ``key`` names it uniquely on its platform.
    """

    key: str
    external_id: str
    payload: bytes
    locale: str | None = None


@dataclass(frozen=True, slots=True)
class KeptUpdate:
    """An update's row, read back."""

    id: int
    payload: bytes
