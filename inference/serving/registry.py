"""Which class serves which kind of job."""

from inference.cartoon.gallery import Gallery
from inference.cartoon.serving import Cartoon
from inference.cutout.serving import Cutout
from inference.edit.serving import Edit
from inference.edit.try_on import TryOn
from inference.emoji.mood_serving import Mood, MoodSheet
from inference.emoji.preview import Lineup, Preview
from inference.emoji.serving import Emoji
from inference.expression.serving import Expression
from inference.family import Family

FAMILIES: dict[str, type[Family]] = {
    "cutout": Cutout,
    "emoji": Emoji,
    "cartoon": Cartoon,
    "expression": Expression,
    "edit": Edit,
    "mood": Mood,
    "try-on": TryOn,
    "gallery": Gallery,
    "mood-sheet": MoodSheet,
    "preview": Preview,
    "lineup": Lineup,
}
