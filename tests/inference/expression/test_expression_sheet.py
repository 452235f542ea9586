"""Many expressions of one face: the chats' sheets and the command's pictures."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray
from PIL import Image as Pillow

from bot.__main__ import main
from inference.expression.sheets import SHOWN, ExpressionSheet
from inference.face.report import Portrait
from inference.pictures import sheet
from storage.contract.kinds import EXPRESSION, Setting
from tests.inference.making import make


def read(path: Path) -> NDArray[np.int32]:
    """Return a written picture, (H, W, 4)."""
    with Pillow.open(path) as picture:
        return np.asarray(picture, np.int32)


def test_a_page_shows_nine_expressions(portrait_of: Callable[[str], Portrait]) -> None:
    """Nine cells hold the same person, each with another face."""
    picture = make(ExpressionSheet(), portrait_of("P006"), Setting("expressions", page=1))
    cells = picture.frames[0][..., :3].reshape(3, sheet.CELL, 3, sheet.CELL, 3).swapaxes(1, 2)
    faces = cells.reshape(9, sheet.CELL, sheet.CELL, 3)[:, 100:300, 100:250].astype(int)
    for one in range(9):
        for other in range(one):
            assert np.abs(faces[one] - faces[other]).mean() > 0.5
    assert picture.facts == {"names": list(SHOWN[:9]), "page": 1, "pages": sheet.pages(len(SHOWN))}


def test_pages_hold_every_expression() -> None:
    """Sheets leave out engines and what needs a second photo, and there are 72 at least."""
    assert {*SHOWN, *EXPRESSION.beside, *EXPRESSION.two_photos} == set(EXPRESSION.settings)
    assert len(SHOWN) >= 72


@pytest.mark.parametrize("engine", EXPRESSION.beside)
def test_the_command_writes_and_explains(
    engine: str, selfie_of: Callable[[str], bytes], tmp_path: Path
) -> None:
    """A cut-out result, and a picture of flow, A and C beside photo and result."""
    photo, out, inside = (tmp_path / name for name in ("a.jpg", "out.png", "inside.png"))
    photo.write_bytes(selfie_of("P006"))
    arguments = [str(photo), "smile=0.8", "--engine", engine, "-o", str(out)]
    done = CliRunner().invoke(main, ["expression", *arguments, "--explain", str(inside)])
    assert done.exit_code == 0, done.output
    assert read(out).shape[2] == 4
    planes = np.split(read(inside)[30:, :, :3], 5, axis=1)
    shown, flow, _, _, result = planes
    assert (flow.min(axis=2) < 200).mean() > 0.05  # coloured where skin moves
    assert np.abs(shown - result).max() > 20


def test_the_command_draws_a_grid(selfie_of: Callable[[str], bytes], tmp_path: Path) -> None:
    """A row for each action unit; the first column is the photo itself, the last is not."""
    photo, grid = tmp_path / "a.jpg", tmp_path / "grid.png"
    photo.write_bytes(selfie_of("P006"))
    done = CliRunner().invoke(main, ["expression", str(photo), "--grid", str(grid)])
    assert done.exit_code == 0, done.output
    drawn = read(grid)[..., :3]
    rows = drawn.reshape(19, 180, 4, 150, 3)[:, 30:].swapaxes(1, 2)
    assert (rows[:, 0] == rows[0, 0]).all()
    assert (np.abs(rows[:, 3] - rows[:, 0]).max(axis=(1, 2, 3)) > 20).all()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["smlie", "-o", "x.png"], "no expression is called 'smlie'"),
        (["smile=7", "-o", "x.png"], "smile takes -1 to 1"),
        (["smile=much", "-o", "x.png"], "'much' is no number"),
        (["smile"], "say what to write"),
    ],
)
def test_the_command_says_what_is_wrong(words: list[str], said: str, tmp_path: Path) -> None:
    """One sentence, before any work."""
    photo = tmp_path / "a.jpg"
    photo.touch()
    done = CliRunner().invoke(main, ["expression", str(photo), *words])
    assert done.exit_code == 2
    assert said in done.output
