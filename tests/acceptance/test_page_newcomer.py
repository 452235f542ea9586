"""The page as a newcomer meets it, on screens of every size, in a real browser."""

import asyncio
import io
import re
import zipfile
from contextlib import AsyncExitStack
from importlib.resources import files
from typing import Any

import pytest
from playwright.async_api import (
    FilePayload,
    Page,
    Route,
    WebSocketRoute,
    async_playwright,
    expect,
)

from bot.core.language import texts
from tests import patience
from tests.acceptance.test_page import EN, SAMPLE, Visit, address, chromium, visit

pytestmark = pytest.mark.slow
__all__ = ["address"]

SIZES = {
    "desktop": (1280, 800),
    "phone": (390, 844),
    "short": (390, 664),
    "landscape": (844, 390),
    "zoomed": (640, 400),  # 1280 x 800 at 200%
}


@pytest.fixture
async def newcomer(address: str) -> Any:
    """Make visits of any size, each with a cookie of its own."""
    async with AsyncExitStack() as stack:
        playwright = await stack.enter_async_context(async_playwright())
        browser = await stack.enter_async_context(chromium(playwright))

        async def come(width: int = 1100, height: int = 850, **more: Any) -> Visit:
            size = {"width": width, "height": height}
            return await stack.enter_async_context(
                visit(browser, address, viewport=size, reduced_motion="reduce", **more)
            )

        yield come


def selfies(*people: str) -> list[FilePayload]:
    folder = files("openpeople") / "data" / "curated"
    return [
        FilePayload(
            name=f"{number}.jpg",
            mimeType="image/jpeg",
            buffer=(folder / person / "assets" / "amateur_selfie.jpg").read_bytes(),
        )
        for number, person in enumerate(people)
    ]


async def box(page: Page, selector: str) -> dict[str, float]:
    found: Any = await page.locator(selector).first.bounding_box()
    assert found is not None, selector
    return dict(found)


async def whole_in_main(page: Page, selector: str) -> bool:
    """Tell whether all of something can be seen between header and line."""
    inner, outer = await box(page, selector), await box(page, "main")
    return (
        inner["y"] >= outer["y"] - 1
        and inner["y"] + inner["height"] <= outer["y"] + outer["height"] + 1
    )


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
async def test_a_first_visit_opens_at_the_top(newcomer: Any, size: tuple[int, int]) -> None:
    """The heading can be read, however little of the page fits."""
    visitor = await newcomer(*size)
    page = visitor.page
    await expect(page.locator("#state")).to_have_attribute("data-state", "online")
    assert await page.evaluate("document.querySelector('main').scrollTop") == 0
    await expect(page.get_by_role("heading", name=EN["welcome_title"])).to_be_in_viewport(ratio=1)


async def test_whoever_scrolls_the_welcome_stays_where_they_are(newcomer: Any) -> None:
    """The first that is heard from the server moves nothing below a finger."""
    page = (await newcomer(*SIZES["zoomed"])).page
    released = asyncio.Event()

    async def held(socket: WebSocketRoute) -> None:
        await released.wait()
        socket.connect_to_server()

    await page.route_web_socket(re.compile("/stream"), held)
    await page.reload()
    await page.locator("body.ready").wait_for()
    await page.evaluate("document.querySelector('main').scrollTop = 60")
    released.set()
    await expect(page.locator("#state")).to_have_attribute("data-state", "online")
    assert await page.evaluate("document.querySelector('main').scrollTop") == 60


@pytest.mark.parametrize("size", list(SIZES.values())[1:], ids=list(SIZES)[1:])
async def test_the_whole_head_stays_beside_sliders_and_wardrobe(
    newcomer: Any, size: tuple[int, int]
) -> None:
    """Wherever one scrolls among what changes it."""
    visitor = await newcomer(*size)
    page = visitor.page
    await page.get_by_role("button", name=EN["way_sample"]).click()
    await visitor.have(3)
    await visitor.type("/sliders")
    slider = page.locator(".board .slider input")
    await slider.last.wait_for()
    for one in (slider.first, slider.nth(15), slider.last):
        await one.scroll_into_view_if_needed()
        assert await whole_in_main(page, ".board .frame")
        await expect(one).to_be_in_viewport()
        covered = await one.evaluate(
            """slider => {
              const { x, y, width, height } = slider.getBoundingClientRect();
              return document.elementFromPoint(x + width / 2, y + height / 2) !== slider;
            }"""
        )
        assert not covered
    part = f"{page.url}parts/cat/fur/none.png"  # built when the program has started
    async with patience.limit():
        while not (await visitor.context.request.get(part)).ok:  # noqa: ASYNC110 -- a file that the server makes
            await asyncio.sleep(0.2)
    await visitor.type("/wardrobe")
    await page.locator(".wardrobe .strip button").first.wait_for()
    for target in (".wardrobe .swatches", ".wardrobe .buttons"):
        await page.locator(target).scroll_into_view_if_needed()
        assert await whole_in_main(page, ".wardrobe .frame")
    swatches = page.locator(".wardrobe .swatches button")
    names = [await one.get_attribute("aria-label") for one in await swatches.all()]
    assert len(set(names)) == len(names)
    first: Any = await swatches.first.bounding_box()
    assert min(first["width"], first["height"]) >= 44


