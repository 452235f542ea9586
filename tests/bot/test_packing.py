"""Packs as files: every limit of every platform, on the bytes that are handed over."""

import io
import json
import struct
import zipfile
from functools import cache

import pytest
from PIL import Image, ImageSequence

from bot import packing
from bot.marks import mark_in, marked, source_of
from bot.packing import PackSticker, for_signal, for_whatsapp, zipped
from bot.stickers import LIMITS, encode, for_attachment, for_discord, for_telegram, for_web
from tests.bot.test_stickers import moving, png, portrait


@cache
def still(noise: int = 12) -> bytes:
    return png(portrait(noise=noise))


@cache
def film(noise: int = 12) -> bytes:
    return encode(moving(6, 300, noise=noise), LIMITS["telegram"])


def pack(stills: int, films: int = 0, noise: int = 12) -> list[PackSticker]:
    stickers = [PackSticker(f"face {n}", still(noise), "😀", "cutout") for n in range(stills)]
    return stickers + [PackSticker(f"film {n}", film(noise), "🎬", "mood") for n in range(films)]


def inside(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def chunks(data: bytes) -> list[bytes]:
    """The kinds of a PNG's chunks."""
    found, at = [], 8
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        found.append(kind)
        at += 12 + length
    return found


@pytest.mark.parametrize("noise", [0, 90])
def test_whatsapp_takes_every_file(noise: int) -> None:
    """512 x 512 WEBP, under 100 KB or 500 KB, 8 ms a frame, 10 s, a tray of 96 px under 50 KB."""
    packed = for_whatsapp("Ada & Co", "me", pack(3, 3, noise))
    assert [one.name for one in packed.files] == ["Ada-Co.wastickers", "Ada-Co-moving.wastickers"]
    assert packed.left_out == ()
    for file, animated in zip(packed.files, (False, True), strict=True):
        found = inside(file.data)
        assert found.pop("author.txt") == b"me"
        assert found.pop("title.txt").decode().startswith("Ada & Co")
        icon = found.pop("tray.png")
        assert Image.open(io.BytesIO(icon)).size == (96, 96)
        assert len(icon) < 50_000
        assert len(found) == 3
        for name, data in found.items():
            image = Image.open(io.BytesIO(data))
            assert (image.format, image.size, name[-5:]) == ("WEBP", (512, 512), ".webp")
            assert len(data) < (500_000 if animated else 100_000)
            assert getattr(image, "is_animated", False) is animated
            lasts = []
            for frame in ImageSequence.Iterator(image):
                frame.load()
                lasts.append(frame.info.get("duration", 0))
            assert not animated or (min(lasts) >= 8 and sum(lasts) <= 10_000)


@pytest.mark.parametrize(
    ("count", "volumes"), [(3, [3]), (30, [30]), (31, [16, 15]), (62, [21, 21, 20])]
)
def test_whatsapp_packs_hold_three_to_thirty(count: int, volumes: list[int]) -> None:
    """A larger one is parted evenly, so that none is too small."""
    packed = for_whatsapp("pack", "me", pack(count, noise=0))
    sizes = [sum(name.endswith(".webp") for name in inside(one.data)) for one in packed.files]
    assert sizes == volumes
    assert len({one.name for one in packed.files}) == len(volumes)


def test_too_few_of_a_sort_are_told_of() -> None:
    """Two films beside three stills make no pack, and are named."""
    packed = for_whatsapp("pack", "me", pack(3, 2, 0))
    assert [one.name for one in packed.files] == ["pack.wastickers"]
    assert packed.left_out == ("film 0", "film 1")
    assert for_whatsapp("pack", "me", []).files == ()


@pytest.mark.parametrize("noise", [0, 90])
def test_signal_takes_every_file(noise: int) -> None:
    """512 x 512 PNG or APNG without a palette, 300 KB, 3 s, one emoji each, in one folder."""
    (file,) = for_signal("My pack", "me", pack(1, 1, noise)).files
    assert file.name == "My-pack-signal.zip"
    found = inside(file.data)
    assert all(name.startswith("My-pack/") for name in found)
    found = {name.removeprefix("My-pack/"): data for name, data in found.items()}
    assert found.pop("title.txt") == b"My pack"
    assert found.pop("author.txt") == b"me"
    assert json.loads(found.pop("emoji.txt")) == {"01-face-0": "😀", "02-film-0": "🎬"}
    assert set(found) == {"cover.png", "01-face-0.png", "02-film-0.png"}
    for name, data in found.items():
        image = Image.open(io.BytesIO(data))
        assert (image.format, image.size) == ("PNG", (512, 512))
        assert len(data) <= 300_000
        assert (b"acTL" in chunks(data)) is name.startswith("02")
        if b"acTL" in chunks(data):
            assert b"PLTE" not in chunks(data)
            lasts = [frame.info["duration"] for frame in ImageSequence.Iterator(image)]
            assert len(lasts) >= 4
            assert sum(lasts) <= 3000


def test_signal_packs_hold_two_hundred() -> None:
    """One more makes two."""
    one = PackSticker("a", still(0))
    files = for_signal("p", "me", [one] * 201).files
    counts = [sum(name[-6:] == "-a.png" for name in inside(file.data)) for file in files]
    assert counts == [101, 100]


@pytest.mark.parametrize(
    ("format_", "suffixes"), [("webp", ["webp"] * 2), ("png", ["png", "webp"])]
)
def test_a_zip_holds_the_pack_in_its_order(format_: str, suffixes: list[str]) -> None:
    """Numbered files, each of which opens; the same pack is the same zip."""
    stickers = pack(1, 1)
    (file,) = zipped("Pack: 1/2", stickers, format_).files
    assert file.name == "Pack-1-2.zip"
    names = list(inside(file.data))
    assert names == [f"01-face-0.{suffixes[0]}", f"02-film-0.{suffixes[1]}"]
    for data in inside(file.data).values():
        Image.open(io.BytesIO(data)).load()
    assert zipped("Pack: 1/2", stickers, format_) == packing.Packed((file,))


def test_names_become_names_of_files() -> None:
    """Whatever stickers are called, no path leads out of the zip."""
    names = ["../../etc/passwd", "a\\b", "", "笑 😀", "x" * 300]
    stickers = [PackSticker(name, still(0)) for name in names]
    found = inside(zipped("..", stickers).files[0].data)
    assert len(found) == len(names)
    assert not any("/" in name or "\\" in name or ".." in name for name in found)
    assert all(len(name.encode()) < 255 for name in found)


@cache
def made(form: str, picture) -> bytes:
    return {"webp": for_web, "png": for_discord}[form](picture())


@pytest.mark.parametrize("picture", [still, film], ids=["still", "film"])
@pytest.mark.parametrize("form", ["webp", "png"])
@pytest.mark.parametrize(
    ("kind", "source"),
    [
        ("emoji", "algorithmicMedia"),
        ("random", "trainedAlgorithmicMedia"),
        ("expression", "compositeWithTrainedAlgorithmicMedia"),
    ],
)
def test_files_say_how_they_were_made(picture, form: str, kind: str, source: str) -> None:
    """A reader finds IPTC's digital source type in the XMP; the pixels are the same."""
    bare = made(form, picture)
    file = marked(bare, kind)
    before, after = Image.open(io.BytesIO(bare)), Image.open(io.BytesIO(file))
    xmp = after.info["xmp" if form == "webp" else "XML:com.adobe.xmp"]
    assert f"digitalsourcetype/{source}" in (xmp.decode() if isinstance(xmp, bytes) else xmp)
    assert mark_in(file) == source_of(kind)
    assert mark_in(bare) == ""
    assert (before.size, before.mode) == (after.size, after.mode)
    for one, other in zip(
        ImageSequence.Iterator(before), ImageSequence.Iterator(after), strict=True
    ):
        assert one.convert("RGBA").tobytes() == other.convert("RGBA").tobytes()


def test_every_picture_in_a_pack_is_marked() -> None:
    """In each of the three forms."""
    stickers = pack(3)
    for packed in (
        zipped("p", stickers), for_whatsapp("p", "me", stickers), for_signal("p", "me", stickers),
    ):  # fmt: skip
        for file in packed.files:
            pictures = [d for n, d in inside(file.data).items() if "face" in n]
            assert len(pictures) == 3
            assert all(mark_in(data) == source_of("cutout") for data in pictures)


@pytest.mark.parametrize("again", [for_telegram, for_discord, for_web, for_attachment])
def test_a_mark_does_not_survive_another_encoding(again) -> None:
    """Whoever encodes the pixels anew, as our own encoders do, drops it."""
    assert mark_in(again(marked(still(), "cutout"))) == ""


def test_what_cannot_carry_a_mark_stays_as_it_is() -> None:
    """A video sticker is the file that it was."""
    assert marked(film(), "mood") == film()
