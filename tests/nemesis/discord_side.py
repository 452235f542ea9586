"""Discord in a run: its people, who write and use commands, and what goes wrong there."""

import random
from collections.abc import Awaitable, Callable

from tests.bot.discord_objects import Json
from tests.bot.fake_gateway import FakeDiscord
from tests.nemesis import history, marks
from tests.nemesis.history import Verdict

PEOPLE = 5
REQUESTS = (
    ("POST", "/messages"), ("POST", "/callback"), ("PATCH", "/@original"), ("PATCH", ""),
    ("DELETE", ""), ("GET", ".png"),
)  # fmt: skip
CHANGES = REQUESTS[:-1]

Strike = Callable[[], "str | Awaitable[str]"]


class DiscordSide:
    """People with a private channel each; a command counts as taken once it is acknowledged."""

    def __init__(self, server: FakeDiscord, chance: random.Random) -> None:
        self._server = server
        self._chance = chance
        self._people = {number: FakeDiscord.person(number) for number in range(1, PEOPLE + 1)}
        server.open_channels |= {_channel(number): one for number, one in self._people.items()}
        self._written: dict[int, list[int]] = {number: [] for number in self._people}
        self._asked: dict[int, dict[str, int]] = {number: {} for number in self._people}

    async def begin(self, numbers: list[int]) -> None:
        """Let everybody be answered once: where nobody was, missed messages are not looked for."""
        await self._server.until(lambda: self._server.identified)
        for person, number in zip(self._people, numbers, strict=True):
            await self._write(person, number)
        await self._server.until(lambda: self.judged().shown == PEOPLE)

    async def send(self, number: int) -> None:
        """Let somebody send a photo, written or with a command."""
        person = self._chance.randint(1, PEOPLE)
        if self._chance.random() < 0.7:
            await self._write(person, number)
            return
        photo = self._attachment(number)
        token = await self._server.slash(self._people[person], _channel(person), "cutout", photo)
        self._asked[person][token] = number

    async def _write(self, person: int, number: int) -> None:
        self._written[person].append(number)
        photo = self._attachment(number)
        await self._server.say(self._people[person], _channel(person), "/cutout", photo)

    def _attachment(self, number: int) -> Json:
        return self._server.attachment(f"{number}.png", marks.photo(number))

    def judged(self) -> Verdict:
        """Judge all channels as they stand."""
        whole = Verdict()
        for person, written in self._written.items():
            asked = self._asked[person].items()
            taken = [number for token, number in asked if self._server.acknowledged(token)]
            standing = self._server.in_channel(_channel(person))
            stickers = [data for one in standing for data in one.files.values()]
            words = [one.body.get("content") or "" for one in standing if not one.files]
            whole.add(history.judge([*written, *taken], stickers, words))
        return whole

    def heal(self) -> None:
        """Let nothing go wrong any more."""
        self._server.heal()

    # --- faults -----------------------------------------------------------------------------

    def strikes(self) -> list[Strike]:
        """Return what may go wrong, each as often as it is in the list."""
        return [self._fail, self._flood, self._hang, self._reset, self._answer_lost, self._drop]

    def _fail(self) -> str:
        self._server.script(*self._chance.choice(REQUESTS), self._chance.choice((500, 502, 503)))
        return "Discord: 500"

    def _flood(self) -> str:
        pause = {"retry_after": self._chance.uniform(0.2, 2.0), "message": "", "code": 0}
        self._server.script(*self._chance.choice(CHANGES), 429, pause)
        return "Discord: 429"

    def _hang(self) -> str:
        self._server.script(*self._chance.choice(REQUESTS), hang=self._chance.uniform(1.0, 4.0))
        return "Discord: hang"

    def _reset(self) -> str:
        self._server.script(*self._chance.choice(REQUESTS), reset=True)
        return "Discord: reset"

    def _answer_lost(self) -> str:
        self._server.script(*self._chance.choice(CHANGES), reset=True, done=True)
        return "Discord: answer lost"

    async def _drop(self) -> str:
        await self._server.drop_connections()
        return "Discord: gateway dropped"


def _channel(person: int) -> int:
    """Return the private channel of somebody."""
    return 5000 + person
