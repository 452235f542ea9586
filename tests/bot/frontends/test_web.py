"""The web chat over real HTTP and websockets, before a recording listener."""

import io
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import av
import httpx
import pytest
from PIL import Image
from websockets.exceptions import ConnectionClosed

from bot.core.chat import Chat
from bot.core.conversation.events import (
    Button,
    ChoiceMade,
    CommandGiven,
    Event,
    Message,
    PhotoRefused,
    PhotoSent,
    Slider,
    Who,
)
from bot.frontends.web.chat import WebChat
from storage.contract.drawings import with_drawing
from storage.contract.failures import Failure
from tests import patience
from tests.bot.filming import film
from tests.bot.on_the_web import SELFIE, Listening, Page, png, serving, visiting


async def test_page_and_everything_it_needs_is_served(page: Page) -> None:
    """Every address in the page exists, and no field of it is left unworded."""
    html = (await page.http.get("/")).text
    assert "{{" not in html
    assert '<html lang="en">' in html
    addresses = {part.split('"')[0] for part in html.split('="/')[1:]}
    assert {"assets/chat.js", "assets/style.css", "assets/sample.webp"} <= addresses
    for address in addresses:
        answer = await page.http.get(f"/{address}")
        assert answer.status_code == 200, address
    script = await page.http.get("/assets/chat.js")
    assert script.headers["content-type"].startswith("text/javascript")
    again = await page.http.get(
        "/assets/chat.js", headers={"if-none-match": script.headers["etag"]}
    )
    assert again.status_code == 304


async def test_a_link_into_a_room_leads_to_the_page(page: Page) -> None:
    """By a step of its own, for a browser tells who it is only where it comes from us."""
    shown = await page.http.get("/room/abcdefgh12345678-_AB")
    assert shown.status_code == 200
    assert "url=/#room=abcdefgh12345678-_AB" in shown.text
    icon = await page.http.get("/favicon.ico", follow_redirects=True)  # asked for beside it
    assert icon.headers["content-type"] == "image/svg+xml"
    assert "set-cookie" not in shown.headers
    assert (await page.http.get("/room/%22%3Cscript%3E")).status_code == 404


async def test_parts_are_served_until_they_are_drawn_anew(page: Page, listener: Listening) -> None:
    """A part's picture is kept by the browser, and asked for again by its version."""
    listener.parts["toon", "hair", "bob"] = (b"\x89PNG first", "v1")
    first = await page.http.get("/parts/toon/hair/bob.png")
    assert (first.status_code, first.content) == (200, b"\x89PNG first")
    assert first.headers["content-type"] == "image/png"
    assert "max-age=86400" in first.headers["cache-control"]
    known = {"if-none-match": first.headers["etag"]}
    assert (await page.http.get("/parts/toon/hair/bob.png", headers=known)).status_code == 304
    listener.parts["toon", "hair", "bob"] = (b"\x89PNG second", "v2")
    assert (await page.http.get("/parts/toon/hair/bob.png", headers=known)).status_code == 200


@pytest.mark.parametrize("name", ["toon/hair/afro", "toon/hair/a%00b", "toon/hair/..%2Fbob", "x/y"])
async def test_parts_that_are_not_there_are_not_found(page: Page, name: str) -> None:
    """Unknown parts and names that no part can have are 404."""
    assert (await page.http.get(f"/parts/{name}.png")).status_code == 404


async def test_sample_face_is_small_and_without_metadata(page: Page) -> None:
    """The built-in face is a picture of less than 120 KB that carries pixels alone."""
    sample = (await page.http.get("/assets/sample.webp")).content
    assert len(sample) < 120_000
    with Image.open(io.BytesIO(sample)) as image:
        assert not image.getexif()
        assert min(image.size) >= 480


async def test_page_speaks_the_browsers_language_until_another_is_chosen(
    chat: WebChat, listener: Listening
) -> None:
    """Accept-Language counts at first; a chosen language counts more."""
    async with visiting(chat, **{"accept-language": "de, zh-TW;q=0.8, en;q=0.3"}) as page:
        assert '<html lang="zh-Hans">' in (await page.http.get("/")).text
        listener.locales[page.person] = "en"
        assert '<html lang="en">' in (await page.http.get("/")).text


