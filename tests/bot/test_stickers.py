"""Stickers as platforms take them: format, size, bytes, and nothing but pixels."""

import io
import subprocess
import sys
from itertools import pairwise

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageSequence, PngImagePlugin

from bot import films, stickers
from bot.errors import StickerTooLarge
from bot.stickers import LIMITS, Moving, encode, for_discord, for_telegram, for_web, suffix

CHANCE = np.random.default_rng(7)


def portrait(width: int = 420, height: int = 512, *, noise: int = 12) -> Image.Image:
    """A soft disc with a grainy gradient, as hard to compress as a photographed face."""
    y, x = np.mgrid[:height, :width]
    colour = np.stack([x * 255 / width, y * 255 / height, 128 + 60 * np.sin(x / 30)], -1)
    colour += CHANCE.normal(0, noise, colour.shape)
    distance = np.hypot((x - width / 2) / width, (y - height / 2) / height)
    alpha = np.clip((0.48 - distance) * 60, 0, 1) * 255
    return Image.fromarray(np.dstack([np.clip(colour, 0, 255), alpha]).astype(np.uint8))


def png(image: Image.Image, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG", **options)
    return file.getvalue()


def moving(frames: int = 12, milliseconds: int = 50, *, noise: int = 12) -> bytes:
    images = [portrait(256, 256, noise=noise).rotate(12 * number) for number in range(frames)]
    return png(images[0], save_all=True, append_images=images[1:], duration=milliseconds, loop=0)


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


STILL = png(portrait())
MOVING = moving()
FILM = encode(MOVING, LIMITS["telegram"])
"""As the worker keeps what moves."""


def test_telegram_gets_static_webp() -> None:
    """WEBP with alpha, its longer side exactly 512 px, at most 512 KiB."""
    image = opened(for_telegram(STILL))
    assert (image.format, image.size, image.mode) == ("WEBP", (420, 512), "RGBA")
    assert len(for_telegram(STILL)) <= 512 * 1024


def frames_of(webm: bytes) -> tuple[list[np.ndarray], float]:
    """Decode a film with its alpha, as players do; return (H, W, 4) frames and the seconds."""
    with av.open(io.BytesIO(webm), format="webm") as film:
        (stream,) = film.streams.video
        assert stream.codec_context.name == "vp9"
        assert len(film.streams) == 1  # no sound
        decoder = av.CodecContext.create("libvpx-vp9", "r")  # FFmpeg's own drops the alpha
        frames = [frame for packet in film.demux(stream) for frame in decoder.decode(packet)]
        return [frame.to_ndarray(format="rgba") for frame in frames], film.duration / av.time_base


def test_telegram_gets_a_film_with_alpha() -> None:
    """VP9 in WEBM, 512 px, with all frames and their time, as clear and as coloured as before."""
    data = for_telegram(MOVING)
    assert suffix(data) == "webm"
    assert len(data) <= 256 * 1024
    frames, seconds = frames_of(data)
    assert len(frames) == 12
    assert seconds == pytest.approx(0.6, abs=0.06)
    for frame, original in zip(frames, ImageSequence.Iterator(opened(MOVING)), strict=True):
        wanted = np.asarray(original.convert("RGBA").resize((512, 512))).astype(int)
        assert frame.shape == (512, 512, 4)
        assert np.abs(frame[..., 3] - wanted[..., 3]).mean() < 3
        seen = wanted[..., 3] > 250
        assert np.abs(frame - wanted)[seen].mean() < 12


@pytest.mark.parametrize("platform", LIMITS)
def test_a_kept_film_moves_everywhere(platform: str) -> None:
    """Each platform gets its own format within its limits, with all of the time and the colours."""
    limits = LIMITS[platform]
    assert limits.moving is not None
    data = encode(FILM, limits)
    assert suffix(data) == _ending(limits.moving)
    assert len(data) <= limits.moving.most_bytes
    if platform == "telegram":
        assert data == FILM
        return
    if platform in ("film", "telegram emoji"):
        with av.open(io.BytesIO(data)) as film:
            assert film.duration == pytest.approx(600_000, abs=60_000)
            shown = next(film.decode(video=0)).to_ndarray(format="rgb24")
    else:
        image = opened(data)
        times = []
        for frame in ImageSequence.Iterator(image):
            frame.load()  # before which some formats do not know
            times.append(frame.info["duration"])
        assert sum(times) == pytest.approx(600, abs=60)
        assert len(times) >= 6
        image.seek(0)
        shown = np.asarray(opened(data).convert("RGBA"))
        assert shown[0, 0, 3] == 0
    half = len(shown) // 2
    middle = shown[half - 8 : half + 8, half - 8 : half + 8, :3].mean(axis=(0, 1))
    wanted = np.asarray(opened(MOVING).convert("RGBA"))[124:132, 124:132, :3].mean(axis=(0, 1))
    assert np.abs(middle - wanted).max() < 20


def test_few_colours_are_dithered() -> None:
    """A gradient of one brightness per column keeps its mean in a film of few colours."""
    ramp = np.tile(np.linspace(60, 190, 320)[None], (320, 1))
    pixels = np.dstack([ramp, ramp, ramp, np.full_like(ramp, 255)]).astype(np.uint8)
    image = Image.fromarray(pixels)
    made = opened(films.gif(films.Frames((image, image), (50, 50)), 8)).convert("RGB")
    shown = np.asarray(made)[..., 0].astype(float)
    assert len(np.unique(shown)) <= 8
    assert len(np.unique(shown[:, 100])) > 1
    blocks = shown.reshape(40, 8, 40, 8).mean(axis=(1, 3))
    assert np.abs(np.diff(blocks.mean(axis=0))).max() < 14


def test_telegram_films_end_after_three_seconds() -> None:
    """A longer one plays faster; one of many bytes gets poorer until it fits."""
    frames, seconds = frames_of(for_telegram(moving(8, 1000, noise=0)))
    assert len(frames) == 8
    assert 2.8 < seconds <= 3
    data = for_telegram(moving(40, 50, noise=60))
    assert len(data) <= 256 * 1024
    assert frames_of(data)[1] == pytest.approx(2, abs=0.1)


def test_what_stands_still_never_loads_the_film_encoder() -> None:
    """A front end whose stickers all stand pays nothing for those that move."""
    code = (
        "import io, sys; from PIL import Image; from bot import stickers; file = io.BytesIO();"
        "Image.new('RGBA', (9, 9), 'red').save(file, 'PNG');"
        "[stickers.encode(file.getvalue(), one) for one in stickers.LIMITS.values()];"
        "assert 'av' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("platform", LIMITS)
def test_a_file_is_named_after_what_it_is(platform: str) -> None:
    """The suffix is that of the format, of stickers that stand and that move."""
    limits = LIMITS[platform]
    assert suffix(encode(STILL, limits)) == limits.format.lower()
    assert limits.moving is not None
    assert suffix(encode(MOVING, limits)) == _ending(limits.moving)


def _ending(moving: Moving) -> str:
    """APNG is PNG to all who read names."""
    return moving.format.lower().removeprefix("a")


def test_discord_gets_a_square_png() -> None:
    """PNG of exactly 320 x 320 px, the picture in the middle."""
    image = opened(for_discord(STILL))
    assert (image.format, image.size) == ("PNG", (320, 320))
    left, upper, right, lower = image.convert("RGBA").getchannel("A").getbbox() or (0, 0, 0, 0)
    assert abs((left + right) / 2 - 160) <= 1
    assert abs((upper + lower) / 2 - 160) <= 1
    assert len(for_discord(STILL)) <= 512 * 1024


def test_the_web_gets_webp_that_moves() -> None:
    """All frames, with their time."""
    image = opened(for_web(MOVING))
    assert (image.format, image.n_frames) == ("WEBP", 12)
    assert opened(for_web(STILL)).size == (420, 512)


def test_discord_gets_apng_within_five_seconds() -> None:
    """A longer one plays faster; the first frame stays the first."""
    data = for_discord(moving(8, 1000, noise=0))
    image = opened(data)
    durations = [frame.info["duration"] for frame in ImageSequence.Iterator(image)]
    assert sum(durations) <= 5000
    assert image.n_frames == 8
    assert len(data) <= 512 * 1024


@pytest.mark.slow
def test_a_noisy_animation_loses_frames_rather_than_failing() -> None:
    """The ladder trades colours and frames for bytes; the whole takes as long as before."""
    data = for_discord(moving(30, 40, noise=40))
    image = opened(data)
    assert 1 < image.n_frames < 30
    assert len(data) <= 512 * 1024
    total = sum(frame.info["duration"] for frame in ImageSequence.Iterator(image))
    assert total == pytest.approx(1200, rel=0.1)


@pytest.mark.parametrize("platform", LIMITS)
def test_metadata_never_survives(platform: str) -> None:
    """EXIF, text, colour profiles and XMP of the picture are not in the sticker."""
    image = portrait()
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "taken at home")
    text.add_itxt("XML:com.adobe.xmp", "taken at home")
    data = png(image, exif=exif, pnginfo=text, icc_profile=b"taken at home")
    assert b"taken at home" not in encode(data, LIMITS[platform])
    result = opened(encode(data, LIMITS[platform]))
    assert not result.getexif()
    assert "icc_profile" not in result.info


def test_quality_falls_until_it_fits() -> None:
    """Noise that would be too large is encoded more poorly, never larger than allowed."""
    noise = Image.fromarray(CHANCE.integers(0, 256, (512, 512, 3), np.uint8))
    tight = stickers.Limits("WEBP", 512, square=False, most_bytes=150_000, moving=None)
    assert len(encode(png(noise), tight)) <= 150_000
    few = stickers.Limits("PNG", 320, square=True, most_bytes=120_000, moving=None)
    assert len(encode(png(noise), few)) <= 120_000


def test_what_cannot_fit_is_an_error() -> None:
    """There is no limit that is broken silently."""
    with pytest.raises(StickerTooLarge):
        encode(STILL, stickers.Limits("PNG", 320, square=True, most_bytes=500, moving=None))


def test_transparency_lends_no_colour_to_edges() -> None:
    """Resizing mixes only what is seen: a red disc on transparent green keeps red edges."""
    pixels = np.zeros((512, 512, 4), np.uint8)
    pixels[..., 1] = 255
    y, x = np.mgrid[:512, :512]
    pixels[np.hypot(x - 256, y - 256) < 200] = (255, 0, 0, 255)
    small = np.asarray(opened(for_discord(png(Image.fromarray(pixels)))).convert("RGBA"))
    edge = small[(small[..., 3] > 30) & (small[..., 3] < 225)]
    assert len(edge) > 100
    assert edge[:, 0].min() > 200
    assert edge[:, 1].max() < 50


@given(st.integers(1, 900), st.integers(1, 900))
@settings(max_examples=25)
def test_any_shape_fits(width: int, height: int) -> None:
    """Even a line becomes a sticker of the right size."""
    data = png(Image.new("RGBA", (width, height), "red"))
    assert max(opened(for_telegram(data)).size) == 512
    assert opened(for_discord(data)).size == (320, 320)


def test_the_ladder_goes_down() -> None:
    """Each step is poorer than the one before."""
    assert all(one > other for one, other in pairwise(stickers.WEBP_QUALITIES))
    assert stickers.PNG_COLOURS[0] == 0
    assert all(one > other for one, other in pairwise(stickers.PNG_COLOURS[1:]))
    assert all(one > other for one, other in pairwise(stickers.APNG_QUALITIES))
    assert all(one < other for one, other in pairwise(stickers.WEBM_QUALITIES))
