"""What the benchmark measures."""

from collections.abc import Callable

import pytest

from inference.measuring.benchmarks import attack, ceiling, live, load, stages
from storage.contract.kinds import KINDS
from tests.inference.making import networks


def test_every_kind_is_measured() -> None:
    """Whatever may be asked for has a subject of its own."""
    tables = (stages.OF_FACES, stages.FILMS, stages.OF_NOBODY, stages.OF_AVATARS)
    trials = [trial for table in tables for trial in table.values()]
    assert {kind for kind, _ in trials} == set(KINDS)
    for kind, settings in trials:
        assert {setting.name for setting in settings} <= set(KINDS[kind].settings)


def test_a_round_measures_every_subject(selfie_of: Callable[[str], bytes]) -> None:
    """One photo, once: each stage and each kind has its median, and each took some time."""
    rows = stages.measure([selfie_of("P001")], rounds=1, networks=networks)
    medians = {row.subject: row.value for row in rows if row.metric == "median_ms"}
    shared = {"decode", "detect", "study", "person", "encode"}
    assert {*shared, *stages.OF_FACES, *stages.FILMS, *stages.OF_AVATARS, "mood_pack"} <= set(
        medians
    )
    assert all(value > 0 for value in medians.values())
    assert all(row.n == 1 for row in rows)


def test_driving_a_photo_is_measured(selfie_of: Callable[[str], bytes]) -> None:
    """Every frame after the calm face was learned, and how many of them fit into a second."""
    found = {row.metric: row for row in live.measure([selfie_of("P001")], networks)}
    assert found["frames_per_second"].value > 0
    assert found["median_ms"].n == found["frames_per_second"].n >= 4 * live.STEPS


@pytest.mark.slow
def test_load_is_measured_over_the_real_path(selfie_of: Callable[[str], bytes]) -> None:
    """People who come again wait for new stickers; nothing is lost, and memory is looked at."""
    rows = load.measure([selfie_of("P001")], people=2, rate=2.0, minutes=0.05)
    found = {row.metric: row.value for row in rows}
    assert found["sent"] >= 1
    assert found["lost"] == found["told"] == found["doubled"] == 0
    assert found["median_ms"] > 0
    assert found["resident_mb"] > 50


@pytest.mark.slow
def test_the_ceiling_is_measured_without_a_pause(selfie_of: Callable[[str], bytes]) -> None:
    """Each of the people has had a sticker, and each sticker took something of a processor."""
    rows = ceiling.measure([selfie_of("P001")], 3, 0.5, "/emoji", patience=0.0)
    found = {row.metric: row for row in rows}
    assert found["processor_ms"].n >= 3
    assert found["processor_ms"].value > 0
    assert found["stickers_a_second"].value > 0


@pytest.mark.slow
def test_attacks_are_met_by_somebody_who_sends_photos(selfie_of: Callable[[str], bytes]) -> None:
    """Under each attack the visitor has stickers, and each attack has reached the program."""
    rows = attack.measure([selfie_of("P001")], seconds=1.0)
    found = {(row.subject, row.metric): row.value for row in rows}
    for subject in attack.SUBJECTS:
        assert found[subject, "median_ms"] > 0
    assert found["flood_of_one", "taken"] >= 1
    assert found["slow_bodies", "connections"] >= attack.TRICKLES
    assert found["half_sent_heads", "connections"] >= attack.HALF_HEADS
    assert found["all_at_once", "connections"] >= attack.TRICKLES + attack.HALF_HEADS
