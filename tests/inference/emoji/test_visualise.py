"""A film is written, read, and turned into one that shows how the avatar comes about."""

import struct
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner, Result
from numpy.typing import NDArray
from PIL import Image as Pillow

from bot.__main__ import main
from bot.core.language.texts import load
from inference.emoji import crops
from inference.emoji.embedders import part_codes
from inference.emoji.film import panel, readings
from inference.emoji.film.film import film
from inference.emoji.film.flips import Flips
from inference.emoji.film.readings import Comparison, Embedded, Reading, Served
from inference.errors import FilmError, PhotoError
from inference.face import analysis
from inference.face.report import Portrait
from inference.pictures import images, video
from storage.contract.avatars import AvatarSpec
from storage.contract.failures import Failure
from tests.inference.making import answered, networks

FRAMES = 10


class MeanColours:
    """The simplest embedder: each crop's mean colour in four quarters."""

    name = "mean"
    side = 16

    def embed(self, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        quarters = pictures.reshape(*pictures.shape[:2], 2, 8, 2, 8, 3).mean(axis=(3, 5))
        codes = quarters.reshape(*pictures.shape[:2], -1).astype(np.float32)
        return np.asarray(codes / np.linalg.norm(codes, axis=-1, keepdims=True), np.float32)

    def focus(self, attributes: Collection[str]) -> None:
        """All numbers speak of everything."""


@pytest.fixture(scope="module")
def shaken(selfie_of: Callable[[str], bytes]) -> list[images.Image]:
    """A hand-held film: the picture wanders, and the sensor adds noise."""
    photo = cv2.resize(images.decode(selfie_of("P001")), (480, 480), interpolation=cv2.INTER_AREA)
    chance = np.random.default_rng(0)
    frames = []
    for number in range(FRAMES):
        shift = np.array([[1, 0, 3 * np.sin(number)], [0, 1, 2 * np.cos(number)]])
        moved = cv2.warpAffine(photo, shift, (480, 480), borderMode=cv2.BORDER_REFLECT)
        noisy = moved + chance.normal(0, 4, moved.shape)
        frames.append(np.clip(noisy, 0, 255).astype(np.uint8))
    return frames


@pytest.fixture(scope="module")
def clip(shaken: list[images.Image], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("films") / "shaken.mp4"
    assert video.write(path, shaken, 25.0) == FRAMES
    return path


def selfmoji(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(one) for one in arguments], env={"LANG": "en_GB.UTF-8"})


@pytest.mark.parametrize("suffix", sorted(video.CODECS))
def test_films_come_back_as_they_were_written(
    shaken: list[images.Image], tmp_path: Path, suffix: str
) -> None:
    """In every format frames keep number, speed, size and, nearly, colours."""
    path = tmp_path / f"film{suffix}"
    video.write(path, shaken[:4], 24.0)
    with video.read(path) as source:
        assert source.frames_per_second == pytest.approx(24.0)
        frames = list(source.frames)
    assert [frame.shape for frame in frames] == [(480, 480, 3)] * 4
    assert np.abs(frames[2].astype(int) - shaken[2]).mean() < 8
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_frames_may_be_left_out(clip: Path) -> None:
    """At a lower speed evenly spaced frames are read; a higher one than its own adds none."""
    for asked, count in ((5.0, 2), (12.5, 5), (60.0, FRAMES)):
        with video.read(clip, asked) as source:
            assert len(list(source.frames)) == count == source.count


def test_phones_films_are_turned_upright(tmp_path: Path) -> None:
    """A film with a track header that says "show me turned clockwise" is read that way."""
    path = tmp_path / "phone.mp4"
    scene = np.zeros((64, 96, 3), np.uint8)
    scene[:32, :48] = 255
    video.write(path, [scene] * 2, 25.0)
    data = path.read_bytes()
    header = data.index(b"tkhd")
    one, whole = 2**16, 2**30  # of the header's fixed-point numbers
    upright = struct.pack(">9i", one, 0, 0, 0, one, 0, 0, 0, whole)
    clockwise = struct.pack(">9i", 0, one, 0, -one, 0, 0, 0, 0, whole)
    path.write_bytes(data[:header] + data[header:].replace(upright, clockwise, 1))
    with video.read(path) as source:
        first = next(source.frames)
    assert np.abs(first.astype(int) - np.rot90(scene, -1)).mean() < 8


def test_a_folder_of_pictures_is_a_film(shaken: list[images.Image], tmp_path: Path) -> None:
    """Its frames come in the order of their names, other files do not count."""
    (tmp_path / "notes.txt").write_text("no frame")
    for number, frame in enumerate(shaken[:3]):
        Pillow.fromarray(frame).save(tmp_path / f"{number:03}.png")
    with video.read(tmp_path, 10.0) as source:
        assert (source.count, source.frames_per_second) == (3, 10.0)
        assert all(
            np.array_equal(read, written)
            for read, written in zip(source.frames, shaken, strict=False)
        )


def test_what_is_no_film_is_refused(tmp_path: Path, shaken: list[images.Image]) -> None:
    """Noise, empty folders and unknown suffixes are errors that name the file."""
    noise = tmp_path / "noise.mp4"
    noise.write_bytes(bytes(range(256)) * 40)
    empty = tmp_path / "empty"
    empty.mkdir()
    for path in (noise, empty):
        with pytest.raises(FilmError, match=path.name), video.read(path) as source:
            list(source.frames)
    with pytest.raises(FilmError, match="webm"):
        video.write(tmp_path / "film.gif", shaken, 25.0)


def test_what_is_served_is_shown_frame_by_frame(shaken: list[images.Image]) -> None:
    """Every frame gives a panel with the photo's own pixels; a shaking hand flips no part."""
    way = Served("big-ears", networks)
    drawn = list(film(shaken[:4], way, 25.0, networks))
    assert [frame.shape for frame in drawn] == [(panel.HEIGHT, panel.WIDTH, 3)] * 4
    assert len({frame.tobytes() for frame in drawn}) == 4


def test_nearest_parts_are_compared_by_their_codes(portrait_of: Callable[[str], Portrait]) -> None:
    """The chosen part of a slot has the highest cosine of all its variants."""
    embedder = MeanColours()
    reading = Embedded(embedder, "avataaars", networks).read(portrait_of("P002"))
    known = part_codes(embedder, "avataaars")
    assert {one.slot for one in reading.comparisons} == set(known)
    for one in reading.comparisons:
        assert reading.spec.parts[one.slot] == one.variant
        best = max(float(code @ one.face) for code in known[one.slot].values())
        assert one.similarity == pytest.approx(best, abs=1e-5)


def test_served_parts_say_what_they_show(portrait_of: Callable[[str], Portrait]) -> None:
    """Both codes are about the same words, the part's are its tags."""
    reading = Served("avataaars", networks).read(portrait_of("P001"))
    for one in reading.comparisons:
        assert sum(size for _, size in one.groups) == len(one.face) == len(one.part)
        assert (one.face >= 0).all()
        assert (one.face <= 1.001).all()
    (glasses,) = (one for one in reading.comparisons if one.slot == "accessories")
    assert glasses.variant == "none"
    assert glasses.similarity > 0.9


def test_faces_that_come_and_go_leave_a_film_whole(shaken: list[images.Image]) -> None:
    """A frame without a face is shown as it is; a film without any is refused at its end."""
    nobody = np.full((480, 480, 3), 90, np.uint8)
    frames = film([nobody, shaken[0], nobody], Served("avataaars", networks), 25.0, networks)
    assert len(list(frames)) == 3
    with pytest.raises(PhotoError) as refused:
        list(film([nobody], Served("avataaars", networks), 25.0, networks))
    assert refused.value.failure is Failure.NO_FACE


def test_a_cat_can_be_filmed(shaken: list[images.Image]) -> None:
    """A cat's film shows its crops beside the face's, and keeps the cat's parts."""
    way = readings.matcher("default", "cat", networks)
    first, *_, last = film(shaken, way, 25.0, networks)
    assert first.shape == last.shape == (panel.HEIGHT, panel.WIDTH, 3)
    portrait = answered(analysis.portrait(shaken[0]))
    head, eyes, jaw = crops.of_avatar(way.read(portrait).spec)
    assert eyes.std() > 20  # eyes and mouth are in their crops, not fur or background alone
    assert jaw.std() > 10
    assert head.std() > 20


def test_flips_are_counted() -> None:
    """Parts that change count once each time, over the last second and since the start."""

    def readings_of(*tops: str) -> Iterator[Reading]:
        for top in tops:
            code = np.ones(2, np.float32)
            spec = AvatarSpec("avataaars", {"top": top}, {})
            yield Reading(spec, (Comparison("top", top, code, code),))

    flips = Flips(4.0)
    for reading in readings_of("bun", "bun", "bob", "bun", "bun", "bun", "bun", "bun", "bun"):
        flips.add(reading)
    assert flips.by_slot == {"top": 2}
    assert flips.mean == pytest.approx(2 / (8 / 4))
    assert list(flips.rates)[:4] == [0, 1, 2, 2]
    assert flips.rates[-1] == 0


def test_unknown_ways_and_styles_are_refused() -> None:
    """Names that do not exist, and a style whose parts are not compared by codes."""
    for name, style in (("nearest", "avataaars"), ("default", "dog"), ("crossdomain", "cat")):
        with pytest.raises(KeyError):
            readings.matcher(name, style, networks)


@pytest.mark.slow
def test_a_clip_becomes_a_film_of_its_avatar(clip: Path, tmp_path: Path) -> None:
    """The command writes a film of as many frames, and prints its name."""
    out = tmp_path / "out.mp4"
    result = selfmoji("visualise", clip, "-o", out, "--embedder", "crossdomain")
    assert result.exit_code == 0, result.output
    assert result.stdout.strip() == str(out)
    with video.read(out) as source:
        assert source.frames_per_second == pytest.approx(25.0)
        frames = list(source.frames)
    assert len(frames) == FRAMES
    assert frames[0].shape == (720, 1280, 3)  # read no larger than that


def test_mistakes_end_with_one_sentence(tmp_path: Path, clip: Path) -> None:
    """No film, no face, no weights: each says so, exits 1 and leaves no file."""
    noise, sky, out = tmp_path / "noise.mp4", tmp_path / "sky.mp4", tmp_path / "out.mp4"
    noise.write_bytes(bytes(range(256)) * 40)
    video.write(sky, [np.full((320, 320, 3), 200, np.uint8)] * 2, 25.0)
    cases = (
        ((noise,), "no film"),
        ((sky,), load().get("en", "failure.no_face")),
        ((clip, "--embedder", "resnet50"), "resnet50 needs an ONNX file"),
    )
    for arguments, sentence in cases:
        result = selfmoji("visualise", *arguments, "-o", out)
        assert result.exit_code == 1
        assert sentence in " ".join(result.stderr.split())
        assert not out.exists()