async def test_a_stickers_buttons_change_it_where_it_stands(newcomer: Any) -> None:
    """Stronger, Weaker, Undo and Again keep their place and the focus; the star is a toggle."""
    visitor = await newcomer()
    page = visitor.page
    await page.get_by_role("button", name=EN["way_sample"]).click()
    await visitor.have(3)
    await visitor.type("/expression smile 0.4")
    await visitor.have(4)
    image = visitor.stickers.nth(3)
    panel = page.locator(".shelf").last.locator(".panel:visible")

    def button(name: str) -> Any:
        return panel.get_by_role("button", name=name, exact=True)

    sources = [await image.get_attribute("src") or ""]
    for name in ("Stronger", "Stronger", "Again", "Undo", "Undo"):
        where = await button(name).bounding_box()
        await button(name).focus()
        await page.keyboard.press("Enter")
        await expect(image).not_to_have_attribute("src", sources[-1])
        sources.append(await image.get_attribute("src") or "")
        await expect(button(name)).to_be_focused()
        assert await button(name).bounding_box() == where
    await visitor.have(4)
    await expect(image).to_have_attribute("alt", "expression smile 0.6")
    star = panel.locator("[data-value^='keep:'], [data-value^='unkeep:']")
    await expect(star).to_have_attribute("aria-pressed", "false")
    await star.click()
    await expect(star).to_have_attribute("aria-pressed", "true")
    await star.click()
    await expect(star).to_have_attribute("aria-pressed", "false")
    glyphs = re.compile(r"[\U0001f300-\U0001faff\u2600-\u27bf]")
    for chip in await page.locator(".chip:visible").all_inner_texts():
        assert not glyphs.search(chip), chip


async def test_several_sliders_keep_their_order_and_the_focus(newcomer: Any) -> None:
    """Moved by keyboard, each result comes while the hand stays; a sign shows at once."""
    visitor = await newcomer()
    page = visitor.page
    await page.get_by_role("button", name=EN["way_sample"]).click()
    await visitor.have(3)
    await visitor.type("/expression wink 0.3 smile 0.5")
    await visitor.have(4)
    sliders = page.locator(".shelf").last.locator(".sliders input")
    names = await page.locator(".shelf").last.locator(".sliders label span").all_inner_texts()
    first = sliders.first
    await first.evaluate("slider => (window.moved = slider)")
    await first.focus()
    for _ in range(2):
        before = await visitor.stickers.nth(3).get_attribute("src") or ""
        busy = await first.evaluate(
            """slider => {
              slider.stepUp(5);
              slider.dispatchEvent(new InputEvent("input", { bubbles: true }));
              return slider.closest(".sliders").ariaBusy;
            }"""
        )
        assert busy == "true"
        await expect(visitor.stickers.nth(3)).not_to_have_attribute("src", before)
        await expect(first).to_be_focused()
        assert await first.evaluate("slider => slider === window.moved")
    labels = page.locator(".shelf").last.locator(".sliders label span")
    assert await labels.all_inner_texts() == names


async def test_photos_of_two_people_stand_in_rows_of_their_own(newcomer: Any) -> None:
    """Chosen together, each gets its row; all of a row come in one file; tabs show the photos."""
    visitor = await newcomer()
    page = visitor.page
    await page.locator("#file").set_input_files(selfies("P001", "P002"))
    await visitor.have(6)
    shelves = page.locator(".shelf")
    await expect(shelves).to_have_count(2)
    for number in range(2):
        await expect(shelves.nth(number).locator(".tile")).to_have_count(3)
    async with page.expect_download() as downloading:
        await shelves.first.get_by_role("link", name=EN["download_all"]).click()
    path = await (await downloading.value).path()
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as file:
        assert len(file.namelist()) == 3
    other = await visitor.context.new_page()
    await other.goto(page.url)
    photos = other.get_by_role("img", name=EN["photo_sent"])
    await expect(photos).to_have_count(2)
    await expect(photos.first).not_to_have_js_property("naturalWidth", 0)


