"""The gallery and the pack tray in a real browser: by mouse, by keyboard, by finger."""

import io
import re
import zipfile
from typing import Any

import pytest
from playwright.async_api import Locator, Page, async_playwright, expect

from bot.core.language import texts
from tests.acceptance.test_page import EN, Visit, address, chromium, visit

pytestmark = pytest.mark.slow
__all__ = ["address"]

ZH = texts.load().section("zh-Hans", "web")
FINGER = 44  # px


async def middle(element: Locator) -> tuple[float, float]:
    box = await element.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


async def drag(page: Page, what: Locator, x: float, y: float) -> None:
    await page.mouse.move(*await middle(what))
    await page.mouse.down()
    await page.mouse.move(x, y, steps=8)
    await expect(page.locator(".ghost")).to_be_visible()
    await page.mouse.up()
    await expect(page.locator(".ghost")).to_have_count(0)


async def settled(page: Page, names: list[str], called: Any = EN) -> None:
    """Wait until the tray, and the server, have these stickers in this order."""
    for number, name in enumerate(names, 1):
        start = called["tray_slot"].split("{emoji}")[0]
        label = start.format(number=number, count=len(names), name=name)
        await expect(page.locator(".slot-face").nth(number - 1)).to_have_attribute(
            "aria-label", re.compile(f"^{re.escape(label)}")
        )


async def filled(visitor: Visit, way: str) -> list[str]:
    """Have stickers of the sample face made, open the gallery, return what they are called."""
    page = visitor.page
    await page.get_by_role("button", name=way).click()
    await visitor.have(3)
    await page.locator("#gallery-open").click()
    await expect(page.locator(".kept-tile")).to_have_count(3)
    return await page.locator(".kept-tile .caption").all_inner_texts()


async def test_a_pack_is_made_by_mouse_and_keyboard_and_survives_a_reload(address: str) -> None:
    """Dragged in, reordered, worded, undone, downloaded; the chat's /pack is the same pack."""
    async with (
        async_playwright() as playwright,
        chromium(playwright) as browser,
        visit(browser, address, viewport={"width": 1280, "height": 800}) as visitor,
    ):
        page = visitor.page
        names = [name.lower() for name in await filled(visitor, EN["way_sample"])]
        tiles, room = page.locator(".kept-picture"), page.locator(".tray-room")
        slots = page.locator(".slot-face")
        await drag(page, tiles.nth(0), *await middle(room))
        await settled(page, names[:1])
        await page.locator(".add").nth(1).click()
        await settled(page, names[:2])
        x, y = await middle(slots.nth(0))
        await drag(page, tiles.nth(2), x - 20, y)
        await settled(page, [names[2], names[0], names[1]])
        x, y = await middle(slots.nth(2))
        await drag(page, slots.nth(0), x + 20, y)
        await settled(page, names)

        await page.mouse.move(*await middle(tiles.nth(0)))
        await page.mouse.down()
        await page.mouse.move(*await middle(room), steps=5)
        await page.keyboard.press("Escape")
        await page.mouse.up()
        await expect(page.get_by_role("dialog")).to_be_visible()
        await settled(page, names)

        await slots.nth(0).focus()
        await page.keyboard.press("ArrowRight")
        await settled(page, [names[1], names[0], names[2]])
        await expect(slots.nth(1)).to_be_focused()
        await page.keyboard.press("End")
        await settled(page, [names[1], names[2], names[0]])
        await expect(slots.nth(2)).to_be_focused()
        await page.keyboard.press("Delete")
        await settled(page, [names[1], names[2]])
        await expect(page.locator(".add").nth(0)).to_have_attribute("aria-pressed", "false")
        await page.locator("#tray-undo").click()
        await settled(page, [names[1], names[2], names[0]])

        await slots.nth(1).press("Enter")
        line = page.locator(".emoji-line")
        await expect(line).to_be_focused()
        await line.fill("😎🔥")
        await line.press("Enter")
        await expect(slots.nth(1)).to_have_attribute("aria-label", re.compile("😎 🔥$"))
        await page.get_by_role("button", name="🔥", exact=True).click()
        await expect(slots.nth(1)).to_have_attribute("aria-label", re.compile(", 😎$"))
        await line.press("Escape")
        await expect(slots.nth(1)).to_be_focused()
        title = page.get_by_role("textbox", name=EN["tray_title"])
        await title.fill("Summer")
        await title.press("Enter")
        await expect(page.locator("#tray-packs option")).to_have_text(["Summer (3)"])

        await page.reload()
        await expect(page.get_by_role("dialog")).to_be_visible()
        await settled(page, [names[1], names[2], names[0]])
        await expect(title).to_have_value("Summer")
        await expect(slots.nth(1)).to_have_attribute("aria-label", re.compile(", 😎$"))

        async with page.expect_download() as downloading:
            await page.get_by_role("button", name=EN["tray_whatsapp_about"]).click()
        download = await downloading.value
        assert download.suggested_filename == "Summer.wastickers"
        content = (await download.path()).read_bytes()
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert archive.read("title.txt") == b"Summer"
            assert len([name for name in archive.namelist() if name.endswith(".webp")]) == 3

        await slots.nth(0).focus()
        await page.keyboard.press("Delete")
        await settled(page, [names[2], names[0]])
        await page.get_by_role("button", name=EN["tray_whatsapp_about"]).click()
        too_few = EN["tray_too_few"].format(fewest=3)
        await expect(page.locator("#gallery-news")).to_have_text(too_few)
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_be_hidden()
        await visitor.type("/pack")
        await expect(page.locator("#log").get_by_text("“Summer”, 2 stickers")).to_be_visible()


