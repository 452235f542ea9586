"""Films and GIFs instead of photos: their best frame is the photo."""

import io

import av
import cv2
import numpy as np
import pytest
from PIL import Image as Pillow

from inference.errors import PhotoError
from inference.face import best_frame
from inference.pictures import footage
from inference.pictures.images import decode
from inference.serving.pipeline import _study
from storage.contract.failures import Failure
from storage.contract.photos import is_footage, may_be_footage
from tests.inference.making import answered


@pytest.fixture(scope="module")
def face(selfie_of):
    """A selfie, 480 x 320."""
    return cv2.resize(decode(selfie_of("P001")), (320, 480), interpolation=cv2.INTER_AREA)


@pytest.fixture(scope="module")
def moments(face):
    """A wall, somebody blurred by movement, the same sharp, the same blurred."""
    wall = np.full_like(face, 120)
    wall[::8] = 200  # sharper than any face
    blurred = cv2.GaussianBlur(face, (0, 0), 6)
    return [wall, blurred, face, blurred]


def filmed(moments, codec="libx264", container="mp4", each=6):
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=container) as film:
        stream = film.add_stream(codec, rate=12)
        stream.height, stream.width = moments[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        for moment in moments:
            for _ in range(each):
                film.mux(stream.encode(av.VideoFrame.from_ndarray(moment, format="rgb24")))
        film.mux(stream.encode())
    return buffer.getvalue()


def gif(moments):
    buffer = io.BytesIO()
    first, *others = (Pillow.fromarray(moment) for moment in moments)
    first.save(buffer, "GIF", save_all=True, append_images=others, duration=80)
    return buffer.getvalue()


@pytest.mark.parametrize("form", ["mp4", "webm", "gif"])
def test_the_sharp_frame_with_a_face_is_taken(form, moments):
    """Not the first, nor the sharpest of all: the sharpest with somebody in it."""
    films = {
        "mp4": lambda: filmed(moments),
        "webm": lambda: filmed(moments, "libvpx-vp9", "webm"),
        "gif": lambda: gif(moments),
    }
    data = films[form]()
    assert is_footage(data)
    frames = footage.candidates(data)
    assert len(frames) <= footage.CANDIDATES
    chosen, report = answered(best_frame.best(frames))
    assert len(report.faces) == 1
    distance = [np.abs(chosen.astype(int) - moment.astype(int)).mean() for moment in moments]
    assert int(np.argmin(distance)) == 2


def test_a_film_is_studied_as_a_photo_is(moments):
    """The report is handed on, and the same film gives the same portrait again."""
    data, kept = filmed(moments), []
    portrait = answered(_study(data, None, None, kept.append))
    again = answered(_study(data, kept[0], None, kept.append))
    assert np.array_equal(portrait.image, again.image)


def test_a_film_of_nobody_says_so(moments):
    """What is wrong with its frames is what is wrong with it."""
    with pytest.raises(PhotoError) as caught:
        answered(best_frame.best(footage.candidates(filmed(moments[:1]))))
    assert caught.value.failure in (Failure.NO_FACE, Failure.NOT_A_PHOTO)


@pytest.mark.parametrize("data", [b"GIF89a" + b"\0" * 40, b"\0\0\0\x18ftypmp42" + b"\1" * 200])
def test_damaged_films_are_broken(data):
    """A head and nothing behind it."""
    with pytest.raises(PhotoError) as caught:
        footage.candidates(data)
    assert caught.value.failure is Failure.BROKEN


def test_long_films_are_looked_through_by_key_frames(moments):
    """Frames from all of a film come, however long it is."""
    length = round(12 * footage.SECONDS)
    frames = footage.candidates(filmed([moments[0], moments[2]], each=length))
    assert 1 < len(frames) <= footage.CANDIDATES
    ends = frames[0].astype(int), frames[-1].astype(int)
    assert np.abs(ends[0] - moments[0].astype(int)).mean() < 20
    assert np.abs(ends[1] - moments[2].astype(int)).mean() < 20


@pytest.mark.parametrize("form", ["mp4", "gif"])
def test_a_film_that_is_followed_is_seen_at_an_even_pace(form, moments):
    """Each moment is there as long as it plays, in small, whatever the film's own pace."""
    data = filmed(moments) if form == "mp4" else gif(moments)
    seconds = 0.5 if form == "mp4" else 0.08  # of a moment
    found = footage.moving(data)
    assert found.frames_per_second == footage.FOLLOWED
    expected = (len(moments) * seconds) * footage.FOLLOWED
    assert expected - 2 - seconds * footage.FOLLOWED <= len(found.frames) <= expected + 1
    assert max(found.frames[0].shape) <= 480
    ends = found.frames[0].astype(int), found.frames[-1].astype(int)
    for end, moment in zip(ends, (moments[0], moments[-1]), strict=True):
        assert np.abs(end - moment.astype(int)).mean() < 20


def test_films_are_told_by_name_and_head(selfie_of):
    """Types, suffixes and first bytes of films, and none of photos."""
    assert may_be_footage("video/mp4", "")
    assert may_be_footage("image/gif", "x")
    assert may_be_footage("", "clip.MOV")
    assert not may_be_footage("image/jpeg", "me.jpg")
    assert not is_footage(selfie_of("P001"))
    assert not is_footage(b"\0\0\0\x18ftypheic")
