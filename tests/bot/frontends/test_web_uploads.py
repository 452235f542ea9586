"""The web chat under attack: whoever is slow, or asks for too much, stops nobody else."""

import asyncio
import io
import zlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from PIL import Image

from bot.core.conversation.events import Message
from bot.frontends.web import app, protocol, uploads
from bot.frontends.web.chat import WebChat
from bot.frontends.web.looking import look
from bot.frontends.web.rates import Buckets, Rate, network
from bot.thumbnails import thumbnail
from storage.contract.failures import Failure
from tests import patience
from tests.bot.on_the_web import SELFIE, Listening, Page, jpeg, png, serving, visiting


class Connection:
    """A connection of somebody who knows HTTP and means no good."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def rest(self) -> bytes:
        """Return all that comes until we are hung up on."""
        async with patience.limit():
            try:
                return await self._reader.read()
            except ConnectionResetError:
                return b""


@asynccontextmanager
async def connected(chat: WebChat) -> AsyncIterator[Connection]:
    port = int(chat.address.rstrip("/").rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Connection(reader, writer)
    finally:
        writer.close()


def head(page: Page, key: str = "slow-0001") -> bytes:
    """Return the head of a request that promises a photo of a megabyte."""
    lines = (
        f"POST /photo?key={key} HTTP/1.1",
        f"host: {page.address.removeprefix('http://')}",
        f"origin: {page.address}",
        f"cookie: selfmoji={page.cookie}",
        "content-length: 1000000",
        "",
    )
    return "".join(f"{line}\r\n" for line in lines).encode()


async def test_slow_bodies_stop_nobody_elses_photo(
    chat: WebChat, listener: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where trickling bodies took all places of an address, the slowest gives way."""
    monkeypatch.setattr(uploads, "YIELDING", 0.0)
    async with AsyncExitStack() as held:
        slow = []
        for number in range(uploads.PER_ADDRESS):
            page = await held.enter_async_context(visiting(chat))
            slow.append(await held.enter_async_context(connected(chat)))
            await slow[-1].send(head(page, f"slow-{number:04}") + b"\xff" * (1 + number))
        other = await held.enter_async_context(visiting(chat))
        assert (await other.photo(jpeg("green"))).status_code == 202
        assert b" 408 " in await slow[0].rest()
    assert [event.origin.who.external_id for event in listener.events] == [other.person]


