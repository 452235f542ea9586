"""The page in a real browser, against the whole program in a process of its own."""

import base64
import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    FilePayload,
    Page,
    Playwright,
    Request,
    async_playwright,
    expect,
)

from bot.core.conversation.sliding import SLIDERS
from bot.core.language import texts
from storage.contract.kinds import MOOD
from tests import patience

pytestmark = pytest.mark.slow

SAMPLE = resources.files("bot.frontends.web.page") / "sample.webp"
ALONE = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
EN = texts.load().section("en", "web")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where ``selfmoji run`` serves, on any free port with a database of its own."""
    data = tmp_path_factory.mktemp("data")
    ours = {"SELFMOJI_PORT": "0", "SELFMOJI_DATA_DIR": str(data), "OMP_NUM_THREADS": "2"}
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "run"],
        env={**os.environ, **ours},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://\S+", line)
        assert found, line
        yield found[0]
        process.terminate()
        assert process.wait(patience.seconds()) == 0


def camera_film(path: Path) -> Path:
    """Write what the browser's made-up camera shows: the sample face, again and again."""
    with Image.open(io.BytesIO(SAMPLE.read_bytes())) as image:
        frame = io.BytesIO()
        image.convert("RGB").save(frame, "JPEG", quality=92)
    path.write_bytes(frame.getvalue() * 30)
    return path


@asynccontextmanager
async def chromium(playwright: Playwright, *arguments: str) -> AsyncIterator[Browser]:
    expect.set_options(timeout=1000 * patience.seconds())
    installed = shutil.which("chromium") or shutil.which("chromium-browser")
    browser = await playwright.chromium.launch(executable_path=installed, args=[*ALONE, *arguments])
    try:
        yield browser
    finally:
        await browser.close()


@dataclass
class Visit:
    """One browser's visit: the page, and what went wrong behind it."""

    page: Page
    context: BrowserContext
    complaints: list[str]
    strangers: list[str]

    @property
    def stickers(self) -> Any:
        return self.page.locator(".sticker:visible")

    async def have(self, count: int) -> None:
        """Wait for so many stickers."""
        await expect(self.stickers).to_have_count(count)

    async def type(self, line: str) -> None:
        await self.page.get_by_role("combobox", name=EN["line_label"]).fill(line)
        await self.page.keyboard.press("Enter")

    async def pixels(self, number: int) -> "np.ndarray[Any, np.dtype[np.float32]]":
        """Return a sticker as it is shown, RGBA."""
        address = await self.stickers.nth(number).get_attribute("src")
        answer = await self.context.request.get(self.page.url.rstrip("/") + address)
        with Image.open(io.BytesIO(await answer.body())) as image:
            return np.asarray(image.convert("RGBA"), np.float32)


@asynccontextmanager
async def visit(
    browser: Browser, address: str, path: str = "", **options: Any
) -> AsyncIterator[Visit]:
    """Open the page, or where a link of ours leads."""
    options = {"viewport": {"width": 1100, "height": 850}, "locale": "en-GB", **options}
    context = await browser.new_context(**options)
    context.set_default_timeout(1000 * patience.seconds())
    page = await context.new_page()
    complaints: list[str] = []
    strangers: list[str] = []

    def hear(said: ConsoleMessage) -> None:
        if said.type == "error":
            complaints.append(f"{said.text} ({said.location['url']})")

    def watch(request: Request) -> None:
        if not request.url.startswith((address, "blob:", "data:")):
            strangers.append(request.url)

    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", hear)
    page.on("request", watch)
    await page.goto(address + path)
    await page.locator("body.ready").wait_for()
    yield Visit(page, context, complaints, strangers)
    await context.close()
    assert complaints == []
    assert strangers == []


IN_ONE_ROW = """() => new Set([...document.querySelectorAll(".tile")].map(
  (tile) => Math.round(tile.getBoundingClientRect().y))).size === 1"""