async def test_answer_says_when_the_page_has_to_be_worded_anew(
    page: Page, listener: Listening
) -> None:
    """Changing the language tells the tab to load again; meeting a person does not."""

    async def speak(_event: Event, _chat: Chat) -> None:
        listener.locales[page.person] = "zh-Hans" if len(listener.events) > 1 else "en"

    listener.reply = speak
    assert (await page.command("/start")).json() == {"reworded": False}
    assert (await page.command("/language 中文")).json() == {"reworded": True}


async def test_vocabulary_lists_commands_settings_and_sentences(page: Page) -> None:
    """The script learns from the server what can be typed."""
    words = (await page.http.get("/vocabulary")).json()
    commands = {command["name"]: command for command in words["commands"]}
    assert {"expression", "cartoon", "help", "forget"} <= commands.keys()
    assert "smile" in [setting["name"] for setting in commands["expression"]["settings"]]
    styles = {setting["name"]: setting["amount"] for setting in commands["cartoon"]["settings"]}
    assert styles["monet"] == {"low": 0.0, "high": 1.0}
    assert styles["scene"] is None
    assert "settings" not in commands["help"]
    assert [language["code"] for language in words["languages"]] == ["en", "zh-Hans"]
    assert words["sentences"]["failed"]


async def test_answers_carry_security_headers(page: Page) -> None:
    """No inline script, no sniffing, no embedding, no referrer; a strict cookie."""
    fresh = httpx.AsyncClient()
    async with fresh:
        answer = await fresh.get(page.address)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "server" not in answer.headers
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "secure" not in cookie.replace("; samesite", "")


async def test_updates_become_events(page: Page, listener: Listening) -> None:
    """A photo, a line, a slider and a button reach the listener as they were meant."""
    assert (await page.photo(caption="/emoji")).status_code == 202
    await page.command("  /expression smile 0.8 ")
    await page.command("/expression smile 0.63", replaces="m1")
    await page.choose("again:1", message="m2")
    photo, line, slider, choice = listener.events
    assert isinstance(photo, PhotoSent)
    assert (photo.data, photo.caption) == (SELFIE, "/emoji")
    assert photo.origin.who == Who("web", page.person)
    assert isinstance(line, CommandGiven)
    assert (line.text, line.replaces) == ("/expression smile 0.8", None)
    assert isinstance(slider, CommandGiven)
    assert slider.replaces == "m1"
    assert isinstance(choice, ChoiceMade)
    assert (choice.value, choice.message) == ("again:1", "m2")
    assert len({event.origin.key for event in (photo, line, slider, choice)}) == 4


async def test_database_never_learns_the_cookie(page: Page, listener: Listening) -> None:
    """The person's id tells nothing about the browser's secret."""
    await page.command("hi")
    assert page.cookie not in repr(listener.events)


async def test_repeated_update_does_nothing(page: Page, listener: Listening) -> None:
    """A browser that retries after a broken connection is heard once."""
    fields = {"key": "the-same-key", "text": "hi"}
    first = await page.http.post("/command", json=fields)
    second = await page.http.post("/command", json=fields)
    assert (first.status_code, second.status_code) == (202, 204)
    assert len(listener.events) == 1


async def test_failed_update_may_be_repeated_and_tells_no_trace(
    page: Page, listener: Listening
) -> None:
    """An accident on our side answers 500 without a word of why, and the retry counts."""

    async def stumble(_event: Event, _chat: Chat) -> None:
        if len(listener.events) == 1:
            raise RuntimeError("a secret reason")

    listener.reply = stumble
    fields = {"key": "the-same-key", "text": "hi"}
    first = await page.http.post("/command", json=fields)
    assert first.status_code == 500
    assert first.json() == {"error": 500}
    assert (await page.http.post("/command", json=fields)).status_code == 202


