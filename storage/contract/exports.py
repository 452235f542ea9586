"""What is handed over of everything that is kept of a person."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ExportFile:
    """One file: what it is called, its bytes, and what an index says of it, JSON-able."""

    name: str
    data: bytes
    about: Mapping[str, object] = field(default_factory=dict)
