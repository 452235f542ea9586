"""The processes of one installation: started, killed, paused, and started again when they end.

They are forked from a server that has imported the program: what a run is to strike is the program
at work, and not two seconds of imports after each kill.
"""

import asyncio
import multiprocessing
import os
import signal
import socket
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from tests import patience
from tests.nemesis import program

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(
    [
        "tests.nemesis.program", "bot.app", "bot.core.service", "bot.frontends.discord",
        "bot.frontends.telegram", "bot.frontends.web.chat", "bot.observing",
        "inference.serving.worker", "storage.database", "storage.keyfiles", "storage.queue",
    ]
)  # fmt: skip


@dataclass
class Program:
    """One process under a supervisor that starts it again whenever it ends."""

    name: str
    command: str
    environment: dict[str, str]
    log: Path
    port: int
    """Where it answers once it is at work."""
    process: ForkServerProcess | None = None
    starts: int = 0
    fell: int = 0
    """How often it ended without being told to."""
    _told: bool = False
    _keeping: asyncio.Task[None] | None = None
    _paused: set[asyncio.Task[None]] = field(default_factory=set)

    def start(self) -> None:
        """Start it, and again whenever it ends, until ``stop``."""
        self._keeping = asyncio.create_task(self._keep())

    async def _keep(self) -> None:
        while True:
            self.process = _FORKS.Process(
                target=program.serve, args=(self.command, self.environment, self.log), daemon=True
            )
            self.process.start()
            self.starts += 1
            try:
                await _ended(self.process)
            except asyncio.CancelledError:
                self._signal(signal.SIGCONT)
                self._signal(signal.SIGTERM)
                with suppress(TimeoutError):
                    await asyncio.wait_for(_ended(self.process), 30)
                self._signal(signal.SIGKILL)
                raise
            if not self._told:
                self.fell += 1
                await asyncio.sleep(0.5)
            self._told = False

    async def up(self) -> None:
        """Wait until it is at work."""

        async def answers() -> bool:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                return False
            writer.close()
            return True

        await patience.until(answers)

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self._told = True
        self._signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end, as a deployment would."""
        self._told = True
        self._signal(signal.SIGTERM)

    def pause(self, seconds: float) -> None:
        """Let it freeze for a while, as a machine that swaps would."""

        async def go_on(process: ForkServerProcess) -> None:
            await asyncio.sleep(seconds)
            _send(process, signal.SIGCONT)

        if self.process is not None and self.process.exitcode is None:
            self._signal(signal.SIGSTOP)
            task = asyncio.create_task(go_on(self.process))
            self._paused.add(task)
            task.add_done_callback(self._paused.discard)

    async def stop(self) -> None:
        """End it for good."""
        if self._keeping is not None:
            self._keeping.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeping

    def _signal(self, number: signal.Signals) -> None:
        if self.process is not None:
            _send(self.process, number)


def _send(process: ForkServerProcess, number: signal.Signals) -> None:
    if process.pid is not None and process.exitcode is None:
        with suppress(ProcessLookupError):
            os.kill(process.pid, number)


async def _ended(process: ForkServerProcess) -> None:
    """Wait for its end."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_reader(process.sentinel, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(process.sentinel)


def programs(
    commands: dict[str, str], settings: dict[str, str], folder: Path
) -> dict[str, Program]:
    """Return programs by name, each with a log in ``folder``."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("SELFMOJI_")},
        **settings,
    }
    made = {}
    for name, command in commands.items():
        port = free_port()
        own = {**environment, "SELFMOJI_METRICS_PORT": str(port)}
        made[name] = Program(name, command, own, folder / f"{name}.log", port)
    return made


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port
