"""A process that is killed while Telegram holds an answer back."""

import asyncio
from dataclasses import dataclass

from tests import patience
from tests.bot.bot_api_objects import Fault
from tests.bot.fake_bot_api import BotApi
from tests.nemesis.processes import Program

FOREVER = 3600.0  # seconds; longer than a process lives that is killed meanwhile


@dataclass
class HeldBack:
    """``selfmoji run`` beside a Bot API; when it is killed another one follows."""

    api: BotApi
    program: Program

    def hold(self, method: str, *, after: int = 0, done: bool = True) -> asyncio.Event:
        """Have an answer held back; return what tells that it was asked for."""
        held = asyncio.Event()
        fault = Fault(hang=FOREVER, done=done, met=held)
        self.api.script(method, *[None] * after, fault)
        return held

    async def killed(self, held: asyncio.Event) -> None:
        """Kill the process once an answer is held back."""
        async with patience.limit():
            await held.wait()
        self.program.kill()
