"""The simulation against what queueing theory says."""

import json

import pytest
from click.testing import CliRunner

from inference.__main__ import bench
from inference.measuring.benchmarks.simulation import Fleet, Times, simulate

QUICK = [0.001]


def test_a_sticker_takes_what_its_steps_take_where_nobody_waits() -> None:
    """One person meets nobody."""
    seen = simulate(Times([0.02], [0.01], [0.17]), Fleet(), people=1, looking=1.0)
    assert seen.median == pytest.approx(0.2)
    assert seen.told == 0


@pytest.mark.parametrize(
    ("times", "name", "rate"),
    [
        (Times([0.05], QUICK, QUICK), "front_end", 20.0),
        (Times(QUICK, [0.1], QUICK), "database", 10.0),
        (Times(QUICK, QUICK, [0.5]), "workers", 8.0),
    ],
)
def test_the_slowest_station_bounds_the_whole(times: Times, name: str, rate: float) -> None:
    """However many people there are; two workers of two cores do four photos at once."""
    seen = simulate(times, Fleet(workers=2), people=500, looking=5.0)
    assert seen.bottleneck == name
    assert seen.rate == pytest.approx(rate, rel=0.05)
    assert seen.busy[name] == pytest.approx(1.0, abs=0.02)


def test_people_beyond_the_bound_are_sent_away() -> None:
    """What is on its way is bounded, and with it the wait."""
    times = Times(QUICK, QUICK, [0.5])
    seen = simulate(times, Fleet(bound=40), people=500, looking=5.0)
    assert seen.told > 0.8
    assert seen.p95 < 40 * 0.5 / 2 + 1


def test_the_same_seed_gives_the_same_day() -> None:
    """And another seed another one."""
    times = Times(QUICK, QUICK, [0.1, 0.2, 0.4])
    days = [simulate(times, Fleet(), 50, 2.0, seed=seed) for seed in (1, 1, 2)]
    assert days[0] == days[1] != days[2]


def test_given_times_are_not_measured() -> None:
    """The command line tells of every fleet."""
    given = ["--front-ms", "9", "--database-ms", "9", "--work-ms", "90", "--looking", "6000"]
    told = CliRunner().invoke(bench, ["simulate", *given, "--json"])
    rows = json.loads(told.output)["rows"]
    assert {row["subject"] for row in rows} >= {"1 x 1", "64 x 10000", "work"}
