"""A room of the page in a real browser: a link leads in, each joins by their own tap."""

import re
from importlib.resources import files

import pytest
from playwright.async_api import FilePayload, Locator, async_playwright, expect

from bot.core.language import texts
from tests.acceptance.test_page import Visit, address, chromium, visit

pytestmark = pytest.mark.slow
__all__ = ["address"]

TEXTS = texts.load()
JOIN, LEAVE, ZIP = (
    TEXTS.get("en", f"shared_button.{verb}").split(maxsplit=1)[1]  # an icon stands for the emoji
    for verb in ("join", "leave", "zip")
)


def card(visitor: Visit) -> Locator:
    """Return the messages that show the room's pack; there is to be one at a time."""
    return visitor.page.locator("#log .message").filter(has_text="a sticker pack of everybody here")


async def joined(visitor: Visit, person: str) -> None:
    """Tap join, and bring a selfie when asked for one."""
    await card(visitor).get_by_role("button", name=JOIN).click()
    asked = TEXTS.get("en", "shared.send_selfie_here")
    await expect(visitor.page.locator("#log").get_by_text(asked)).to_be_visible()
    selfie = files("openpeople") / "data/curated" / person / "assets/amateur_selfie.jpg"
    await visitor.page.locator("#file").set_input_files(
        FilePayload(name="me.jpg", mimeType="image/jpeg", buffer=selfie.read_bytes())
    )


async def test_two_who_follow_a_link_join_and_one_leaves(address: str) -> None:
    """Both cards show both, with a picture of their stickers; who leaves is on neither."""
    async with (
        async_playwright() as playwright,
        chromium(playwright) as browser,
        visit(browser, address) as ann,
    ):
        await ann.type("/pack group")
        await expect(card(ann)).to_contain_text("Nobody is in it yet")
        found = re.search(r"/room/[\w-]+", await card(ann).inner_text())
        assert found is not None
        async with visit(browser, address, found[0][1:]) as bob:
            await expect(card(bob)).to_contain_text("Nobody is in it yet")
            await joined(ann, "P001")
            await expect(card(bob)).to_contain_text("5 stickers so far")
            await joined(bob, "P002")
            for visitor in (ann, bob):
                await expect(card(visitor)).to_have_count(1)
                await expect(card(visitor)).to_contain_text("14 stickers so far")
                await expect(card(visitor)).to_contain_text("In it: 2")
                await expect(card(visitor).get_by_role("img")).to_be_visible()
            await card(bob).get_by_role("button", name=ZIP).click()
            async with bob.page.expect_download() as downloading:
                await bob.page.locator("#log .downloads a[download$='.zip']").click()
            assert (await (await downloading.value).path()).stat().st_size > 100_000
            await card(bob).get_by_role("button", name=LEAVE).click()
            left = TEXTS.get("en", "shared.left", title="Our stickers", count=9)
            await expect(bob.page.locator("#log").get_by_text(left)).to_be_visible()
            for visitor in (ann, bob):
                await expect(card(visitor)).to_contain_text("5 stickers so far")
                await expect(card(visitor)).to_contain_text("In it: 1")