async def test_no_photo_is_dropped_however_many(newcomer: Any) -> None:
    """Twelve at once are all made, none beyond what a person may have waiting."""
    visitor = await newcomer()
    page = visitor.page
    await visitor.type("/style cutout")
    await page.locator("#file").set_input_files(selfies(*("P001",) * 12))
    await visitor.have(12)
    await expect(page.locator("#outbox")).to_be_hidden()


async def test_a_photo_chosen_offline_is_sent_later(newcomer: Any) -> None:
    """It waits in the browser, through a reload in the middle of its upload as well."""
    visitor = await newcomer()
    page = visitor.page
    uploading = asyncio.Event()

    async def hang(_: Route) -> None:
        uploading.set()

    await page.route("**/photo?*", hang)
    await page.locator("#line").fill("/cutout")
    await page.locator("#file").set_input_files(selfies("P001"))
    await expect(page.locator("#outbox")).to_be_visible()
    async with patience.limit():
        await uploading.wait()
    await page.reload()  # while the server has nothing of it
    await page.unroute("**/photo?*")
    await visitor.have(1)
    await expect(visitor.stickers.first).to_have_attribute("alt", "cutout")
    await visitor.context.set_offline(True)
    await page.locator("#file").set_input_files(selfies("P002"))
    await expect(page.locator("#outbox")).to_be_visible()
    await visitor.context.set_offline(False)
    await visitor.have(4)
    await expect(page.locator("#outbox")).to_be_hidden()
    visitor.complaints.clear()  # the browser's own words about the broken connection


async def test_a_sticker_is_finished_when_it_can_be_seen(newcomer: Any) -> None:
    """While its picture is on the way its place is busy, counts seconds and can be cancelled."""
    visitor = await newcomer()
    page = visitor.page
    let = asyncio.Event()

    async def slowly(route: Route) -> None:
        await let.wait()
        await route.continue_()

    await page.route("**/pictures/*.webp", slowly)
    await page.locator("#line").fill("/cutout")
    await page.get_by_role("button", name=EN["way_sample"]).click()
    tile = page.locator(".tile").first
    await expect(page.locator(".panel a").first).to_be_attached()  # made
    await expect(tile).to_have_attribute("aria-busy", "true")
    await expect(page.locator("#state")).to_have_attribute("data-state", "working")
    await expect(tile.locator(".clock")).to_contain_text(re.compile(r"\d+ s"))
    await expect(page.get_by_role("button", name=EN["cancel"]).first).to_be_visible()
    let.set()
    await expect(tile).to_have_attribute("aria-busy", "false")
    await expect(page.locator("#state")).to_have_attribute("data-state", "online")


async def test_forgetting_leaves_the_language_and_the_welcome(newcomer: Any) -> None:
    """Everything is gone but what the browser itself remembers."""
    chinese = texts.load().section("zh-Hans", "web")
    visitor = await newcomer()
    page = visitor.page
    await page.get_by_label(EN["language_label"]).select_option("zh-Hans")
    await expect(page.get_by_role("combobox", name=chinese["line_label"])).to_be_visible()
    await page.locator("#file").set_input_files(
        FilePayload(name="me.webp", mimeType="image/webp", buffer=SAMPLE.read_bytes())
    )
    await visitor.have(3)
    await page.locator("#line").fill("/forget")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Enter")
    yes = texts.load().get("zh-Hans", "button.yes_forget")
    await page.get_by_role("button", name=yes).click()
    await expect(page.get_by_role("heading", name=chinese["welcome_title"])).to_be_visible()
    await expect(page.locator("#log")).to_be_visible()
    await page.reload()
    await page.locator("body.ready").wait_for()
    await expect(page.get_by_role("heading", name=chinese["welcome_title"])).to_be_visible()


async def test_the_menu_is_in_groups_and_forgives_slips(newcomer: Any) -> None:
    """Headings stand above commands; a misspelt one is found."""
    visitor = await newcomer()
    page = visitor.page
    line = page.get_by_role("combobox", name=EN["line_label"])
    await line.fill("/")
    headings = await page.locator("#suggestions .heading").all_inner_texts()
    assert headings == [
        EN[key] for key in ("menu_make", "menu_choose", "menu_result", "menu_avatar", "menu_chat")
    ]
    slips = {"/expresion": "/expression", "/catroon": "/cartoon", "/wardorbe": "/wardrobe"}
    for typed, meant in slips.items():
        await line.fill(typed)
        options = page.locator("#suggestions").get_by_role("option")
        await expect(options.first).to_contain_text(meant)
    await line.fill("/expresion")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(line).to_have_value("/expression ")
