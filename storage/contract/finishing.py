"""How a sticker is finished: its outline and what lies behind it. It travels among job settings.

Families never see it; any kind that gives a sticker takes one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from storage.contract.kinds import Setting

OUTLINE, WIDTH, GROUND = "finish:outline", "finish:width", "finish:ground"

WHITE = "#ffffff"
USUAL_WIDTH = 8.0
WIDTHS = (0.0, 4.0, 8.0, 14.0)
"""Of outlines: px of the sticker's 512."""


_PHOTO = "photo:"


def ground_of(photo: UUID) -> str:
    """Return the ground that is a photo of the person's own."""
    return f"{_PHOTO}{photo.hex}"


@dataclass(frozen=True, slots=True)
class Finish:
    """``outline``: its colour, "#rrggbb"; ``width``: px, 0 for none.

    ``ground``: a colour, what ``ground_of`` says of a photo, or "" for none.
    """

    outline: str = WHITE
    width: float = USUAL_WIDTH
    ground: str = ""

    @property
    def photo(self) -> UUID | None:
        """The photo that lies behind, if one does."""
        return UUID(self.ground.removeprefix(_PHOTO)) if self.ground.startswith(_PHOTO) else None


USUAL = Finish()


def with_finish(settings: tuple[Setting, ...], finish: Finish) -> tuple[Setting, ...]:
    """Return a job's settings with what is unusual about its finish among them."""
    added = []
    if finish.outline != USUAL.outline:
        added.append(Setting(OUTLINE, words=finish.outline))
    if finish.width != USUAL.width:
        added.append(Setting(WIDTH, finish.width))
    if finish.ground:
        added.append(Setting(GROUND, words=finish.ground))
    return (*settings, *added)


def finish_parted(settings: Iterable[Setting]) -> tuple[tuple[Setting, ...], Finish]:
    """Part a job's settings from its finish."""
    left: list[Setting] = []
    outline, width, ground = USUAL.outline, USUAL.width, USUAL.ground
    for setting in settings:
        match setting.name:
            case "finish:outline":
                outline = setting.words
            case "finish:width":
                width = setting.amount
            case "finish:ground":
                ground = setting.words
            case _:
                left.append(setting)
    return tuple(left), Finish(outline, width, ground)
