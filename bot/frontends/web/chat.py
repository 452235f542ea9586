"""The web chat as the core sees it, and the server that carries it."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import Protocol
from uuid import UUID

import uvicorn

from bot.core.chat import Listener
from bot.core.conversation.events import Message, Who
from bot.core.language.texts import Texts
from bot.core.restoring import Restored
from bot.frontends.web.app import Update, WebApp
from bot.frontends.web.driving import Driving
from bot.frontends.web.guard import Guard
from bot.frontends.web.protocol import ImpatientProtocol
from bot.frontends.web.sessions import Sessions
from bot.settings import BotSettings
from storage.contract.health import Check
from storage.contract.live import MOST_BYTES, Live

GRACE_SECONDS = 3


class WebListener(Listener, Protocol):
    """A listener that knows by itself what the page shows: languages, avatar parts, health."""

    async def locale_of(self, who: Who) -> str | None:
        """Return a person's language, None where they never chose nor brought one."""
        ...

    async def part_of(self, style: str, slot: str, variant: str) -> tuple[bytes, str] | None:
        """Return the PNG of an avatar part and its version, None if there is no such part."""
        ...

    async def driven_by(self, who: Who, job: UUID) -> tuple[UUID, int | None] | None:
        """Return the photo and the face that a person's result was made of."""
        ...

    async def standing(self, platform: str, chat: str) -> list[Restored]:
        """Return what stands on a person's page, as the rows remember it."""
        ...

    async def health(self) -> tuple[Check, ...]:
        """Return what works and what does not."""
        ...


class WebChat:
    """Satisfies ``bot.core.chat.Chat``; a chat's reference is its person's external id.

    Messages change in place, so references never change.
    """

    platform = "web"

    def __init__(self, settings: BotSettings, texts: Texts, live: Live | None = None) -> None:
        """``live``: where photos are driven, if they are in this process."""
        self._live = live or Live()
        self._settings = settings
        self._texts = texts
        self._listener: WebListener | None = None
        self._sessions = Sessions(settings.photo_hours * 3600, self._restore)
        self.address = ""
        """Where the page is, once ``ready``."""
        self.ready = asyncio.Event()

    async def send(self, chat: str, message: Message, once: str = "") -> str:
        """Show a message in all of a person's tabs."""
        del once
        return (await self._sessions.get(chat)).add("bot", message)

    async def edit(self, chat: str, reference: str, message: Message, once: str = "") -> str:
        """Change a message in place."""
        del once
        self._sessions.warm = self._sessions.warm or message.sticker is not None
        return (await self._sessions.get(chat)).replace(reference, message)

    async def remove(self, chat: str, reference: str) -> None:
        """Take a message away."""
        (await self._sessions.get(chat)).remove(reference)

    async def forget(self, chat: str) -> None:
        """Drop everything a person was shown."""
        (await self._sessions.get(chat)).clear()

    async def _restore(self, chat: str) -> list[Restored]:
        return [] if self._listener is None else await self._listener.standing("web", chat)

    async def run(self, service: WebListener, shutdown: asyncio.Event) -> None:
        """Serve the page and deliver finished work until the shutdown.

        Raises:
            OSError: the address is taken.
        """
        self._listener = service

        async def handle(update: Update) -> None:
            await service.handle(update, self)

        app = WebApp(
            self._sessions,
            self._texts,
            handle,
            service.locale_of,
            service.part_of,
            service.health,
            service.collections,
            Driving(self._live, self._sessions, service.driven_by),
        )
        hosts = (self._settings.host, *self._settings.public_hosts.split(","))
        server = _Server(
            uvicorn.Config(
                Guard(app.asgi, hosts),
                http=ImpatientProtocol,
                access_log=False,  # addresses carry captions and picture tokens
                log_config=None,
                server_header=False,
                forwarded_allow_ips=self._settings.proxies,
                ws_max_size=MOST_BYTES,
                ws_per_message_deflate=False,  # pictures are deflated already
                timeout_keep_alive=30,
                timeout_graceful_shutdown=GRACE_SECONDS,
                lifespan="off",
            )
        )
        listening = _listen(self._settings.host, self._settings.port)
        self.address = _address(listening, self._settings.host)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        delivering = asyncio.create_task(service.deliver(self, shutdown))
        stopping = asyncio.create_task(shutdown.wait())
        self.ready.set()
        try:
            await asyncio.wait({serving, delivering, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            shutdown.set()
            server.should_exit = True
            stopping.cancel()
            self.ready.clear()
            await asyncio.gather(serving, delivering)
            listening.close()


class _Server(uvicorn.Server):
    """uvicorn without signal handlers: the process around it decides when to stop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen()  # whoever comes before the server is up waits a moment
    except OSError:
        listening.close()
        raise
    return listening


def _address(listening: socket.socket, host: str) -> str:
    port: int = listening.getsockname()[1]
    name = "localhost" if host in {"127.0.0.1", "0.0.0.0", "::", "::1"} else host  # noqa: S104
    return f"http://{f'[{name}]' if ':' in name else name}:{port}/"
