"""Two short runs of the nemesis, on both databases; ``make nemesis`` runs these and an hour more.

They ask for more of the machine than the suite may: ``-m nemesis`` runs them.
"""

from pathlib import Path

import pytest

from tests.nemesis import marks
from tests.nemesis.history import judge
from tests.nemesis.nemesis import nemesis

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("number", [0, 1, 77, 2**marks.BITS - 1])
def test_photos_carry_their_numbers(number: int) -> None:
    """What the checker reads off a sticker is what was drawn into the photo."""
    assert marks.read(marks.photo(number)) == number


def test_the_checker_sees_what_goes_wrong() -> None:
    """Lost, stuck, doubled and misplaced photos are told apart."""
    shown = [marks.photo(1), marks.photo(1), marks.photo(9)]
    verdict = judge([1, 2, 3], shown, ["Working on it: cutout…", "I am busy"])
    assert (verdict.shown, verdict.told, verdict.doubles, verdict.stuck) == (1, 1, 1, 1)
    assert (verdict.lost, verdict.wrong_chat) == ([3], [9])
    assert not verdict.good
    assert judge([1, 2], [marks.photo(1)], ["I am busy"]).good


@pytest.mark.nemesis
@pytest.mark.parametrize(("faults", "pause"), [(25, 1.0)])
async def test_nothing_is_lost_on_postgresql(
    postgres_url: str, tmp_path: Path, faults: int, pause: float
) -> None:
    """Kills, freezes, cut connections and a failing Bot API cost no photo its answer."""
    async with nemesis(postgres_url, tmp_path, seed=7) as one:
        outcome = await one.run(faults, pause)
    assert outcome.good, str(outcome)
    assert outcome.telling, str(outcome)


@pytest.mark.nemesis
async def test_nothing_is_lost_on_sqlite(sqlite_url: str, tmp_path: Path) -> None:
    """The same with everything in one process, which falls as a whole."""
    async with nemesis(sqlite_url, tmp_path, seed=7) as one:
        outcome = await one.run(faults=8, pause=3.0)
    assert outcome.good, str(outcome)
    assert outcome.telling, str(outcome)
