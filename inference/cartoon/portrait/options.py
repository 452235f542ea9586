"""What a person may choose beside the look."""

from dataclasses import dataclass

from inference.face.report import Lab


@dataclass(frozen=True, slots=True)
class Options:
    """Wishes for a drawing; None leaves a thing as it is on the person, or to the look.

    hair, eyes: their colours. thickness: of the lines, times the look's own. palette: one of
    ``looks.TINTS``. ground: the shape behind, one of ``grounds.NAMES`` or "none", and its colour.
    """

    hair: Lab | None = None
    eyes: Lab | None = None
    thickness: float = 1.0
    palette: str = "own"
    ground: str | None = None
    ground_colour: Lab | None = None


AS_IT_IS = Options()
