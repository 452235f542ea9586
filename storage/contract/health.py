"""What was found when something was asked whether it works."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. ``words`` name no host, path, person or secret."""

    name: str  # "database" | "schema" | "queue" | "workers"
    ok: bool
    words: str
