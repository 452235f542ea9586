"""A pack under way, as the rows have it at the moment."""

from dataclasses import dataclass

from bot.core.publishing.steps import there
from storage.contract.packs import Pack, Publication, StepState, Volume
from storage.people import Person


class StoppedError(Exception):
    """Somebody cancelled, deleted or took over what was being done."""


@dataclass(frozen=True, slots=True)
class Work:
    """A pack, its sets, whose account they hang on, and in which language that is told.

    ``group``: it is a group's; ``making``: how many of its stickers are still being made.
    """

    taken: Publication
    pack: Pack
    volumes: tuple[Volume, ...]
    keeper: Person
    locale: str
    group: bool = False
    making: int = 0

    @property
    def asker(self) -> str:
        """Whose right it takes to put stickers somewhere; "" for a group's, where it was seen."""
        return "" if self.group else self.keeper.external_id

    @property
    def done(self) -> int:
        """How many stickers are there."""
        return sum(len(there(volume)) for volume in self.volumes)

    @property
    def refused(self) -> int:
        """How many the platform does not take."""
        failed = (one.state is StepState.FAILED for each in self.volumes for one in each.uploads)
        return sum(failed)

    @property
    def count(self) -> int:
        """How many there can be."""
        return len(self.pack.stickers) - self.refused

    @property
    def existing(self) -> tuple[Volume, ...]:
        """The sets that exist."""
        return tuple(one for one in self.volumes if one.state is StepState.THERE)
