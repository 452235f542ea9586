"""Which class serves which kind of job, and what one family lends to another."""

from collections.abc import Callable
from functools import partial

from inference.cartoon.gallery import Gallery
from inference.cartoon.resembling import Lookalike
from inference.cartoon.serving import Cartoon
from inference.cutout.serving import Cutout
from inference.edit.mixes import Mix
from inference.edit.serving import Edit
from inference.edit.strangers import Strangers
from inference.edit.try_on import TryOn
from inference.edit.tuning import Tuning
from inference.emoji.mood_serving import Mood, MoodSheet
from inference.emoji.preview import Lineup, Preview
from inference.emoji.serving import Emoji
from inference.emoji.together_serving import Together
from inference.expression.film_serving import Animate, Say
from inference.expression.serving import Expression, portrayed
from inference.expression.sheets import ExpressionSheet
from inference.family import Family


def opened(*, guest: bool) -> dict[str, Family]:
    """One family of each kind. guest: whether the operator brought a style model."""
    found = {kind: family() for kind, family in FAMILIES.items()}
    if guest:
        found |= {"cartoon": Cartoon(portrayed, guest=True), "gallery": Gallery(guest=True)}
    return found


FAMILIES: dict[str, Callable[[], Family]] = {
    "cutout": Cutout,
    "emoji": Emoji,
    "cartoon": partial(Cartoon, portrayed),
    "expression": Expression,
    "edit": Edit,
    "tuning": Tuning,
    "random": Strangers,
    "mix": Mix,
    "lookalike": Lookalike,
    "mood": Mood,
    "try-on": TryOn,
    "gallery": Gallery,
    "expression-sheet": ExpressionSheet,
    "mood-sheet": MoodSheet,
    "preview": Preview,
    "lineup": Lineup,
    "together": Together,
    "animate": Animate,
    "say": Say,
}