async def test_newcomer_gets_stickers_and_an_expression(address: str) -> None:
    """From the sample face to three stickers, a smile, a dragged slider and two downloads."""
    async with (
        async_playwright() as playwright,
        chromium(playwright) as browser,
        visit(browser, address) as visitor,
    ):
        page = visitor.page
        await expect(page.get_by_role("heading", name=EN["welcome_title"])).to_be_visible()
        await page.get_by_role("button", name=EN["way_sample"]).click()
        await visitor.have(3)
        await expect(page.get_by_role("img", name=EN["photo_sent"])).to_be_visible()
        alternatives = [await image.get_attribute("alt") for image in await visitor.stickers.all()]
        assert len(set(alternatives)) == 3
        assert all(alternatives)
        await page.wait_for_function(IN_ONE_ROW)  # once they have come to rest

        line = page.get_by_role("combobox", name=EN["line_label"])
        await line.fill("/expression smi")
        await expect(page.locator("#suggestions").get_by_role("option").first).to_contain_text(
            "smile"
        )
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Enter")
        await expect(line).to_have_value("/expression smile ")
        await page.keyboard.type("0.8")
        await page.keyboard.press("Escape")
        await page.keyboard.press("Enter")
        await visitor.have(4)

        smiling = await visitor.pixels(3)
        slider = page.get_by_role("slider", name="smile")
        assert await slider.input_value() == "0.8"
        before = await visitor.stickers.nth(3).get_attribute("src")
        await slider.fill("-0.5")
        await expect(visitor.stickers.nth(3)).not_to_have_attribute("src", before or "")
        await visitor.have(4)
        assert await slider.input_value() == "-0.5"
        frowning = await visitor.pixels(3)
        assert smiling.shape != frowning.shape or np.abs(smiling - frowning).max() > 30

        for format_, sentence in (("PNG", "download_png"), ("WEBP", "download_webp")):
            async with page.expect_download() as downloading:
                await page.get_by_role("link", name=EN[sentence]).last.click()
            download = await downloading.value
            assert download.suggested_filename.startswith("expression-smile")
            with Image.open(await download.path()) as image:
                assert image.format == format_
                assert image.mode == "RGBA"
                assert max(image.size) == 512
                assert not image.getexif()

        await page.reload()
        await visitor.have(4)
        await expect(page.get_by_role("img", name=EN["photo_sent"])).to_be_visible()


async def test_looks_are_typed_and_taken_from_a_sheet(address: str) -> None:
    """``/edit afro`` gives a sticker; the third look of ``/hairs`` is worn when it is tapped."""
    async with (
        async_playwright() as playwright,
        chromium(playwright) as browser,
        visit(browser, address) as visitor,
    ):
        page = visitor.page
        await page.get_by_role("button", name=EN["way_sample"]).click()
        await visitor.have(3)
        await visitor.type("/edit afro")
        await visitor.have(4)
        assert await visitor.stickers.nth(3).get_attribute("alt") == "edit afro"

        await visitor.type("/hairs")
        looks = page.locator(".look")
        await expect(looks).to_have_count(9)
        label = await looks.nth(2).get_attribute("title")
        assert label is not None
        third = label.partition(" · ")[2]
        await looks.nth(2).click()
        await visitor.have(5)
        assert await visitor.stickers.nth(4).get_attribute("alt") == f"edit {third}"

        before = await page.locator(".sheet .picture").get_attribute("src")
        await page.get_by_role("button", name="More").click()
        await expect(page.locator(".sheet .picture")).not_to_have_attribute("src", before or "")
        await expect(page.locator(".sheet")).to_have_count(1)


async def test_moods_are_taken_one_by_one_and_all_at_once(address: str) -> None:
    """A tapped mood, one that moves by a typed emoji and a button, then sixteen as one pack."""
    async with (
        async_playwright() as playwright,
        chromium(playwright) as browser,
        visit(browser, address) as visitor,
    ):
        page = visitor.page
        await page.get_by_role("button", name=EN["way_sample"]).click()
        await visitor.have(3)
        await visitor.type("/moods")
        await expect(page.locator(".look")).to_have_count(9)
        await page.locator(".look").nth(2).click()
        await visitor.have(4)
        assert await visitor.stickers.nth(3).get_attribute("alt") == "mood in love"

        await visitor.type("😉")
        await visitor.have(5)
        await page.get_by_role("button", name="moving", exact=True).last.click()
        await visitor.have(6)
        address = await visitor.stickers.nth(5).get_attribute("src")
        answer = await visitor.context.request.get(page.url.rstrip("/") + address)
        with Image.open(io.BytesIO(await answer.body())) as image:
            assert (image.format, image.n_frames > 20) == ("WEBP", True)

        await page.get_by_role("button", name="All 16").click()
        told = f"“My moods”, {len(MOOD.pack)} stickers"
        pack = page.locator(".bubble").filter(has_text=told).last
        await expect(pack.locator("img").first).to_be_visible()
        await expect(pack.get_by_role("button", name=str(len(MOOD.pack)))).to_be_visible()
        await visitor.have(6)


