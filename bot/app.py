"""A process: what its components share, opened and closed around them.

Each component imports what it needs when it runs, so that chats start without models and the worker
without chats.
"""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from bot.memory import kept_small
from bot.settings import BotSettings
from bot.supervising import alone, keep_up

if TYPE_CHECKING:
    from bot.core.service import Service
    from storage.contract.live import Live
    from storage.database import Database
    from storage.queue import Queue
    from storage.vault import Vault

log = logging.getLogger("selfmoji")

NO_KEYS = (
    "SELFMOJI_KEYS_DIR is not set: what people have erased stays readable, with the master key, in "
    "old pages, log and backups of PostgreSQL. Set it to a folder that all processes share."
)

Component = Callable[["App", asyncio.Event], Awaitable[None]]
"""What a process is made of; it runs until the shutdown event."""


@dataclass(frozen=True, slots=True)
class App:
    """What all components of a process share."""

    settings: BotSettings
    database: "Database"
    vault: "Vault"
    queue: "Queue"
    service: "Service"
    live: "Live"


async def web_chat(app: App, shutdown: asyncio.Event) -> None:
    """Serve the web chat, and say where it is."""
    from bot.core.language.texts import load
    from bot.frontends.web.chat import WebChat

    async def serve(ended: asyncio.Event) -> None:
        chat = WebChat(app.settings, load(), app.live)

        async def announce() -> None:
            await chat.ready.wait()
            click.echo(f"Selfmoji is at {chat.address}  (Ctrl-C stops it)")

        announcing = asyncio.create_task(announce())
        try:
            await chat.run(app.service, ended)
        finally:
            announcing.cancel()

    await alone(app.database, "web", serve, shutdown)


async def telegram_chat(app: App, shutdown: asyncio.Event) -> None:
    """Serve Telegram."""
    from bot.core.language.texts import load
    from bot.frontends.telegram import TelegramChat

    token = app.settings.telegram_token.get_secret_value()

    async def serve(ended: asyncio.Event) -> None:
        await TelegramChat(token, load(), app.settings.telegram_base_url).run(app.service, ended)

    await alone(app.database, "telegram", serve, shutdown)


async def discord_chat(app: App, shutdown: asyncio.Event) -> None:
    """Serve Discord."""
    from bot.core.language.texts import load
    from bot.frontends.discord import DiscordChat

    token = app.settings.discord_token.get_secret_value()

    async def serve(ended: asyncio.Event) -> None:
        await DiscordChat(token, load()).run(app.service, ended)

    await alone(app.database, "discord", serve, shutdown)


async def serve_all(settings: BotSettings, components: tuple[Component, ...]) -> None:
    """Run all components until a signal, or until one of them ends for good; then end all."""
    shutdown = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stop(number: int) -> None:
        log.info("stopping")
        loop.remove_signal_handler(number)  # the second one stops at once
        shutdown.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop, number)
    from bot.observing import observed

    async with (
        opened(settings) as app,
        observed(app.database, app.service.health, settings.metrics_host, settings.metrics_port),
    ):
        tasks = [
            asyncio.create_task(until(_kept_up(one, app, shutdown), shutdown)) for one in components
        ]
        tidying = asyncio.create_task(kept_small(shutdown))
        await asyncio.gather(*tasks, tidying, return_exceptions=True)
    for task in tasks:
        task.result()


def _kept_up(component: Component, app: App, shutdown: asyncio.Event) -> Awaitable[None]:
    name = component.__name__.strip("_").replace("_", " ")
    return keep_up(name, lambda ended: component(app, ended), shutdown)


async def until(part: Awaitable[None], shutdown: asyncio.Event) -> None:
    """Await a component; when it ends, however it does, all end."""
    try:
        await part
    finally:
        shutdown.set()


@asynccontextmanager
async def opened(settings: BotSettings) -> AsyncIterator[App]:
    """Open what the components share, and close it after them."""
    from bot.core.language.texts import load
    from bot.core.service import Service
    from storage.contract.live import Live
    from storage.database import Database
    from storage.keyfiles import KeyFiles
    from storage.queue import open_queue
    from storage.vault import Vault

    if settings.keys is None:
        log.warning(NO_KEYS)
    vault = Vault(settings.key(), KeyFiles(settings.keys) if settings.keys else None)
    database = await Database.open(settings.url)
    try:
        queue = await open_queue(database)
        try:
            service = Service(database, vault, queue, load(), settings)
            yield App(settings, database, vault, queue, service, Live())
        finally:
            await queue.close()
    finally:
        await database.close()
