"""Who may ask the web chat for what."""

from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from bot.core.conversation.events import Message
from bot.frontends.web import visitors
from bot.frontends.web.chat import WebChat
from bot.frontends.web.guard import host_name, same_origin
from tests.bot.on_the_web import Listening, Page, png, serving, visiting


async def test_foreign_host_names_are_refused(page: Page) -> None:
    """A name rebound to us gets nothing; our own names and bare addresses do."""
    port = page.address.rpartition(":")[2]
    for host, status in {
        f"evil.example:{port}": 421,
        f"localhost.evil.example:{port}": 421,
        f"localhost:{port}": 200,
        f"127.0.0.1:{port}": 200,
        f"[::1]:{port}": 200,
    }.items():
        assert (await page.http.get("/healthz", headers={"host": host})).status_code == status, host


async def test_public_host_names_are_let_in(listener: Listening, tmp_path: Path) -> None:
    """An operator's own names count as ours."""
    names = "stickers.example, b.example"
    async with (
        serving(listener, tmp_path, public_hosts=names) as chat,
        httpx.AsyncClient(base_url=chat.address) as http,
    ):
        answer = await http.get("/healthz", headers={"host": "stickers.example"})
        assert answer.json()["ok"] is True


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "", "file://"])
async def test_cross_site_requests_are_refused(
    page: Page, listener: Listening, origin: str
) -> None:
    """What another page makes this browser send does nothing, sockets included."""
    headers = {"origin": origin}
    fields = {"key": page.key(), "text": "/forget"}
    assert (await page.http.post("/command", json=fields, headers=headers)).status_code == 403
    assert (await page.http.post("/photo?key=abcdefgh", headers=headers)).status_code == 403
    with pytest.raises(InvalidStatus):
        await connect(
            page.address.replace("http", "ws", 1) + "/stream",
            additional_headers={"cookie": f"{visitors.COOKIE}={page.cookie}", "origin": origin},
        )
    assert listener.events == []


async def test_browser_without_our_cookie_cannot_act(chat: WebChat, listener: Listening) -> None:
    """Without a secret of full length there is no person."""
    async with Page(chat.address).http as http:
        answer = await http.post("/command", json={"key": "abcdefgh", "text": "hi"})
        assert answer.status_code == 401
        http.cookies.set(visitors.COOKIE, "guess", domain="localhost.local")
        answer = await http.post("/command", json={"key": "abcdefgh", "text": "hi"})
        assert answer.status_code == 401
    assert listener.events == []


async def test_pictures_belong_to_one_browser(chat: WebChat, page: Page) -> None:
    """Knowing a picture's address is not enough."""
    await chat.send(page.person, Message("sticker", sticker=png()))
    async with page.tab() as tab, visiting(chat) as stranger:
        await tab.hear()
        address = tab.messages[0]["sticker"]
        assert (await page.http.get(f"{address}.png")).status_code == 200
        assert (await stranger.http.get(f"{address}.png")).status_code == 404
        assert (await page.http.get(f"{address}.gif")).status_code == 404


def test_host_and_origin_headers_are_read_strictly() -> None:
    """Ports and brackets are understood; look-alikes are not."""
    assert host_name("LocalHost:80") == "localhost"
    assert host_name("[::1]:8080") == "::1"
    assert same_origin("http://localhost:8080", "localhost:8080")
    assert same_origin("https://stickers.example", "stickers.example")
    assert not same_origin("http://localhost:8081", "localhost:8080")
    assert not same_origin("http://localhost:8080.evil.example", "localhost:8080")
    assert not same_origin("localhost:8080", "localhost:8080")