async def test_who_has_just_begun_does_not_shield_who_is_slow(
    chat: WebChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where all places of everybody are taken, one that has had its time gives way."""
    monkeypatch.setattr(uploads, "YIELDING", 0.5)
    monkeypatch.setattr(uploads, "OVERALL", 3)
    async with AsyncExitStack() as held:
        for number in range(3):
            page = await held.enter_async_context(visiting(chat))
            slow = await held.enter_async_context(connected(chat))
            if number == 2:
                await asyncio.sleep(0.6)
            await slow.send(head(page, f"slow-{number:04}") + b"\xff" * (20 - 10 * number))
        other = await held.enter_async_context(visiting(chat))
        assert (await other.photo(jpeg("green"))).status_code == 202


async def test_bodies_together_are_bounded(chat: WebChat, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who holds back the end of a large body gives way to one that comes."""
    monkeypatch.setattr(uploads, "YIELDING", 0.0)
    monkeypatch.setattr(uploads, "OVERALL_BYTES", 100_000)
    async with visiting(chat) as page, visiting(chat) as other, connected(chat) as slow:
        await slow.send(head(page) + b"\xff" * 99_990)
        assert (await other.photo(jpeg("green"))).status_code == 202
        assert b" 408 " in await slow.rest()


async def test_trickles_use_up_nothing_that_all_share(
    listener: Listening, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only whole photos and those who send them count against what everybody together may."""
    monkeypatch.setattr(app, "PHOTOS", Rate(1, 600))
    monkeypatch.setattr(app, "VISITORS", Rate(1, 600))
    async with (
        serving(listener, tmp_path_factory.mktemp("data")) as chat,
        visiting(chat) as page,
        visiting(chat) as other,
        connected(chat) as slow,
    ):
        await slow.send(head(page) + b"\xff")
        assert (await other.photo()).status_code == 202


async def test_nobody_gives_way_at_once(chat: WebChat, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who comes while all places are taken by bodies just begun is told when to come again."""
    monkeypatch.setattr(uploads, "YIELDING", 3600.0)
    async with visiting(chat) as page, AsyncExitStack() as held:
        for number in range(uploads.PER_PERSON):
            slow = await held.enter_async_context(connected(chat))
            await slow.send(head(page, f"slow-{number:04}") + b"\xff")
        refused = await page.photo(jpeg("green"))
        assert (refused.status_code, int(refused.headers["retry-after"])) == (429, 3)
        async with visiting(chat) as other:
            assert (await other.photo(jpeg("green"))).status_code == 202


async def test_a_body_that_does_not_come_is_hung_up_on(
    chat: WebChat, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Below the minimum rate it is refused, and its connection closed."""
    monkeypatch.setattr(uploads, "GRACE", 0.1)
    async with connected(chat) as slow:
        await slow.send(head(page) + b"\xff" * 10)
        assert b" 408 " in await slow.rest()


@pytest.mark.parametrize("sent", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nhost: localhost\r\n"])
async def test_half_a_head_is_hung_up_on(
    listener: Listening, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch,
    sent: bytes,
) -> None:  # fmt: skip
    """Who connects and sends nothing, or begins and does not end, holds no connection."""
    monkeypatch.setattr(protocol, "UNFINISHED_SECONDS", 0.1)
    async with serving(listener, tmp_path_factory.mktemp("data")) as chat, connected(chat) as slow:
        await slow.send(sent)
        assert await slow.rest() == b""


async def test_half_a_head_after_an_answer_is_hung_up_on(
    chat: WebChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection that was used well before is no better."""
    monkeypatch.setattr(protocol, "UNFINISHED_SECONDS", 0.1)
    async with connected(chat) as slow:
        await slow.send(b"GET /vocabulary HTTP/1.1\r\nhost: localhost\r\n\r\nGET /voc")
        assert (await slow.rest()).count(b"HTTP/1.1 200") == 1


async def test_who_asks_for_too_much_is_told_when_to_come_again(
    listener: Listening, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Photos of an address are counted; words still get through, and new visitors too."""
    monkeypatch.setattr(app, "PHOTOS_EACH", Rate(2, 600))
    async with serving(listener, tmp_path_factory.mktemp("data")) as chat, visiting(chat) as page:
        answers = [await page.photo() for _ in range(3)]
        assert [one.status_code for one in answers] == [202, 202, 429]
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 300
        assert (await page.command("hi")).status_code == 202


async def test_new_visitors_are_counted(
    listener: Listening, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An address brings only so many; those who are here already are not stopped."""
    monkeypatch.setattr(app, "VISITORS_EACH", Rate(1, 600))
    async with serving(listener, tmp_path_factory.mktemp("data")) as chat, visiting(chat) as page:
        assert (await page.command("hi")).status_code == 202
        async with visiting(chat) as another:
            assert (await another.command("hi")).status_code == 429
        assert (await page.command("hi")).status_code == 202


async def test_a_photo_is_looked_at_before_it_is_kept(page: Page, listener: Listening) -> None:
    """What is none is refused in words, and nothing of it is stored."""
    for data in (b"%PDF-1.7", SELFIE):
        await page.photo(data)
    refused, sent = await listener.heard(2)
    assert refused.failure is Failure.NOT_AN_IMAGE  # type: ignore[union-attr]
    assert sent.data == SELFIE  # type: ignore[union-attr]


def bomb() -> bytes:
    """Return a PNG whose head promises 10 gigapixels."""
    data = bytearray(png())
    data[16:24] = (100_000).to_bytes(4, "big") * 2
    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    return bytes(data)


def webp() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), "tan").save(buffer, "WEBP")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "failure"),
    [
        (SELFIE, None),
        (png(), None),
        (webp(), None),
        (b"\0\0\0\x18ftypheic" + bytes(64), None),  # a worker's business
        (b"", Failure.NOT_AN_IMAGE),
        (b"<svg/>", Failure.NOT_AN_IMAGE),
        (SELFIE[: len(SELFIE) // 2], Failure.BROKEN),
        (png()[:200], Failure.BROKEN),
        (webp()[:60], Failure.BROKEN),
    ],
)
def test_a_glance_tells_photos_from_others(data: bytes, failure: Failure | None) -> None:
    """By the head and one small decode, after which a thumbnail needs no other."""
    seen = look(data)
    if isinstance(seen, Image.Image):
        assert failure is None
        assert thumbnail(seen) == thumbnail(data) is not None
    else:
        assert seen is failure


def test_a_glance_decodes_no_bomb() -> None:
    """The size is read from the head."""
    assert look(bomb()) is Failure.TOO_LARGE


def test_buckets_fill_evenly() -> None:
    """A burst at once, then as it comes back; everybody together has a bucket too."""
    time = 0.0
    buckets = Buckets(Rate(2, 10), Rate(3, 30), clock=lambda: time)
    assert [buckets.take("a"), buckets.take("a")] == [0, 0]
    assert buckets.take("a") == pytest.approx(5.0)
    assert buckets.take("b") == 0
    assert buckets.take("b") == pytest.approx(10.0)
    time = 10.0
    assert buckets.take("b") == 0


def test_an_address_is_a_household() -> None:
    """An IPv6 network counts as one, as does an IPv4 address however it is written."""
    assert network("2001:db8::1") == network("2001:db8::ffff:1")
    assert network("2001:db8::1") != network("2001:db8:0:1::1")
    assert network("::ffff:192.0.2.1") == network("192.0.2.1")
    assert network("testclient") == "testclient"


async def test_an_open_tab_is_never_hurried(
    chat: WebChat, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its head was whole, and a tab that listens has nothing more to send."""
    monkeypatch.setattr(protocol, "UNFINISHED_SECONDS", 0.05)
    async with page.tab() as tab:
        await tab.hear()
        await asyncio.sleep(0.2)
        await chat.send(page.person, Message("still here"))
        await tab.hear()
    assert [message["text"] for message in tab.messages] == ["still here"]
