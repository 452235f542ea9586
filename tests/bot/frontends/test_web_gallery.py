"""The gallery's addresses, before the real service."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.bot.frontends.test_web_service import real_chat
from tests.bot.on_the_web import Page, visiting


async def told(page: Page) -> dict[str, Any]:
    answer = await page.http.get("/gallery")
    assert answer.headers["cache-control"] == "no-store"
    found: dict[str, Any] = answer.json()
    return found


async def change(page: Page, verb: str, **fields: str) -> int:
    fields = {"key": page.key(), "verb": verb, **fields}
    return (await page.http.post("/gallery", json=fields)).status_code


async def test_a_pack_is_filled_in_the_gallery_and_downloaded(tmp_path: Path) -> None:
    """Pictures in small, a pack in each form, and nothing of it for anybody else."""
    async with real_chat(tmp_path) as chat, visiting(chat) as page, page.tab() as tab:
        assert (await told(page))["kept"] == []
        await page.photo()
        await tab.until(3)
        kept = (await told(page))["kept"]
        assert len({one["text"] for one in kept}) == 3
        for one in kept:
            fields = {"pack": pack["id"]} if (pack := (await opened(page))) else {}
            assert await change(page, "add", job=one["id"], **fields) == 202
        pack = await opened(page)
        assert [one["job"] for one in pack["stickers"]] == [one["id"] for one in kept]
        picture = f"/gallery/stickers/{pack['id']}/{pack['stickers'][0]['id']}.webp?still"
        for address in (f"/gallery/results/{kept[0]['id']}.webp", picture):
            answer = await page.http.get(address)
            with Image.open(io.BytesIO(answer.content)) as image:
                assert (image.format, max(image.size)) == ("WEBP", 256)
        file = f"/gallery/packs/{pack['id']}.zip"
        for form, ending in (
            ("webp", ".webp"),
            ("png", ".png"),
            ("whatsapp", ".webp"),
            ("signal", ".png"),
        ):
            answer = await page.http.get(file, params={"form": form})
            assert answer.status_code == 200
            assert answer.headers["x-left-out"] == "0"
            with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
                pictures = [n for n in archive.namelist() if n.endswith(ending) and "0" in n]
                assert len(pictures) == 3
        assert (await page.http.get(file, params={"form": "tar"})).status_code == 404
        async with visiting(chat) as stranger:
            for address in (f"/gallery/results/{kept[0]['id']}.webp", picture, f"{file}?form=png"):
                assert (await stranger.http.get(address)).status_code == 404
            assert (await told(stranger))["packs"] == []


async def opened(page: Page) -> dict[str, Any]:
    packs = (await told(page))["packs"]
    return packs[0] if packs else {}


async def test_a_pack_too_small_for_whatsapp_is_said(tmp_path: Path) -> None:
    """204 where nothing is left of it; the other forms take it."""
    async with real_chat(tmp_path) as chat, visiting(chat) as page, page.tab() as tab:
        await page.photo()
        await tab.until(3)
        await change(page, "add", job=(await told(page))["kept"][0]["id"])
        file = f"/gallery/packs/{(await opened(page))['id']}.zip"
        assert (await page.http.get(file, params={"form": "whatsapp"})).status_code == 204
        assert (await page.http.get(file, params={"form": "signal"})).status_code == 200


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"verb": "explode"}, 400),
        ({"verb": "move", "position": "-1"}, 400),
        ({"verb": "move", "position": "0", "sticker": "../../etc"}, 404),
        ({"verb": "add", "pack": "no id"}, 404),
        ({"verb": "drop"}, 202),  # of no pack: a sentence in the chat says so
    ],
)
async def test_nonsense_changes_nothing(
    tmp_path: Path, fields: dict[str, str], status: int
) -> None:
    """It is refused, or answered in the chat."""
    async with real_chat(tmp_path) as chat, visiting(chat) as page:
        assert await change(page, "begin", words="Me") == 202
        before = await told(page)
        assert await change(page, **fields) == status
        assert await told(page) == before


async def test_a_gallery_is_empty_without_a_cookie(tmp_path: Path) -> None:
    """And changes need one."""
    async with real_chat(tmp_path) as chat, visiting(chat) as page:
        page.http.cookies.clear()
        assert (await told(page))["kept"] == []
        assert await change(page, "undo") == 401
