import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow
from PIL import ImageCms

from inference.errors import PhotoError
from inference.pictures.images import FORMATS, MAX_SIDE, decode, encode_png, from_lab, to_lab
from storage.contract.failures import Failure
from storage.contract.photos import MAX_BYTES


@pytest.fixture(scope="module")
def scene():
    """A smooth colourful picture, 96x64 px, that survives lossy codecs."""
    y, x = np.mgrid[0:64, 0:96]
    return np.dstack([x * 2 + 30, y * 3 + 20, 180 - x]).astype(np.uint8)


def written(picture, format_, **options):
    buffer = io.BytesIO()
    if isinstance(picture, np.ndarray):
        picture = Pillow.fromarray(picture)
    picture.save(buffer, format_, **options)
    return buffer.getvalue()


def failure_of(data):
    with pytest.raises(PhotoError) as caught:
        decode(data)
    return caught.value.failure


def distance(first, second):
    return np.abs(first.astype(int) - second.astype(int)).mean()


@pytest.mark.parametrize("format_", FORMATS)
def test_formats(scene, format_):
    """Every format that people are told of is read as RGB."""
    image = decode(written(scene, format_, quality=95))
    assert image.shape == scene.shape
    assert image.dtype == np.uint8
    assert distance(image, scene) < 4


@pytest.mark.parametrize(
    ("format_", "options"),
    [("TIFF", {}), ("ICO", {}), ("PDF", {})],
)
def test_other_formats(scene, format_, options):
    """Any other picture format is refused by name, even if Pillow could read it."""
    assert failure_of(written(scene, format_, **options)) is Failure.NOT_AN_IMAGE


@pytest.mark.parametrize("data", [b"", b"hello, I am a text file", b"%PDF-1.7", b"\x00" * 4096])
def test_no_image(data):
    """What is no picture at all is said to be none."""
    assert failure_of(data) is Failure.NOT_AN_IMAGE


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "HEIF"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_truncated(scene, format_, share):
    """A file that ends too early is broken, not half a picture."""
    data = written(scene, format_)
    assert failure_of(data[: int(len(data) * share)]) is Failure.BROKEN


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
def test_header_alone(format_):
    """A file of nothing but its first bytes is broken."""
    start = {
        "JPEG": b"\xff\xd8\xff\xe0",
        "PNG": b"\x89PNG\r\n\x1a\n",
        "WEBP": b"RIFF\x00\x00\x00\x00WEBP",
    }
    assert failure_of(start[format_]) is Failure.BROKEN


def png(width, height, body=b""):
    """A PNG that claims a size, whatever its body holds."""

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(body))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(8000, 6000), (12000, 12000), (60000, 60000), (2**31 - 1, 2)])
def test_decompression_bomb(size):
    """Too many pixels are refused by the header, before anything is decoded."""
    assert failure_of(png(*size)) is Failure.TOO_LARGE