async def test_an_avatar_is_dressed_by_tapping(address: str) -> None:
    """A tapped part and a tapped colour are worn in the same message; Done makes them a sticker."""
    async with (
        async_playwright() as playwright,
        chromium(playwright) as browser,
        visit(browser, address) as visitor,
    ):
        page = visitor.page
        await page.get_by_role("button", name=EN["way_sample"]).click()
        await visitor.have(3)
        part = f"{address}parts/cat/fur/none.png"  # built when the program has started
        async with patience.limit():
            while not (await visitor.context.request.get(part)).ok:
                await page.wait_for_timeout(200)
        await page.get_by_role("button", name="Emoji avataaars").click()
        await page.get_by_role("button", name="Change").click()
        swatches = page.locator(".swatches button")
        caption = page.locator(".wardrobe .text")
        await expect(caption).to_contain_text("Hair")
        worn = page.locator(".strip [aria-pressed=true]")
        await expect(worn).to_be_in_viewport()
        await expect(worn.locator("img")).to_have_js_property("naturalWidth", 112)
        before = await page.locator(".wardrobe .picture").get_attribute("src") or ""
        await page.get_by_role("button", name="Afro", exact=True).click()
        await expect(caption).to_contain_text("afro")
        await page.get_by_role("button", name="Blue", exact=True).click()
        await expect(caption).to_contain_text("afro, blue")
        await expect(page.locator(".wardrobe .picture")).not_to_have_attribute("src", before)
        await expect(worn).to_have_count(1)
        await expect(worn).to_be_in_viewport()
        await expect(page.locator(".swatches [aria-pressed=true]")).to_have_count(1)
        assert await swatches.count() > 20
        await page.get_by_role("button", name="Done").click()
        await visitor.have(4)
        await expect(page.locator(".wardrobe")).to_have_count(0)
        pixels = await visitor.pixels(3)
        red, green, blue, _ = pixels[60:90, 240:270].reshape(-1, 4).mean(axis=0)
        assert blue > max(red, green) + 40


async def test_sliders_of_a_face_are_dragged_and_locked(address: str) -> None:
    """A drag outlives every draft, a lock holds against chance, and Done makes a sticker."""
    async with (
        async_playwright() as playwright,
        chromium(playwright) as browser,
        visit(browser, address) as visitor,
    ):
        page = visitor.page
        await page.get_by_role("button", name=EN["way_sample"]).click()
        await visitor.have(3)
        await visitor.type("/sliders")
        sliders, picture = (
            page.locator(".board .slider input"),
            page.locator(".board .picture").first,
        )
        await expect(sliders).to_have_count(len(SLIDERS))

        async def measures(side: int) -> bool:
            return bool(
                await picture.evaluate(
                    "(image, side) => Math.max(image.naturalWidth, image.naturalHeight) === side",
                    side,
                )
            )

        feminine = sliders.nth(1)
        await patience.until(lambda: measures(512))
        first = await picture.get_attribute("src") or ""
        await feminine.scroll_into_view_if_needed()
        await feminine.evaluate("slider => (window.dragged = slider)")
        box = await feminine.bounding_box()
        assert box is not None
        y = box["y"] + box["height"] / 2
        await page.mouse.move(box["x"] + box["width"] / 2, y)
        await page.mouse.down()
        for share in (0.6, 0.8):
            before = await picture.get_attribute("src") or ""
            await page.mouse.move(box["x"] + box["width"] * share, y)
            moved = await feminine.input_value()
            await expect(picture).not_to_have_attribute("src", before)
            await patience.until(lambda: measures(256))
            assert await feminine.input_value() == moved
            assert await feminine.evaluate("slider => slider === window.dragged")
        await page.mouse.up()
        await patience.until(lambda: measures(512))
        await page.get_by_role("button", name="Lock: feminine").click()
        await expect(feminine).to_be_disabled()
        await page.get_by_role("button", name=EN["board_random"]).click()
        await expect(page.locator(".board .slider input[style*='--to: 50%']")).not_to_have_count(
            await sliders.count()
        )
        await expect(feminine).to_have_value(moved)
        await page.locator(".wipe").fill("50")
        assert (await page.locator(".past").get_attribute("src")) == first
        await page.get_by_text(EN["board_map"]).click()
        await expect(page.locator(".cells i")).to_have_count(400)
        await page.get_by_role("button", name=EN["board_done"]).click()
        await visitor.have(4)
        await expect(page.locator(".board")).to_have_count(0)


