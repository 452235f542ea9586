"""A seeded run: people send photos while the nemesis kills, freezes and cuts off what serves them.

After so many faults everything is healed, and the history must settle: each photo that was taken
has one sticker or one sentence in its own chat, and nothing waits any more.
"""

import asyncio
import math
import random
import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from tests import patience
from tests.bot import fake_gateway
from tests.bot.bot_api_objects import Fault, Shown, flood
from tests.bot.fake_bot_api import TOKEN, BotApi
from tests.bot.fake_gateway import FakeDiscord
from tests.nemesis import discord_side, history, marks
from tests.nemesis.discord_side import DiscordSide, Strike
from tests.nemesis.history import Verdict
from tests.nemesis.processes import Program, free_port, programs
from tests.nemesis.visitor import Visitor

SHARED = {
    "telegram": "telegram", "web": "web", "discord": "discord",
    "worker-1": "worker", "worker-2": "worker",
}  # fmt: skip
ALONE = {"all": "run"}
METHODS = (
    "getUpdates", "getFile", "file", "sendMessage", "sendSticker", "deleteMessage",
    "editMessageText",
)  # fmt: skip
PEOPLE = 12
MOST_WAITING = 25
LONGEST_REST = 6.0  # seconds
LOOK = 0.4  # seconds between two looks at what people were shown
FORGETFUL = PEOPLE  # has everything erased at the end
VISITORS = 4
KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


@dataclass
class Outcome:
    """What a run did and how it went. ``settled``: seconds until all was well."""

    faults: Counter[str] = field(default_factory=Counter)
    telegram: Verdict = field(default_factory=Verdict)
    web: Verdict = field(default_factory=Verdict)
    discord: Verdict = field(default_factory=Verdict)
    fell: Counter[str] = field(default_factory=Counter)
    settled: float = 0.0

    @property
    def good(self) -> bool:
        """Whether all fronts kept what they promise."""
        return self.telegram.good and self.web.good and self.discord.good

    @property
    def photos(self) -> int:
        """How many were taken."""
        return self.telegram.accepted + self.web.accepted + self.discord.accepted

    @property
    def telling(self) -> bool:
        """Whether the faults met work: a photo was taken for at least every third of them."""
        return 3 * self.photos >= self.faults.total()

    def __str__(self) -> str:
        return "\n".join(
            (
                f"{self.photos} photos under {self.faults.total()} faults "
                f"({dict(sorted(self.faults.items()))})",
                f"telegram: {self.telegram}",
                f"web: {self.web}",
                f"discord: {self.discord}",
                f"ended by themselves: {dict(self.fell)}; settled after {self.settled:.0f} s",
            )
        )