async def test_favourites_are_a_toggle_and_packs_begin_and_go(address: str) -> None:
    """A star kept, seen alone, and let go; a second pack named, chosen, and deleted when sure."""
    async with (
        async_playwright() as playwright,
        chromium(playwright) as browser,
        visit(browser, address) as visitor,
    ):
        page = visitor.page
        names = [name.lower() for name in await filled(visitor, EN["way_sample"])]
        stars = page.locator(".star")
        await stars.nth(1).click()
        await expect(stars.nth(1)).to_have_attribute("aria-pressed", "true")
        await page.locator("#gallery-favourites").click()
        await expect(page.locator(".kept-tile")).to_have_count(1)
        await page.locator(".star:visible").click()  # it stays in sight, to be taken back
        await expect(page.locator(".star:visible")).to_have_attribute("aria-pressed", "false")
        await page.locator("#gallery-all").click()
        await page.locator("#gallery-favourites").click()
        await expect(page.get_by_text(EN["gallery_no_favourites"])).to_be_visible()
        await page.locator("#gallery-all").click()

        await page.locator(".add").nth(0).click()
        await settled(page, names[:1])
        await page.get_by_role("button", name=EN["tray_new"], exact=True).click()
        title = page.get_by_role("textbox", name=EN["tray_title"])
        await expect(title).to_be_focused()
        await page.keyboard.type("Second")
        await page.keyboard.press("Enter")
        packs = page.get_by_role("combobox", name=EN["tray_packs"])
        await expect(packs.locator("option")).to_have_text(["Second (0)", "My stickers (1)"])
        await packs.select_option(label="My stickers (1)")
        await settled(page, names[:1])
        await packs.select_option(label="Second (0)")
        await expect(page.get_by_text(EN["tray_empty"])).to_be_visible()
        await page.get_by_role("button", name=EN["tray_delete"]).click()
        await page.get_by_role("button", name=EN["tray_delete_no"]).click()
        await expect(packs.locator("option")).to_have_count(2)
        await page.get_by_role("button", name=EN["tray_delete"]).click()
        await page.get_by_role("button", name=EN["tray_delete_yes"]).click()
        await settled(page, names[:1])
        await expect(title).to_have_value("My stickers")


async def test_a_finger_that_rests_lifts_a_sticker_and_one_that_moves_scrolls(
    address: str,
) -> None:
    """On a phone, dark, in Chinese; all there is to tap is large enough for it."""
    phone = {
        "viewport": {"width": 390, "height": 844},
        "color_scheme": "dark",
        "reduced_motion": "reduce",
        "locale": "zh-CN",
        "has_touch": True,
        "is_mobile": True,
    }
    async with (
        async_playwright() as playwright,
        chromium(playwright) as browser,
        visit(browser, address, **phone) as visitor,
    ):
        page = visitor.page
        names = await filled(visitor, ZH["way_sample"])
        hand = await visitor.context.new_cdp_session(page)

        async def touch(kind: str, *points: tuple[float, float]) -> None:
            touched = [{"x": x, "y": y} for x, y in points]
            await hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touched})

        async def carry(what: Locator, x: float, y: float) -> None:
            start = await middle(what)
            await touch("touchStart", start)
            await expect(page.locator(".ghost")).to_be_visible()
            await touch("touchMove", ((start[0] + x) / 2, (start[1] + y) / 2))
            await touch("touchMove", (x, y))
            await touch("touchEnd")
            await expect(page.locator(".ghost")).to_have_count(0)

        pictures, slots = page.locator(".kept-picture"), page.locator(".slot-face")
        await carry(pictures.nth(0), *await middle(page.locator(".tray-room")))
        await settled(page, names[:1], ZH)
        await page.locator(".add").nth(1).tap()
        await settled(page, names[:2], ZH)
        x, y = await middle(slots.nth(0))
        await carry(slots.nth(1), x - 15, y)
        await settled(page, names[1::-1], ZH)
        x, y = await middle(pictures.nth(1))
        await carry(slots.nth(0), x, y)  # out of the tray
        await settled(page, names[:1], ZH)

        x, y = await middle(pictures.nth(2))
        await touch("touchStart", (x, y))
        for step in range(1, 6):
            await touch("touchMove", (x, y - 12 * step))
        await touch("touchEnd")
        await expect(page.locator(".ghost")).to_have_count(0)
        await settled(page, names[:1], ZH)

        await slots.nth(0).tap()
        await expect(page.locator("#slot-editor")).to_be_visible()
        for element in await page.locator(".gallery :is(button, input, select):visible").all():
            box = await element.bounding_box()
            assert box is not None
            name = await element.get_attribute("aria-label") or await element.inner_text()
            assert min(box["width"], box["height"]) >= FINGER - 0.5, name
            assert name
        for selector in (".gallery-head", ".kept", ".tray", ".tray-files"):
            box = await page.locator(selector).bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 390, selector
