"""How much an address, and everybody together, may ask for in a while: token buckets.

A bucket holds so many tokens and gets them back evenly (Turner, "New directions in communications",
1986). An address is one machine, or a household behind one; IPv6 gives each a whole /64.
"""

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

MOST_ADDRESSES = 10_000
"""Buckets kept; the least recently used are full again before they are missed."""


@dataclass(frozen=True, slots=True)
class Rate:
    """``burst`` at once, and as many again evenly over ``seconds``."""

    burst: float
    seconds: float


class Buckets:
    """A bucket for each address and one for all of them together."""

    def __init__(
        self, each: Rate, overall: Rate, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._each = each
        self._overall = overall
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._all = (overall.burst, clock())

    def wait(self, address: str) -> float:
        """Return in how many seconds an address's own bucket has a token; take none."""
        now = self._clock()
        left = self._left.get(network(address), (self._each.burst, now))
        return _wait(_filled(left, self._each, now), 1.0, self._each)

    def take(self, address: str, amount: float = 1.0) -> float:
        """Take tokens; return 0, or in how many seconds there are enough, when none is taken."""
        now = self._clock()
        name = network(address)
        each = _filled(self._left.get(name, (self._each.burst, now)), self._each, now)
        overall = _filled(self._all, self._overall, now)
        wait = max(_wait(each, amount, self._each), _wait(overall, amount, self._overall))
        if wait > 0:
            return wait
        self._left[name] = (each - amount, now)
        self._left.move_to_end(name)
        self._all = (overall - amount, now)
        while len(self._left) > MOST_ADDRESSES:
            self._left.popitem(last=False)
        return 0.0


def _filled(bucket: tuple[float, float], rate: Rate, now: float) -> float:
    left, since = bucket
    return min(rate.burst, left + (now - since) * rate.burst / rate.seconds)


def _wait(left: float, amount: float, rate: Rate) -> float:
    return max(0.0, (amount - left) * rate.seconds / rate.burst)


def network(address: str) -> str:
    """Return what counts as one address: IPv4's whole, of IPv6's the first 64 bits."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.IPv6Network((found, 64), strict=False).network_address)
    return address