@pytest.mark.parametrize("size", [(8064, 6048), (9248, 6936), (12000, 9000), (16320, 12240)])
def test_photos_of_large_sensors(size):
    """JPEGs of 48, 64, 108 and 200 megapixels are decoded small."""
    photo = Pillow.new("L", size, 90)
    photo.paste(200, (0, 0, size[0] // 2, size[1]))
    image = decode(written(photo, "JPEG"))
    assert max(image.shape) == MAX_SIDE
    assert np.abs(image[:, [40, -40]].astype(int) - [[[200] * 3, [90] * 3]]).max() < 4


def test_large_progressive_photos():
    """A progressive JPEG is held whole before it is scaled, so it may not be that large."""
    photo = Pillow.new("L", (8064, 6048))
    assert failure_of(written(photo, "JPEG", progressive=True)) is Failure.TOO_LARGE


def chunked(plain, name, body):
    """A PNG with one more chunk before its pixels."""
    chunk = struct.pack(">I", len(body)) + name + body
    return plain[:33] + chunk + struct.pack(">I", zlib.crc32(name + body)) + plain[33:]


def test_gamma(scene):
    """Light told by a gamma alone is shown as light, not as sRGB."""
    linear = chunked(written(scene, "PNG"), b"gAMA", struct.pack(">I", 100_000))
    values = scene / 255
    expected = np.where(values > 0.0031308, 1.055 * values ** (1 / 2.4) - 0.055, 12.92 * values)
    assert distance(decode(linear), np.rint(255 * expected)) < 0.01


@pytest.mark.parametrize(
    ("primaries", "transfer", "colour", "shown"),
    [
        (12, 13, (234, 51, 35), (255, 0, 0)),  # Display P3
        (12, 13, (128, 128, 128), (128, 128, 128)),
        (9, 16, (148, 148, 148), (255, 255, 255)),  # BT.2020, PQ: paper white of 203 cd/m2
        (9, 18, (191, 191, 191), (255, 255, 255)),  # the same in HLG
        (1, 13, (40, 80, 120), (40, 80, 120)),
        (77, 99, (40, 80, 120), (40, 80, 120)),  # nobody knows
    ],
)
def test_code_points(primaries, transfer, colour, shown):
    """A PNG's cICP chunk says which colours its numbers are."""
    plain = written(Pillow.new("RGB", (16, 16), colour), "PNG")
    image = decode(chunked(plain, b"cICP", bytes([primaries, transfer, 0, 1])))
    assert np.abs(image[8, 8].astype(int) - shown).max() <= 2


def test_too_many_bytes():
    """A file over 20 MB is refused unread."""
    assert failure_of(b"\xff\xd8\xff" + bytes(MAX_BYTES)) is Failure.TOO_LARGE


def test_compressed_metadata_bomb(scene):
    """A text chunk that unpacks to a hundred megabytes breaks the file, not the worker."""
    plain = written(scene, "PNG")
    text = b"Comment\x00\x00" + zlib.compress(bytes(100_000_000), 9)
    chunk = struct.pack(">I", len(text)) + b"zTXt" + text
    chunk += struct.pack(">I", zlib.crc32(b"zTXt" + text))
    assert failure_of(plain[:33] + chunk + plain[33:]) is Failure.BROKEN


def test_thin_strip():
    """A picture whose other side would shrink to nothing is refused."""
    assert failure_of(written(np.zeros((1, 4000, 3), np.uint8), "PNG")) is Failure.BROKEN


@pytest.mark.parametrize("format_", ["WEBP", "PNG"])
def test_animation(scene, format_):
    """Of an animation the first frame counts."""
    others = [Pillow.new("RGB", (96, 64), colour) for colour in ("red", "blue")]
    data = written(scene, format_, save_all=True, append_images=others, duration=100, quality=95)
    assert distance(decode(data), scene) < 4


@pytest.mark.parametrize("mode", ["L", "1", "P", "CMYK", "LA", "YCbCr"])
def test_modes(scene, mode):
    """Gray, palette, print colours and others all become RGB that looks the same."""
    format_ = "JPEG" if mode in ("CMYK", "YCbCr") else "PNG"
    picture = Pillow.fromarray(scene).convert(mode)
    expected = np.asarray(picture.convert("RGB"))
    assert distance(decode(written(picture, format_, quality=95)), expected) < 6


def test_sixteen_bits(scene):
    """16-bit gray is scaled to 8 bits, not clipped."""
    grey = scene[..., 0].astype(np.uint16) * 257
    expected = np.repeat(scene[..., :1], 3, axis=2)
    assert distance(decode(written(grey, "PNG")), expected) < 1


@pytest.mark.parametrize("format_", ["PNG", "WEBP"])
def test_transparency(scene, format_):
    """What is transparent turns white."""
    alpha = np.zeros(scene.shape[:2], np.uint8)
    alpha[:, 48:] = 255
    image = decode(written(np.dstack([scene, alpha]), format_, lossless=True))
    assert (image[:, :44] == 255).all()
    assert distance(image[:, 52:], scene[:, 52:]) < 1


def test_transparent_palette(scene):
    """A palette's transparent colour turns white, too."""
    picture = Pillow.fromarray(scene).quantize(16)
    clear = picture.getpixel((0, 0))
    image = decode(written(picture, "PNG", transparency=clear))
    assert (image[0, 0] == 255).all()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
def test_orientation(scene, orientation, format_):
    """EXIF orientation is applied, whichever of its eight values."""
    undo = {
        1: lambda a: a,
        2: np.fliplr,
        3: lambda a: np.rot90(a, 2),
        4: np.flipud,
        5: lambda a: a.transpose(1, 0, 2),
        6: lambda a: np.rot90(a, 1),
        7: lambda a: np.rot90(a, 2).transpose(1, 0, 2),
        8: lambda a: np.rot90(a, 3),
    }
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    stored = np.ascontiguousarray(undo[orientation](scene))
    image = decode(written(stored, format_, exif=exif, quality=95))
    assert image.shape == scene.shape
    assert distance(image, scene) < 4


def test_profile(scene):
    """An embedded profile is honoured: the same colours in another space look the same."""
    srgb = ImageCms.createProfile("sRGB")
    # swap red and green by way of a profile that is sRGB with its colorants exchanged
    raw = bytearray(ImageCms.ImageCmsProfile(srgb).tobytes())
    red, green = raw.find(b"rXYZ"), raw.find(b"gXYZ")
    raw[red : red + 4], raw[green : green + 4] = b"gXYZ", b"rXYZ"
    name = "sRGB".encode("utf-16-be")
    raw = raw.replace(name, "tRGB".encode("utf-16-be"))
    image = decode(written(scene, "PNG", icc_profile=bytes(raw)))
    assert distance(image, scene[..., [1, 0, 2]]) < 3


def test_damaged_profile(scene):
    """A profile that is none is ignored."""
    image = decode(written(scene, "PNG", icc_profile=b"not a profile"))
    assert distance(image, scene) < 1


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
def test_large_photos_shrink(format_):
    """The longer side comes out at 1920 px at most, the shape kept."""
    picture = Pillow.new("RGB", (2000, 1500), (200, 120, 90))
    image = decode(written(picture, format_))
    assert image.shape == (1440, 1920, 3)
    assert distance(image, np.array([200, 120, 90])) < 3


@settings(max_examples=80)
@given(data=st.data())
def test_damage(data):
    """However a file is damaged, it decodes or is refused; nothing else ever happens."""
    format_ = data.draw(st.sampled_from(["JPEG", "PNG", "WEBP", "HEIF"]))
    whole = bytearray(written(np.full((40, 50, 3), 90, np.uint8), format_))
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        image = decode(bytes(whole))
    except PhotoError as error:
        assert error.failure in {Failure.BROKEN, Failure.NOT_AN_IMAGE, Failure.TOO_LARGE}  # noqa: PT017
    else:
        assert image.ndim == 3


def test_metadata_does_not_survive(scene):
    """Neither place nor camera nor comments of a photo reach the file that goes out."""
    exif = Pillow.Exif()
    exif[0x010F] = "SecretCamera"
    exif[0x9286] = "SecretComment"
    sent = written(scene, "JPEG", exif=exif, comment=b"SecretJpegComment")
    assert b"Secret" in sent
    result = encode_png((decode(sent),))
    assert b"Secret" not in result
    with Pillow.open(io.BytesIO(result)) as picture:
        assert not picture.getexif()
        assert not picture.info


def test_still_png(scene):
    """One RGBA frame is written as a PNG that reads back exactly."""
    rgba = np.dstack([scene, scene[..., 0]])
    with Pillow.open(io.BytesIO(encode_png((rgba,)))) as picture:
        assert picture.format == "PNG"
        assert (np.asarray(picture) == rgba).all()


def test_animated_png(scene):
    """Several frames are written as an endless APNG with exact frames and speed."""
    frames = [np.dstack([np.roll(scene, shift, axis=1), scene[..., 0]]) for shift in (0, 20, 40)]
    with Pillow.open(io.BytesIO(encode_png(frames, 10))) as picture:
        assert picture.n_frames == 3
        assert picture.info["loop"] == 0
        for index, frame in enumerate(frames):
            picture.seek(index)
            assert picture.info["duration"] == 100
            assert (np.asarray(picture.convert("RGBA")) == frame).all()


def test_animation_needs_a_speed(scene):
    """Several frames without a speed are a mistake."""
    with pytest.raises(ValueError, match="speed"):
        encode_png((scene, scene))


def test_lab(scene):
    """Lab has L 0..100, white without hue, and leads back to the same sRGB."""
    assert distance(from_lab(to_lab(scene)), scene) < 0.5
    white = to_lab(np.full((1, 1, 3), 255, np.uint8))[0, 0]
    assert white == pytest.approx((100, 0, 0), abs=0.1)
