import io

import av
import numpy as np
import pytest

from inference.pictures import films


def moving(count, noise=0):
    """A grainy disc that travels over a transparent ground."""
    chance = np.random.default_rng(3)
    y, x = np.mgrid[:512, :512]
    frames = []
    for number in range(count):
        inside = np.hypot(x - 150 - 4 * number, y - 256) < 120
        colour = np.full((512, 512, 3), (200, 120, 60)) + chance.normal(0, noise, (512, 512, 3))
        alpha = np.where(inside, 255, 0)[..., None]
        frames.append(np.clip(np.dstack([colour, alpha]), 0, 255).astype(np.uint8))
    return frames


def decoded(data):
    """Decode a film with its alpha; return frames and how many play in a second."""
    with av.open(io.BytesIO(data), format="webm") as film:
        (stream,) = film.streams.video
        decoder = av.CodecContext.create("libvpx-vp9", "r")
        shown = [frame for packet in film.demux(stream) for frame in decoder.decode(packet)]
        return [frame.to_ndarray(format="rgba") for frame in shown], float(stream.average_rate)


def test_a_film_keeps_frames_time_colours_and_alpha():
    """What is shown is what was given, in its order and at its speed; progress only grows."""
    given, told = moving(10), []
    frames, rate = decoded(films.encode(given, 25.0, told.append))
    assert (len(frames), rate) == (10, 25.0)
    for frame, wanted in zip(frames, given, strict=True):
        seen = wanted[..., 3] > 0
        assert np.abs(frame[..., 3].astype(int) - wanted[..., 3]).mean() < 2
        assert np.abs(frame.astype(int) - wanted)[seen].mean() < 4
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1.0)


def test_a_film_of_many_bytes_gets_poorer_until_it_fits():
    """Noise is kept within the limit; no frame is left out."""
    data = films.encode(moving(30, noise=40), 25.0)
    assert len(data) <= films.MOST_BYTES
    assert len(decoded(data)[0]) == 30