class Nemesis:
    """One installation, its people, and what goes wrong."""

    def __init__(
        self, url: str, folder: Path, api: BotApi, discord: FakeDiscord, seed: int
    ) -> None:
        """``url``: a database, SQLite's or PostgreSQL's, for this run alone."""
        self._chance = random.Random(seed)
        self._api = api
        self._discord = DiscordSide(discord, self._chance)
        self._shared = url.startswith("postgresql")
        self._url = url
        self._port = free_port()
        settings = {
            "SELFMOJI_DATABASE_URL": url,
            "SELFMOJI_DATA_DIR": str(folder / "data"),
            "SELFMOJI_MASTER_KEY": KEY,
            "SELFMOJI_KEYS_DIR": str(folder / "keys"),
            "SELFMOJI_TELEGRAM_TOKEN": TOKEN,
            "SELFMOJI_TELEGRAM_BASE_URL": api.url,
            "SELFMOJI_DISCORD_TOKEN": fake_gateway.TOKEN,
            "NEMESIS_DISCORD": f"127.0.0.1:{discord.port}",
            "SELFMOJI_PORT": str(self._port),
        }
        self._programs = programs(SHARED if self._shared else ALONE, settings, folder)
        self._visitors = [Visitor(self._port, self._chance) for _ in range(VISITORS)]
        self._sent: dict[int, list[int]] = {number: [] for number in range(1, PEOPLE + 1)}
        self._taken: list[list[int]] = [[] for _ in range(VISITORS)]
        self._on_their_way: set[asyncio.Task[None]] = set()
        self._numbers = iter(range(1, 2**marks.BITS))
        self._outcome = Outcome()
        self._seen, self._looked = Outcome(), -math.inf

    async def run(self, faults: int, pause: float = 0.5, minutes: float = math.inf) -> Outcome:
        """Strike so many times, ``pause`` seconds apart on average; heal; wait; judge.

        ``minutes``: after which there are no more strikes.
        """
        latency = random.Random(secrets.randbits(32))
        self._api.latency = lambda: latency.uniform(0.01, 0.06)
        for program in self._programs.values():
            program.start()
        await self._api.until(lambda: bool(self._api.commands))
        await self._discord.begin([next(self._numbers) for _ in range(discord_side.PEOPLE)])
        sending = asyncio.create_task(self._send_photos())
        strikes = self._strikes()
        ends = time.monotonic() + 60 * minutes
        try:
            for _ in range(faults):
                if time.monotonic() > ends:
                    break
                await self._rest(self._chance.uniform(0.2, 1.8) * pause)
                await self._strike(self._chance.choice(strikes))
        finally:
            sending.cancel()
        with suppress(asyncio.CancelledError):
            await sending  # which nothing else has ended
        self._api.heal()
        self._discord.heal()
        await self._forget(FORGETFUL)
        await self._settle()
        outcome = self._judge()
        outcome.fell = Counter({name: one.fell for name, one in self._programs.items() if one.fell})
        return outcome

    async def _rest(self, seconds: float) -> None:
        """Wait, and then for an answer, so that faults meet work rather than processes that start.

        There may be none: what went wrong may keep everybody from one for a while.
        """
        before = self._answered()
        await asyncio.sleep(seconds)
        for _ in range(round(patience.stretched(LONGEST_REST) / LOOK)):
            if self._answered() != before:
                return
            await asyncio.sleep(LOOK)

    def _answered(self) -> int:
        judged = self._lately()
        return sum(one.shown + one.told for one in (judged.telegram, judged.web, judged.discord))

    async def close(self) -> None:
        """End all processes."""
        for task in self._on_their_way:
            task.cancel()
        await asyncio.gather(*(visitor.close() for visitor in self._visitors))
        await asyncio.gather(*(program.stop() for program in self._programs.values()))

    # --- people -----------------------------------------------------------------------------

    async def _send_photos(self) -> None:
        while True:
            await asyncio.sleep(self._chance.uniform(0.1, 0.9))
            judged = self._lately()
            waiting = len(judged.telegram.lost) + len(judged.discord.lost)
            if waiting + len(self._on_their_way) > MOST_WAITING:
                continue  # people wait for their stickers before they send more
            number = next(self._numbers, None)
            if number is None:
                return
            front = self._chance.random()
            if front < 0.25:
                await self._discord.send(number)
            elif front < 0.5:
                which = self._chance.randrange(VISITORS)
                task = asyncio.create_task(self._visit(which, number))
                self._on_their_way.add(task)
                task.add_done_callback(self._on_their_way.discard)
            else:
                chat = self._chance.randint(1, PEOPLE)
                self._sent[chat].append(number)
                person = BotApi.person(chat, "en")
                await self._api.send_photo(person, marks.photo(number), "/cutout")

    async def _visit(self, which: int, number: int) -> None:
        await self._visitors[which].send(number, "/cutout")
        self._taken[which].append(number)

    async def _forget(self, chat: int) -> None:
        """Let somebody send one photo more and have everything erased while it is worked on."""
        person = BotApi.person(chat, "en")
        number = next(self._numbers)
        self._sent[chat].append(number)
        await self._api.send_photo(person, marks.photo(number), "/cutout")
        await self._api.say(person, "/forget")
        await self._api.until(lambda: self._question(chat) is not None)
        question = self._question(chat)
        if question is not None:
            await self._api.press(person, question, "Erase everything")
        await self._api.until(
            lambda: any(history.FORGOTTEN in one.text for one in self._api.messages(chat))
        )

    def _question(self, chat: int) -> Shown | None:
        asked = (one for one in self._api.messages(chat) if one.text.startswith(history.QUESTION))
        return next(asked, None)

    # --- faults -----------------------------------------------------------------------------

    def _strikes(self) -> list[Strike]:
        """Return what may go wrong, each as often as it is in the list."""
        of_processes: list[Strike] = [self._kill, self._terminate, self._freeze]
        of_the_api = [self._flood, self._fail, self._hang, self._reset, self._answer_lost]
        of_the_database = [self._cut_off, self._cut_off] if self._shared else []
        return [*3 * of_processes, *of_the_api, *self._discord.strikes(), *of_the_database]

    async def _strike(self, strike: Strike) -> None:
        struck = strike()
        name = struck if isinstance(struck, str) else await struck
        self._outcome.faults[name] += 1

    async def _program(self) -> Program:
        """Return one that is at work, whatever the others do."""
        program = self._chance.choice(list(self._programs.values()))
        await program.up()
        return program

    async def _kill(self) -> str:
        (await self._program()).kill()
        return "kill -9"

    async def _terminate(self) -> str:
        (await self._program()).terminate()
        return "SIGTERM"

    async def _freeze(self) -> str:
        (await self._program()).pause(self._chance.uniform(0.5, 4.0))
        return "SIGSTOP"

    def _script(self, fault: Fault, *methods: str) -> None:
        self._api.script(self._chance.choice(methods or METHODS), fault)

    def _flood(self) -> str:
        self._script(flood(self._chance.randint(1, 2)))
        return "429"

    def _fail(self) -> str:
        self._script(Fault(self._chance.choice((500, 502))))
        return "500"

    def _hang(self) -> str:
        self._script(Fault(hang=self._chance.uniform(1.0, 4.0)))
        return "hang"

    def _reset(self) -> str:
        self._script(Fault(reset=True))
        return "reset"

    def _answer_lost(self) -> str:
        self._script(Fault(reset=True, done=True), "sendMessage", "sendSticker", "deleteMessage")
        return "answer lost"

    async def _cut_off(self) -> str:
        """Let PostgreSQL end some of the connections to this database."""
        plain = self._url.replace("+asyncpg", "")
        connection = await asyncpg.connect(plain)
        try:
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid() "
                "AND random() < $1",
                self._chance.choice((0.2, 1.0)),
            )
        finally:
            await connection.close()
        return "cut off"

    # --- the end ----------------------------------------------------------------------------

    async def _settle(self) -> None:
        """Wait until all is well, or until nothing has changed for so long."""
        started = changed = time.monotonic()
        before = ""
        while time.monotonic() < changed + patience.seconds():
            await asyncio.sleep(1.0)
            judged = self._judged()
            if not self._on_their_way and judged.good:
                break
            if str(judged) != before:
                before, changed = str(judged), time.monotonic()
        self._outcome.settled = time.monotonic() - started
        await asyncio.sleep(3.0)  # for what should not come

    def _judged(self) -> Outcome:
        telegram = history.on_telegram(self._api, self._sent)
        web = history.on_the_web(self._visitors, self._taken)
        return Outcome(telegram=telegram, web=web, discord=self._discord.judged())

    def _lately(self) -> Outcome:
        """Return how it stood a moment ago: a long history takes long to be judged."""
        if time.monotonic() > self._looked + LOOK:
            self._seen, self._looked = self._judged(), time.monotonic()
        return self._seen

    def _judge(self) -> Outcome:
        judged = self._judged()
        judged.faults, judged.settled = self._outcome.faults, self._outcome.settled
        return judged


@asynccontextmanager
async def nemesis(url: str, folder: Path, seed: int) -> AsyncIterator[Nemesis]:
    """Open an installation to be struck, and close it."""
    async with BotApi() as api, FakeDiscord() as discord:
        one = Nemesis(url, folder, api, discord, seed)
        try:
            yield one
        finally:
            await one.close()
