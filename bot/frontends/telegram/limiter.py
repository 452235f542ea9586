"""Telegram's rate limits, kept per chat instead of for the whole bot.

python-telegram-bot's own limiter stops every request when one chat is flooded and lets sticker-set
calls through unlimited. Here each chat, the sticker sets and the bot as a whole have their own
bucket (GCRA: Leaky Bucket as a Meter), and a RetryAfter closes only the bucket that it hit.

Limits: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
"""

import asyncio
import math
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

from bot.frontends.telegram.errors import seconds_to_wait

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Rate:
    """How many requests a second in the long run, and how many at once after a rest."""

    per_second: float
    burst: int


OVERALL = Rate(30, 30)
PRIVATE = Rate(1, 20)
GROUP = Rate(20 / 60, 20)
STICKER_SETS = Rate(1, 5)  # undocumented; slow enough never to have been refused
LONGEST_WAIT = 5.0  # seconds in place; beyond it the caller hears of it and comes back later
ATTEMPTS = 4


class Bucket:
    """One rate, and how much of it is used up at the moment."""

    def __init__(self, rate: Rate, clock: Clock) -> None:
        self._step = 1 / rate.per_second
        self._tolerance = self._step * (rate.burst - 1)
        self._clock = clock
        self._next = 0.0  # theoretical arrival time
        self._closed_until = 0.0

    @property
    def idle(self) -> bool:
        """Whether forgetting this bucket would change nothing."""
        now = self._clock()
        return self._next <= now and self._closed_until <= now

    def wait(self) -> float:
        """Return the seconds until a request may go, without taking a place."""
        now = self._clock()
        return max(0.0, self._next - self._tolerance - now, self._closed_until - now)

    def take(self) -> float:
        """Take a place; return the seconds until its turn."""
        wait = self.wait()
        self._next = max(self._next, self._clock()) + self._step
        return wait

    def close(self, seconds: float) -> None:
        """Let nothing through for that long."""
        self._closed_until = max(self._closed_until, self._clock() + seconds)


class Limiter(BaseRateLimiter[None]):
    """Spread requests out, wait out short RetryAfters, report long ones."""

    def __init__(self, clock: Clock | None = None, longest_wait: float = LONGEST_WAIT) -> None:
        self._clock = clock or (lambda: asyncio.get_running_loop().time())
        self._longest_wait = longest_wait
        self._overall = Bucket(OVERALL, self._clock)
        self._buckets: dict[str, Bucket] = {}

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: None,
    ) -> Any:
        """Make the request when its turn comes.

        Raises RetryAfter, without asking Telegram, when the turn is further away than the longest
        wait.
        """
        del rate_limit_args
        bucket = self._bucket(endpoint, data)
        for _ in range(ATTEMPTS):
            if bucket.wait() > self._longest_wait:
                break
            await asyncio.sleep(max(bucket.take(), self._overall.take()))
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as refusal:
                bucket.close(seconds_to_wait(refusal))
        raise RetryAfter(math.ceil(bucket.wait()))

    def _bucket(self, endpoint: str, data: Mapping[str, Any]) -> Bucket:
        """Find the bucket that a request falls into; edits and answers only share the overall."""
        chat = data.get("chat_id")
        if endpoint.startswith("send") and chat is not None:
            group = str(chat).startswith(("-", "@"))
            name, rate = f"chat {chat}", GROUP if group else PRIVATE
        elif "sticker" in endpoint.lower() and not endpoint.startswith("get"):
            name, rate = "sticker sets", STICKER_SETS
        else:
            name, rate = f"{endpoint} {chat}", OVERALL
        if len(self._buckets) > 1000:
            self._buckets = {name: kept for name, kept in self._buckets.items() if not kept.idle}
        return self._buckets.setdefault(name, Bucket(rate, self._clock))
