"""A browser's camera over a real websocket, before a stage that does as it is told."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from bot.core.conversation.events import PoseKept
from bot.frontends.web import driving, visitors
from bot.frontends.web.chat import WebChat
from storage.contract.kinds import Setting
from storage.contract.live import MOST_BYTES, Live, Moment, Moved
from storage.errors import PhotoGone
from tests import patience
from tests.bot.on_the_web import Listening, Page, serving, visiting

PHOTO, JOB = uuid4(), uuid4()


class ScriptedDrive:
    """Answers each frame with itself, backwards."""

    def __init__(self) -> None:
        self.restarts = 0

    async def move(self, frame: bytes) -> Moved:
        if frame == b"gone":
            raise PhotoGone
        if frame == b"noise":
            raise ValueError
        settings = (Setting("AU12", 0.8), Setting("AU43-left", -0.25))
        return Moved(Moment.MOVING, frame[::-1], settings)

    def restart(self) -> None:
        self.restarts += 1


class ScriptedStage:
    """Opens drives of one photo."""

    def __init__(self) -> None:
        self.drives: list[ScriptedDrive] = []
        self.faces: list[int | None] = []

    async def open(self, photo_id: UUID, face: int | None) -> ScriptedDrive | None:
        self.faces.append(face)
        if photo_id != PHOTO:
            return None
        self.drives.append(ScriptedDrive())
        return self.drives[-1]


@pytest.fixture
def stage() -> ScriptedStage:
    return ScriptedStage()


@pytest.fixture
async def lively(
    listener: Listening, stage: ScriptedStage, tmp_path: Path
) -> AsyncIterator[WebChat]:
    live = Live()
    live.stage = stage
    async with serving(listener, tmp_path, live) as running:
        yield running


@asynccontextmanager
async def camera(
    page: Page, job: str = JOB.hex, origin: str = ""
) -> AsyncIterator[ClientConnection]:
    url = httpx.URL(page.address.replace("http", "ws", 1) + "/drive", params={"job": job})
    headers = {"cookie": f"{visitors.COOKIE}={page.cookie}", "origin": origin or page.address}
    async with patience.limit(), connect(str(url), additional_headers=headers) as socket:
        yield socket


async def closed(page: Page, *frames: bytes, job: str = JOB.hex) -> int | None:
    """Send frames that end it; return why it ended."""
    async with camera(page, job) as socket:
        with suppress(ConnectionClosed):
            for frame in frames:
                await socket.send(frame)
            while True:
                await socket.recv()
        return socket.close_code


async def test_each_frame_is_answered_by_a_picture_and_what_moved_it(
    lively: WebChat, listener: Listening, stage: ScriptedStage
) -> None:
    """In turn; the calm face is learned anew when the page says so; keeping it is an update."""
    async with visiting(lively) as page:
        listener.photos[page.person, JOB] = (PHOTO, 2)
        async with camera(page) as socket:
            await socket.send("restart")
            for frame in (b"one", b"two"):
                await socket.send(frame)
                assert await socket.recv() == frame[::-1]
                told = json.loads(await socket.recv())
                assert told == {"moment": "moving", "settings": "AU12=0.8 AU43-left=-0.25"}
        assert (stage.faces, stage.drives[0].restarts) == ([2], 1)
        fields = {"key": page.key(), "job": JOB.hex, "settings": told["settings"]}
        assert (await page.http.post("/pose", json=fields)).status_code == 202
        (kept,) = listener.events
        assert isinstance(kept, PoseKept)
        assert kept.job == JOB
        assert kept.settings == (Setting("AU12", 0.8), Setting("AU43-left", -0.25))


async def test_nobody_drives_somebody_elses_photo(lively: WebChat, listener: Listening) -> None:
    """Nor one that is gone, nor what was never there; each has its own reason."""
    async with visiting(lively) as ann, visiting(lively) as ben:
        listener.photos[ann.person, JOB] = (PHOTO, None)
        assert await closed(ben) == driving.NO_SUCH
        assert await closed(ann, job="nonsense") == driving.NO_SUCH
        assert await closed(ann, b"one", b"gone") == driving.GONE
        assert await closed(ann, b"noise") == 1003
        assert await closed(ann, bytes(MOST_BYTES + 1)) == 1009
        listener.photos[ann.person, JOB] = (uuid4(), None)
        assert await closed(ann) == driving.GONE
        with pytest.raises(Exception, match="403"):
            async with camera(ann, origin="http://evil.example"):
                pass


async def test_a_person_drives_in_one_tab_and_few_at_once(
    lively: WebChat, listener: Listening
) -> None:
    """Others are told to come again, and may when somebody has left."""
    async with visiting(lively) as ann, visiting(lively) as ben, visiting(lively) as cem:
        for page in (ann, ben, cem):
            listener.photos[page.person, JOB] = (PHOTO, None)
        async with camera(ann) as first:
            await first.send(b"one")
            assert await closed(ann) == driving.BUSY
            async with camera(ben) as second:
                await second.send(b"one")
                await second.recv()
                assert await closed(cem) == driving.BUSY
        await patience.until(lambda: _drives(cem))


async def _drives(page: Page) -> bool:
    async with camera(page) as socket:
        try:
            await socket.send(b"one")
            return await socket.recv() == b"eno"
        except ConnectionClosed:
            return False


async def test_forgetting_ends_it(lively: WebChat, listener: Listening) -> None:
    """Whatever the worker still holds, the next frame is not answered."""
    async with visiting(lively) as page:
        listener.photos[page.person, JOB] = (PHOTO, None)
        async with camera(page) as socket:
            await socket.send(b"one")
            await socket.recv()
            await socket.recv()
            await lively.forget(page.person)
            await socket.send(b"two")
            with pytest.raises(ConnectionClosed):
                await socket.recv()
            assert socket.close_code == driving.GONE


async def test_a_camera_that_stands_still_is_let_go(
    lively: WebChat, listener: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that others get its place."""
    monkeypatch.setattr(driving, "IDLE_SECONDS", 0.05)
    async with visiting(lively) as page:
        listener.photos[page.person, JOB] = (PHOTO, None)
        assert await closed(page) == driving.IDLE


async def test_a_page_without_a_worker_offers_no_driving(
    chat: WebChat, lively: WebChat, listener: Listening
) -> None:
    """A tab hears which it is with every update."""
    for running, live in ((chat, False), (lively, True)):
        async with visiting(running) as page:
            listener.photos[page.person, JOB] = (PHOTO, None)
            async with page.tab() as tab:
                assert (await tab.hear())["live"] is live
    async with visiting(chat) as page:
        listener.photos[page.person, JOB] = (PHOTO, None)
        assert await closed(page) == driving.NOT_HERE


@pytest.mark.parametrize(
    "text",
    ["", "smile", "smile=2", "AU99=0.5", "mimic=1", "geometric=1", "smile=0.5; rm",
     " ".join(["smile=0.5"] * 21)],
)  # fmt: skip
async def test_what_is_no_expression_is_refused(page: Page, listener: Listening, text: str) -> None:
    """Nothing of it reaches the conversation."""
    fields = {"key": page.key(), "job": JOB.hex, "settings": text}
    assert (await page.http.post("/pose", json=fields)).status_code == 400
    assert listener.events == []