async def test_photo_too_large_is_refused_while_it_is_read(page: Page, listener: Listening) -> None:
    """Beyond 20 MB nothing more is read, announced or not, and the person hears why."""

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(24):
            yield bytes(2**20)

    for body in (bytes(20 * 2**20 + 1), endless()):
        with suppress(httpx.TransportError):  # hung up on, halfway through
            await page.http.post("/photo", params={"key": page.key()}, content=body)
    for event in await listener.heard(2):
        assert isinstance(event, PhotoRefused)
        assert event.failure is Failure.TOO_LARGE


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/command", b"not json", 400),
        ("/command", b"[]", 400),
        ("/command", b'{"key": "abcdefgh", "text": "  "}', 400),
        ("/command", b'{"key": "short", "text": "hi"}', 400),
        ("/command", b'{"key": "../../../etc", "text": "hi"}', 400),
        ("/command", b'{"text": "' + b"x" * 20_000 + b'"}', 413),
        ("/choice", b'{"key": "abcdefgh"}', 400),
        ("/choice", b'{"key": "abcdefgh", "value": "' + b"x" * 65 + b'"}', 400),
        ("/photo?key=", b"", 400),
        ("/assets/../app.py", b"", 404),
    ],
)
async def test_malformed_requests_are_refused(
    page: Page, listener: Listening, path: str, body: bytes, status: int
) -> None:
    """Whatever a browser of ours would never send is turned away without an event."""
    assert (await page.http.post(path, content=body)).status_code == status
    assert listener.events == []


async def test_messages_reach_every_tab_and_change_in_place(chat: WebChat, page: Page) -> None:
    """Two tabs show the same; an edit keeps the message's place; a removal takes it away."""
    async with page.tab() as one, page.tab() as two:
        for tab in (one, two):
            assert (await tab.hear())["messages"] == []
        first = await chat.send(page.person, Message("working", busy=True))
        await chat.send(page.person, Message("second"))
        button = Button("Again", "again:1")
        slider = Slider("smile", "/expression smile", -1, 1, 0.8)
        done = Message("smile", ((button,),), sticker=png(), sliders=(slider,), name="smile-0.8")
        assert await chat.edit(page.person, first, done) == first
        for tab in (one, two):
            said = await tab.until(2)
            while said[0]["text"] == "working" or len(said) < 2:
                await tab.hear()
                said = tab.messages
            assert [message["text"] for message in said] == ["smile", "second"]
            assert said[0]["buttons"] == [[{"label": "Again", "value": "again:1"}]]
            assert said[0]["sliders"][0]["command"] == "/expression smile"
        await chat.remove(page.person, first)
        for tab in (one, two):
            await tab.hear()
            assert [message["text"] for message in tab.messages] == ["second"]


async def test_tab_that_comes_back_hears_what_it_missed(chat: WebChat, page: Page) -> None:
    """After a break only the changes come; a tab of another run of the server starts anew."""
    kept = await chat.send(page.person, Message("kept"))
    going = await chat.send(page.person, Message("going"))
    async with page.tab() as tab:
        await tab.hear()
        known = tab.known
    await chat.edit(page.person, kept, Message("changed"))
    await chat.remove(page.person, going)
    await chat.send(page.person, Message("new"))
    async with page.tab(**known) as tab:
        update = await tab.hear()
        assert not update["fresh"]
        assert [message.get("text") for message in update["messages"]] == ["changed", None, "new"]
    async with page.tab(epoch="another", version=99) as tab:
        update = await tab.hear()
        assert update["fresh"]
        assert [message["text"] for message in tab.messages] == ["changed", "new"]


async def test_person_sees_their_own_words_but_not_their_sliders(page: Page) -> None:
    """Lines and photos stand in the chat; what a slider sends does not."""
    await page.photo(key="photo-key")
    await page.command("/help")
    await page.command("/expression smile 0.1", replaces="m")
    await page.choose("again:1")
    async with page.tab() as tab:
        await tab.hear()
        assert [(m["author"], m["name"], m["text"]) for m in tab.messages] == [
            ("person", "photo", ""),
            ("person", "", "/help"),
        ]
        assert tab.messages[0]["key"] == "photo-key"


