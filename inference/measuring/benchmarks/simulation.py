"""What happens with more workers and more people than there are here: a simulation, seeded.

People send a photo, wait for its sticker, look at it for a while, and send the next. A photo takes
time of the front end (one event loop a platform), of the database and of a worker's core, and again
of database and front end: as much as it was measured to take. Beyond so many photos on their way
people are told to come again. Whatever is busiest when people wait is the next bottleneck.
"""

import random
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import simpy

from inference.measuring.statistics import Row

WORKERS = (1, 2, 4, 8, 16, 32, 64)
PEOPLE = (1, 10, 100, 1_000, 10_000)

_WARM_UP = 60.0  # seconds that are simulated before anything is counted

Steps = Generator[simpy.Event, object, None]


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds that one photo takes of each, as measured: any number of samples."""

    front: Sequence[float]
    database: Sequence[float]
    work: Sequence[float]


@dataclass(frozen=True, slots=True)
class Fleet:
    """What there is. ``front`` and ``database``: photos that each serves at once.

    ``cores``: of each worker. ``bound``: photos on their way beyond which people are sent away.
    """

    workers: int = 1
    cores: int = 2
    front: int = 1
    database: int = 1
    bound: int = 400


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it went. ``rate``: stickers a second; ``told``: share of photos sent away.

    ``busy``: share of the time that each station was at work, by its name.
    """

    rate: float
    median: float
    p95: float
    told: float
    busy: dict[str, float]

    @property
    def bottleneck(self) -> str:
        """The busiest station."""
        return max(self.busy, key=lambda name: self.busy[name])


@dataclass(slots=True)
class _Station:
    """Servers that take turns, and how long they were at it since the warm-up."""

    servers: simpy.Resource
    samples: Sequence[float]
    share: float
    worked: float = 0.0

    def serve(self, town: "_Town") -> Steps:
        seconds = self.share * town.chance.choice(self.samples)
        with self.servers.request() as turn:
            yield turn
            yield town.clock.timeout(seconds)
        if town.clock.now > _WARM_UP:
            self.worked += seconds


@dataclass(slots=True)
class _Town:
    clock: simpy.Environment
    chance: random.Random
    bound: int
    on_their_way: int = 0
    told: int = 0
    waits: list[float] = field(default_factory=list)


def survey(times: Times, fleet: Fleet, looking: float, seed: int) -> list[Row]:
    """Simulate each of ``WORKERS`` with each of ``PEOPLE``; say who waits for what.

    Args:
        times: of one photo.
        fleet: what serves them besides workers.
        looking: see ``simulate``.
        seed: likewise.
    """
    rows = []
    for workers in WORKERS:
        for people in PEOPLE:
            seen = simulate(times, replace(fleet, workers=workers), people, looking, seed=seed)
            subject = f"{workers} x {people}"
            rows += [
                Row(subject, metric, value, None, None, people, unit)
                for metric, value, unit in (
                    ("stickers", seen.rate, "1/s"),
                    ("p95", seen.p95, "s"),
                    ("sent_away", 100 * seen.told, "%"),
                    (f"busy_{seen.bottleneck}", 100 * seen.busy[seen.bottleneck], "%"),
                )
            ]
    return rows


def simulate(
    times: Times, fleet: Fleet, people: int, looking: float = 60.0, seconds: float = 120.0,
    seed: int = 1,
) -> Outcome:  # fmt: skip
    """Let people come and go for so long.

    Args:
        times: of one photo.
        fleet: what serves them.
        people: how many there are.
        looking: seconds between a person's sticker, or being sent away, and their next photo, on
            average.
        seconds: that are counted.
        seed: of who does what when.
    """
    clock = simpy.Environment()
    town = _Town(clock, random.Random(seed), fleet.bound)  # noqa: S311
    front = _Station(simpy.Resource(clock, fleet.front), times.front, 0.5)
    database = _Station(simpy.Resource(clock, fleet.database), times.database, 0.5)
    work = _Station(simpy.Resource(clock, fleet.workers * fleet.cores), times.work, 1.0)
    way = (front, database, work, database, front)
    for _ in range(people):
        clock.process(_live(town, way, looking))
    clock.run(_WARM_UP + seconds)
    asked = len(town.waits) + town.told
    waits = town.waits or [0.0]
    return Outcome(
        rate=len(town.waits) / seconds,
        median=float(np.median(waits)),
        p95=float(np.quantile(waits, 0.95)),
        told=town.told / asked if asked else 0.0,
        busy={
            name: min(1.0, one.worked / seconds / one.servers.capacity)
            for name, one in (("front_end", front), ("database", database), ("workers", work))
        },
    )


def _live(town: _Town, way: Sequence[_Station], looking: float) -> Steps:
    """One person, for ever."""
    while True:
        yield town.clock.timeout(town.chance.expovariate(1 / looking))
        begun = town.clock.now
        if town.on_their_way >= town.bound:
            town.told += begun > _WARM_UP
            continue
        town.on_their_way += 1
        for station in way:
            yield from station.serve(town)
        town.on_their_way -= 1
        if town.clock.now > _WARM_UP:
            town.waits.append(town.clock.now - begun)
