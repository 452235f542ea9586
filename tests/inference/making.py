"""Families and networks as tests use them, without a worker."""

from inference.family import Family, Image, Picture, Subject
from inference.models.calls import run
from inference.models.networks import Networks
from inference.models.runtime import Network
from storage.contract.kinds import Setting

networks = Networks(Network, budget=1 << 30)
"""The real ones, loaded once for all tests of a process."""


def make(
    family: Family, subject: Subject, *settings: Setting, picture: Image | None = None
) -> Picture:
    """Have a family make its picture."""
    return run(family.make(subject, settings, picture), networks)
