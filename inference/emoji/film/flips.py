"""How often the parts of a filmed face's avatar change."""

from collections import Counter, deque
from dataclasses import dataclass, field

from inference.emoji.film.readings import Reading

SECONDS_SHOWN = 4.0
"""How far back the strips and the curve of a frame reach."""


@dataclass(slots=True)
class Flips:
    """Counts parts that change from frame to frame.

    shown: the last frames' variants, by slot. rates: flips in the second that ends at each of the
    last frames. by_slot: all flips so far.
    """

    frames_per_second: float
    shown: deque[dict[str, str]] = field(init=False)
    rates: deque[float] = field(init=False)
    by_slot: Counter[str] = field(init=False, default_factory=Counter)
    _counts: deque[int] = field(init=False)
    _steps: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        most = max(2, round(self.frames_per_second * SECONDS_SHOWN))
        self.shown, self.rates = deque(maxlen=most), deque(maxlen=most)
        self._counts = deque(maxlen=max(1, round(self.frames_per_second)))

    def add(self, reading: Reading) -> None:
        """Count what changed since the frame before."""
        now = {one.slot: one.variant for one in reading.comparisons}
        if self.shown:
            before = self.shown[-1]
            flipped = [slot for slot in now if before.get(slot, now[slot]) != now[slot]]
            self.by_slot.update(flipped)
            self._counts.append(len(flipped))
            self._steps += 1
            self.rates.append(float(sum(self._counts)))
        self.shown.append(now)

    @property
    def mean(self) -> float:
        """Flips per second from the first frame to this."""
        return self.by_slot.total() * self.frames_per_second / max(self._steps, 1)