async def test_photos_arrive_by_drop_paste_file_and_camera(address: str, tmp_path: Path) -> None:
    """Each way gives stickers; a file that is no photo is answered in words."""
    film = camera_film(tmp_path / "film.mjpeg")
    camera = (
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    )
    give = """([data, kind]) => {
      const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
      const transfer = new DataTransfer();
      transfer.items.add(new File([bytes], "selfie.webp", { type: "image/webp" }));
      const event = kind === "drop"
        ? new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true })
        : new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true });
      document.querySelector("main").dispatchEvent(event);
    }"""
    selfie = SAMPLE.read_bytes()
    async with (
        async_playwright() as playwright,
        chromium(playwright, *camera) as browser,
        visit(browser, address, bypass_csp=True) as visitor,  # lets the test run its own script
    ):
        page = visitor.page
        await page.get_by_role("button", name=EN["way_camera"]).first.click()
        await page.get_by_role("button", name=EN["camera_take"]).click()
        await visitor.have(3)
        await expect(page.get_by_role("dialog")).to_be_hidden()
        for number, kind in enumerate(("drop", "paste"), start=2):
            await page.evaluate(give, [base64.b64encode(selfie).decode(), kind])
            await visitor.have(3 * number)
        await page.locator("#line").fill("/cartoon van-gogh")
        await page.locator("#file").set_input_files(
            FilePayload(name="me.webp", mimeType="image/webp", buffer=selfie)
        )
        await visitor.have(10)  # its caption asked for one alone
        await page.locator("#file").set_input_files(
            FilePayload(name="me.webp", mimeType="image/webp", buffer=b"not at all")
        )
        sentence = texts.load().get("en", "failure.not_an_image")
        await expect(page.locator("#log").get_by_text(sentence)).to_be_visible()
        await visitor.have(10)


async def test_page_works_by_keyboard_on_a_phone_and_in_chinese(address: str) -> None:
    """No mouse, 390 pixels, dark, still, another language; two tabs show the same."""
    phone = {
        "viewport": {"width": 390, "height": 844},
        "color_scheme": "dark",
        "reduced_motion": "reduce",
        "locale": "zh-CN",
    }
    async with (
        async_playwright() as playwright,
        chromium(playwright) as browser,
        visit(browser, address, **phone) as visitor,
    ):
        page = visitor.page
        chinese = texts.load().section("zh-Hans", "web")
        await expect(page.get_by_role("heading", name=chinese["welcome_title"])).to_be_visible()
        focused = page.locator(":focus")
        for _ in range(12):
            await page.keyboard.press("Tab")
            if await focused.get_attribute("id") == "way-sample":
                break
        await page.keyboard.press("Enter")
        await visitor.have(3)
        root = page.locator(":root")
        assert await root.get_attribute("data-theme") == "dark"
        for selector in ("main", "header.bar", "#composer", "#log"):
            box = await page.locator(selector).bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 390, selector

        other = await visitor.context.new_page()
        await other.goto(address)
        await expect(other.locator(".sticker:visible")).to_have_count(3)
        await other.get_by_label(chinese["language_label"]).select_option("en")
        await expect(other.locator("#log").get_by_text("I speak English now.")).to_be_visible()
        await expect(page.locator("#log").get_by_text("I speak English now.")).to_be_visible()
        await expect(other.get_by_role("combobox", name=EN["line_label"])).to_be_visible()
