"""A made-up camera drives a photo's face on the page, in a real browser."""

from pathlib import Path

import pytest
from playwright.async_api import async_playwright, expect

from tests import patience
from tests.acceptance.test_page import EN, address, chromium, visit
from tests.inference.drivers import camera_film

__all__ = ["address"]
pytestmark = pytest.mark.slow

PIXELS = """canvas => {
  const data = canvas.getContext("2d").getImageData(0, 0, 256, 256).data;
  let sum = 0;
  for (let at = 0; at < data.length; at += 7) sum = (sum * 31 + data[at]) % 1000003;
  return sum;
}"""
"""A digest of what the driven face looks like now."""


async def test_a_camera_moves_the_photo_and_a_pose_is_kept(address: str, tmp_path: Path) -> None:
    """The face changes with the driver's; what is kept is a sticker with sliders, and undone."""
    film = camera_film(tmp_path / "driver.mjpeg", "P006", {"neutral": 90, "happy": 90})
    async with (
        async_playwright() as playwright,
        chromium(
            playwright,
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
            f"--use-file-for-fake-video-capture={film}",
        ) as browser,
        visit(browser, address, permissions=["camera"]) as visitor,
    ):
        page = visitor.page
        await page.get_by_role("button", name=EN["way_sample"]).click()
        await visitor.have(3)
        await page.get_by_role("button", name="Cutout").click()
        await page.get_by_role("button", name=EN["drive"]).click()
        dialog = page.get_by_role("dialog", name=EN["drive_title"])
        face, keep = page.locator("#drive-face"), page.get_by_role("button", name=EN["drive_keep"])
        await expect(dialog.get_by_text(EN["drive_moving"])).to_be_visible()
        seen = {await face.evaluate(PIXELS)}
        async with patience.limit():
            while len(seen) < 4:
                await page.wait_for_timeout(200)
                seen.add(await face.evaluate(PIXELS))
        async with patience.limit():
            await keep.click()
        await expect(dialog.get_by_text(EN["drive_kept"])).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(dialog).to_be_hidden()
        await visitor.have(4)
        label = await visitor.stickers.nth(3).get_attribute("alt")
        assert label is not None
        assert label.startswith("expression")
        await expect(page.get_by_role("slider").first).to_be_visible()

        await page.get_by_role("button", name=EN["drive"]).click()
        await expect(dialog.get_by_text(EN["drive_moving"])).to_be_visible()
        await page.get_by_role("button", name=EN["drive_restart"]).click()
        await page.evaluate(
            "() => {"
            " Object.defineProperty(document, 'hidden', { value: true, configurable: true });"
            " document.dispatchEvent(new Event('visibilitychange')); }"
        )
        await expect(dialog).to_be_hidden()
        stopped = "() => document.querySelector('#drive-view').srcObject === null"
        assert await page.evaluate(stopped)


async def test_without_a_camera_nothing_is_offered(address: str) -> None:
    """A browser that has none shows no such button."""
    async with (
        async_playwright() as playwright,
        chromium(playwright) as browser,
        visit(browser, address) as visitor,
    ):
        page = visitor.page
        await page.get_by_role("button", name=EN["way_sample"]).click()
        await visitor.have(3)
        await page.get_by_role("button", name="Cutout").click()
        await expect(page.get_by_role("button", name=EN["drive"])).to_have_count(0)


async def test_a_page_that_may_have_no_camera_says_where_it_may(address: str) -> None:
    """A browser lends none to an address of plain http, which is told when it is tried."""
    async with (
        async_playwright() as playwright,
        chromium(playwright) as browser,
        visit(browser, address) as visitor,
    ):
        page = visitor.page
        await page.add_init_script(
            "Object.defineProperty(navigator, 'mediaDevices', { value: undefined })"
        )
        await page.reload()
        await page.get_by_role("button", name=EN["way_sample"]).click()
        await visitor.have(3)
        await page.get_by_role("button", name="Cutout").click()
        await page.get_by_role("button", name=EN["drive"]).click()
        dialog = page.get_by_role("dialog", name=EN["drive_title"])
        await expect(dialog.get_by_text(EN["drive_insecure"])).to_be_visible()
        await expect(page.get_by_role("button", name=EN["drive_keep"])).to_be_disabled()
