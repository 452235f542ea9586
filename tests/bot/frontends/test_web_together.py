"""Several stickers in one file, the page's own language, and its menu."""

import io
import zipfile

from bot.core.conversation.events import Message
from bot.core.language.texts import load
from bot.frontends.web import visitors, wording
from bot.frontends.web.chat import WebChat
from tests.bot.on_the_web import Listening, Page, png, visiting


async def test_stickers_come_together(chat: WebChat, page: Page) -> None:
    """Those asked for, by their names, each under one of its own; nobody else's."""
    async with page.tab() as tab:
        await tab.hear()
        for _ in range(2):
            await chat.send(page.person, Message("a", sticker=png(), name="cutout"))
        await chat.send(page.person, Message("b", sticker=png((1, 2, 3, 255)), name="cartoon-ink"))
        messages = await tab.until(3)
        tokens = ",".join(message["sticker"].rpartition("/")[2] for message in messages)
        answer = await page.http.get("/stickers.zip", params={"tokens": f"{tokens},nonsense"})
        assert answer.headers["content-type"] == "application/zip"
        with zipfile.ZipFile(io.BytesIO(answer.content)) as file:
            assert file.namelist() == ["cutout.png", "cutout-2.png", "cartoon-ink.png"]
            assert file.read("cutout.png") == png()
        async with visiting(chat) as stranger:
            theirs = await stranger.http.get("/stickers.zip", params={"tokens": tokens})
            assert theirs.status_code == 404


async def test_a_page_is_warm_once_something_was_made(chat: WebChat, page: Page) -> None:
    """Tabs are told, so that they can explain the first wait."""
    async with page.tab() as tab:
        assert (await tab.hear())["warm"] is False
        reference = await chat.send(page.person, Message("on it", busy=True, about="photo"))
        assert (await tab.hear())["messages"][0]["about"] == "photo"
        await chat.edit(page.person, reference, Message("a", sticker=png(), about="photo"))
        assert (await tab.hear())["warm"] is True


async def test_a_browser_remembers_its_language(chat: WebChat, listener: Listening) -> None:
    """The page's cookie counts for people who chose none, as after everything was erased."""
    async with visiting(chat, **{"accept-language": "en"}) as page:
        page.http.cookies.set(visitors.LANGUAGE, "zh-Hans")
        assert 'lang="zh-Hans"' in (await page.http.get("/")).text
        listener.locales[page.person] = "en"
        assert 'lang="en"' in (await page.http.get("/")).text
        page.http.cookies.set(visitors.LANGUAGE, "tlh")
        listener.locales.clear()
        assert 'lang="en"' in (await page.http.get("/")).text


def test_every_command_has_a_heading_in_the_menu() -> None:
    """Each is one of the page's sentences."""
    for locale in load().locales:
        told = wording.vocabulary(load(), locale)
        headings = {entry["heading"] for entry in told["commands"]}
        assert headings == {key for key in told["sentences"] if key.startswith("menu_")}