async def test_stickers_are_served_as_png_and_webp(chat: WebChat, page: Page) -> None:
    """Both hold the same picture, never change, and stay in the browser's private cache."""
    await chat.send(page.person, Message("sticker", sticker=png()))
    async with page.tab() as tab:
        await tab.hear()
    address = tab.messages[0]["sticker"]
    assert len(address.rpartition("/")[2]) >= 22
    for suffix in ("png", "webp"):
        answer = await page.http.get(f"{address}.{suffix}")
        assert answer.headers["content-type"] == f"image/{suffix}"
        assert "immutable" in answer.headers["cache-control"]
        assert "private" in answer.headers["cache-control"]
        with Image.open(io.BytesIO(answer.content)) as image:
            assert image.format == suffix.upper()
            assert image.size == (512, 400)


async def test_films_are_served_as_webp_and_mp4(chat: WebChat, page: Page) -> None:
    """The page shows what a browser plays, and offers a film; a still has none."""
    await chat.send(page.person, Message("smile", sticker=film()))
    await chat.send(page.person, Message("smile", sticker=png()))
    async with page.tab() as tab:
        await tab.hear()
    moving, still = tab.messages
    assert [one["moving"] for one in tab.messages] == [True, False]
    answer = await page.http.get(f"{moving['sticker']}.webp")
    assert answer.headers["content-type"] == "image/webp"
    with Image.open(io.BytesIO(answer.content)) as image:
        assert (image.format, image.n_frames) == ("WEBP", 6)
    answer = await page.http.get(f"{moving['sticker']}.mp4")
    assert answer.headers["content-type"] == "video/mp4"
    with av.open(io.BytesIO(answer.content)) as opened:
        assert sum(1 for _ in opened.decode(video=0)) == 6
    assert (await page.http.get(f"{moving['sticker']}.png")).status_code == 404
    assert (await page.http.get(f"{still['sticker']}.mp4")).status_code == 404


async def test_drawings_are_served_as_svg(chat: WebChat, page: Page) -> None:
    """From the sticker that carries one, and alone; a sticker without one has none."""
    drawn = with_drawing(png(), "<svg/>")
    buttons = ((Button("Again", "again:1"), Button("SVG", "drawing:1")),)
    await chat.send(page.person, Message("sticker", buttons, sticker=drawn))
    await chat.send(page.person, Message("file", document=b"<svg></svg>", name="anime"))
    await chat.send(page.person, Message("sticker", sticker=png()))
    async with page.tab() as tab:
        await tab.hear()
    carrying, alone, without = tab.messages
    assert [one["drawn"] for one in tab.messages] == [True, False, False]
    assert carrying["buttons"] == [[{"label": "Again", "value": "again:1"}]]  # a download instead
    for address, document in (
        (carrying["sticker"], b"<svg/>"),
        (alone["document"], b"<svg></svg>"),
    ):
        answer = await page.http.get(f"{address}.svg")
        assert answer.headers["content-type"].startswith("image/svg+xml")
        assert answer.content == document
    assert (await page.http.get(f"{without['sticker']}.svg")).status_code == 404


async def test_forgetting_empties_every_tab(chat: WebChat, page: Page) -> None:
    """Pictures are gone from memory, and open tabs start anew."""
    await chat.send(page.person, Message("sticker", sticker=png()))
    async with page.tab() as tab:
        await tab.hear()
        address = tab.messages[0]["sticker"]
        await chat.forget(page.person)
        assert (await tab.hear())["fresh"]
        assert tab.messages == []
    assert (await page.http.get(f"{address}.png")).status_code == 404


async def test_shutdown_ends_open_tabs(listener: Listening, tmp_path: Path) -> None:
    """The process stops promptly though tabs listen; they are told to come again."""
    async with patience.limit(), AsyncExitStack() as tabs:
        async with serving(listener, tmp_path) as chat, visiting(chat) as page:
            tab = await tabs.enter_async_context(page.tab())
            await tab.hear()
            assert listener.delivering
        with pytest.raises(ConnectionClosed) as closed:
            await tab.hear()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1012
    assert not listener.delivering
