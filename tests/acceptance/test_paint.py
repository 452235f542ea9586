"""Painting from a second picture: real rows on both databases, the real worker and models."""

from datetime import UTC, datetime, timedelta

import cv2
import numpy as np
import pytest

from bot.core.language.texts import load
from storage import photos
from storage.database import Database
from storage.queue import Queue
from storage.vault import Vault
from tests.acceptance.real_chat import at_work, pixels, selfie

pytestmark = pytest.mark.slow


def painting() -> bytes:
    """Draw short strokes along waves, in four colours: a picture without any face."""
    strokes = np.random.default_rng(3)
    canvas = np.full((480, 640, 3), (40, 110, 200), np.uint8)
    colours = ((60, 200, 240), (140, 60, 30), (60, 80, 210), (210, 235, 245))
    for x, y, colour in strokes.integers((0, 0, 0), (640, 480, 4), (700, 3)):
        angle = np.sin(x / 80)
        end = (int(x + 36 * np.cos(angle)), int(y + 36 * np.sin(angle)))
        cv2.line(canvas, (int(x), int(y)), end, colours[colour], 7, cv2.LINE_AA)
    return cv2.imencode(".png", canvas)[1].tobytes()


async def test_a_selfie_is_painted_like_a_picture(
    database: Database, vault: Vault, queue: Queue
) -> None:
    """The picture is asked for, lends its style while it is kept, and expires like a photo."""
    texts = load()
    async with at_work(database, vault, queue) as talk:
        plain = pixels((await talk.send(selfie("P008"), "/cutout"))[-1]).astype(int)
        asked = (await talk.say("/paint 0.8"))[-1]
        assert asked.text == texts.get("en", "say.send_picture")
        painted = pixels((await talk.send(painting()))[-1]).astype(int)
        assert painted.shape[2] == plain.shape[2]
        inside = painted[..., 3] > 250
        assert 0.1 < inside.mean() < 0.9
        colourful = np.ptp(painted[..., :3], axis=2)[inside].mean()
        assert colourful > 1.5 * np.ptp(plain[..., :3], axis=2)[plain[..., 3] > 250].mean()
        weaker = pixels((await talk.say("/weaker"))[-1]).astype(int)
        assert weaker.shape != painted.shape or np.abs(weaker - painted).max() > 30

        spoilt = (await talk.send(b"no picture at all", "/paint"))[-1]
        assert spoilt.text == texts.get("en", "failure.not_an_image")
        async with database.transaction() as session:
            await photos.expire(session, datetime.now(UTC) + timedelta(days=2))
        late = (await talk.say("/again"))[-1]
        assert late.text == texts.get("en", "failure.photo_expired")
