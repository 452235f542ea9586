"""A browser's camera moves the face on one of its person's photos, live.

WS   /drive?job=   the browser sends a frame, a picture of at most 64 KB, and waits; it is answered
                   by the moved face, a PNG, and {"moment", "settings"}. The text "restart" learns
                   the driver's calm face anew and is not answered.

One frame is on its way at a time, so whoever is slow sees fewer. Frames are looked at and let go.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from uuid import UUID

from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.core.conversation.events import Who
from bot.frontends.web import visitors
from bot.frontends.web.sessions import Sessions
from storage.contract.kinds import EXPRESSION, Setting
from storage.contract.live import Drive, Live
from storage.errors import PhotoGone

MOST_AT_ONCE = 2
"""Drives of one process: each takes about a core."""

FRAMES_A_SECOND = 15.0
IDLE_SECONDS = 15.0

NO_SUCH, BUSY, GONE, IDLE, NOT_HERE = 4404, 4409, 4410, 4408, 4503
"""Why a connection is closed; the page says it in words."""

DrivenBy = Callable[[Who, UUID], Awaitable[tuple[UUID, int | None] | None]]
"""Tells of a person's result which photo it was made of, and which face."""

_SETTING = re.compile(r"([A-Za-z0-9-]{1,20})=(-?(?:0|1)(?:\.\d{1,2})?)")
_MOST_SETTINGS = 20


class Driving:
    """Its address, over the stage of this very process, if its worker has one."""

    def __init__(self, live: Live, sessions: Sessions, driven_by: DrivenBy) -> None:
        self._live = live
        self._sessions = sessions
        self._driven_by = driven_by
        self._drivers: set[str] = set()

    @property
    def possible(self) -> bool:
        """Whether there is a stage."""
        return self._live.stage is not None

    async def drive(self, socket: WebSocket, who_of: Callable[[WebSocket, str], Who]) -> None:
        """Serve one browser's camera; ``who_of`` tells who a browser's person is."""
        secret = visitors.token(socket)
        await socket.accept()
        if secret is None:
            await socket.close(NO_SUCH)
            return
        person = visitors.external_id(secret)
        if person in self._drivers or len(self._drivers) >= MOST_AT_ONCE:
            await socket.close(BUSY)
            return
        self._drivers.add(person)
        try:
            with suppress(WebSocketDisconnect):
                await self._serve(socket, who_of(socket, person), person)
        finally:
            self._drivers.discard(person)

    async def _serve(self, socket: WebSocket, who: Who, person: str) -> None:
        session = await self._sessions.get(person)
        epoch = session.epoch
        drive = await self._open(socket, who)
        if isinstance(drive, int):
            await socket.close(drive)
            return
        loop = asyncio.get_running_loop()
        while True:
            begun = loop.time()
            try:
                async with asyncio.timeout(IDLE_SECONDS):
                    message = await socket.receive()
            except TimeoutError:
                await socket.close(IDLE)
                return
            if message["type"] == "websocket.disconnect":
                return
            if session.epoch != epoch:  # all was forgotten
                await socket.close(GONE)
                return
            frame = message.get("bytes")
            if frame is None:
                drive.restart()
                continue
            try:
                moved = await drive.move(frame)
            except (PhotoGone, ValueError) as problem:
                await socket.close(GONE if isinstance(problem, PhotoGone) else 1003)
                return
            await socket.send_bytes(moved.picture)
            settings = written(moved.settings)
            await socket.send_json({"moment": moved.moment.value, "settings": settings})
            await asyncio.sleep(1 / FRAMES_A_SECOND - (loop.time() - begun))

    async def _open(self, socket: WebSocket, who: Who) -> Drive | int:
        """Return the drive of the photo that is meant, or why there is none."""
        stage = self._live.stage
        if stage is None:
            return NOT_HERE
        try:
            job = UUID(socket.query_params.get("job", ""))
        except ValueError:
            return NO_SUCH
        driven = await self._driven_by(who, job)
        if driven is None:
            return NO_SUCH
        return await stage.open(*driven) or GONE


def written(settings: tuple[Setting, ...]) -> str:
    """Write settings as the page sends them back: ``AU12=0.8 AU26=0.3``."""
    return " ".join(f"{one.name}={one.amount:g}" for one in settings)


def read(text: str) -> tuple[Setting, ...]:
    """Read settings of the kind ``expression``; raises ValueError for anything else."""
    found = []
    for part in text.split(" ")[: _MOST_SETTINGS + 1]:
        match = _SETTING.fullmatch(part)
        if match is None or match[1] not in EXPRESSION.chosen:
            raise ValueError("no expression")
        if match[1] in EXPRESSION.two_photos or not -1 <= float(match[2]) <= 1:
            raise ValueError("no expression")
        found.append(Setting(match[1], float(match[2])))
    if len(found) > _MOST_SETTINGS:
        raise ValueError("too much at once")
    return tuple(found)
