"""What a person may choose beside the look."""

from collections.abc import Iterable
from dataclasses import dataclass

from inference.face.report import Lab
from inference.layers.palette import COLOURS
from storage.contract.kinds import group_of


@dataclass(frozen=True, slots=True)
class Options:
    """Wishes for a drawing; None leaves a thing as it is on the person, or to the look.

    mood: a name of ``moods``. hair, eyes: their colours. thickness: of the lines, times the look's
    own. palette: one of ``looks.TINTS``. ground: the shape behind, one of ``grounds.NAMES`` or
    "none", and its colour. moving: whether it is a film.
    """

    mood: str | None = None
    hair: Lab | None = None
    eyes: Lab | None = None
    thickness: float = 1.0
    palette: str = "own"
    ground: str | None = None
    ground_colour: Lab | None = None
    moving: bool = False


AS_IT_IS = Options()

_HAIR: dict[str, Lab] = {**COLOURS, "red": (42.0, 50.0, 32.0)}
"""Hair's own colours, as photos are dyed; a drawing's red may be a paint's."""

_EYES: dict[str, Lab] = {
    "brown": (34.0, 13.0, 22.0),
    "hazel": (46.0, 8.0, 30.0),
    "amber": (60.0, 16.0, 50.0),
    "green": (50.0, -26.0, 24.0),
    "blue": (50.0, -6.0, -32.0),
    "gray": (56.0, -2.0, -5.0),
    "violet": (46.0, 26.0, -34.0),
    "red": (42.0, 44.0, 26.0),
}

_THICKNESS = {"fine": 0.55, "thick": 1.7}


def of(settings: Iterable[str], ground_colour: Lab | None = None) -> Options:
    """Read wishes off the names of settings in groups, ``hair:blue`` and the like.

    Args:
        settings: names of ``storage.contract.kinds.CARTOON``; those without a group say nothing.
        ground_colour: of a ground in the surroundings' colour, which is square if none is named.

    Raises:
        KeyError: a group has no such setting.
    """
    wishes = {group_of(name): name.partition(":")[2] for name in settings}
    hair, eyes, lines = (wishes.get(group) for group in ("hair", "eyes", "lines"))
    ground = wishes.get("ground", "square" if ground_colour else None)
    return Options(
        mood=wishes.get("mood"),
        hair=_HAIR[hair] if hair else None,
        eyes=_EYES[eyes] if eyes else None,
        thickness=_THICKNESS[lines] if lines else 1.0,
        palette=wishes.get("palette", "own"),
        ground="none" if ground == "bare" else ground,
        ground_colour=ground_colour,
        moving=wishes.get("motion") == "moving",
    )
