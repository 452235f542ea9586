"""kill -9 after a sticker was shown on a page that nobody looked at: it is there afterwards."""

import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from storage.database import Database
from storage.deliveries import DeliveryState
from storage.models import DeliveryRow
from tests import patience
from tests.bot.on_the_web import Page
from tests.nemesis import marks
from tests.nemesis.processes import Program, programs


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


@pytest.fixture
async def program(tmp_path: Path, sqlite_url: str) -> AsyncIterator[Program]:
    settings = {
        "SELFMOJI_DATABASE_URL": sqlite_url,
        "SELFMOJI_DATA_DIR": str(tmp_path / "data"),
        "SELFMOJI_PORT": str(free_port()),
    }
    made = programs({"all": "run"}, settings, tmp_path)["all"]
    made.start()
    yield made
    await made.stop()


def answers(page: Page) -> Callable[[], Awaitable[bool]]:
    async def ask() -> bool:
        try:
            return (await page.http.get("/")).status_code == 200
        except httpx.HTTPError:
            return False

    return ask


@pytest.mark.slow
async def test_what_was_shown_to_nobody_yet_outlives_a_kill(
    program: Program, sqlite_url: str
) -> None:
    """The photo in its bubble, its sticker and nothing else stand on the page that comes later."""
    page = Page(f"http://127.0.0.1:{program.environment['SELFMOJI_PORT']}")
    async with page.http:
        await patience.until(answers(page))
        sent = await page.photo(marks.photo(77), caption="/cutout")
        assert sent.status_code == 202
        key = sent.request.url.params["key"]
        database = Database.attach(sqlite_url)

        async def shown() -> bool:
            async with database.snapshot() as session:
                states = await session.scalars(
                    select(DeliveryRow.state).where(DeliveryRow.job_id.is_not(None))
                )
                return list(states) == [DeliveryState.SHOWN.value]

        await patience.until(shown)
        await database.close()
        program.kill()
        await patience.until(lambda: program.starts == 2)
        await patience.until(answers(page))
        async with page.tab() as tab:
            await tab.until(1)
            own, sticker = tab.messages
            assert (own["author"], own["key"], own["name"]) == ("person", key, "photo")
            photo = await page.http.get(f"{own['picture']}.webp")
            assert photo.headers["content-type"] == "image/webp"
            picture = await page.http.get(f"{sticker['sticker']}.png")
            assert marks.read(picture.content) == 77
        again = await page.http.post(
            "/photo", params={"key": key, "caption": "/cutout"}, content=marks.photo(77)
        )
        assert again.status_code == 204
