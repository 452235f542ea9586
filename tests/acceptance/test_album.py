"""One's own photo found for a drawing: real rows on both databases, the real worker and models."""

import cv2
import numpy as np
import pytest

from bot.core.language.texts import load
from storage.database import Database
from storage.queue import Queue
from storage.vault import Vault
from tests.acceptance.real_chat import at_work, pixels, selfie

pytestmark = pytest.mark.slow


def on_paper(sticker: np.ndarray) -> bytes:
    """A sticker as it looks printed: what somebody might send as a drawing of themselves."""
    alpha = sticker[..., 3:] / 255
    laid = sticker[..., :3] * alpha + 214 * (1 - alpha)
    return cv2.imencode(".png", laid[..., ::-1].astype(np.uint8))[1].tobytes()


async def test_a_drawing_brings_back_its_photo(
    database: Database, vault: Vault, queue: Queue
) -> None:
    """Among three of one's own, none of anybody else's; the chat goes on with what is found."""
    texts = load()
    async with at_work(database, vault, queue) as talk:
        drawing = on_paper(pixels((await talk.send(selfie("P006"), "/cartoon ink", "ben"))[-1]))
        none = (await talk.send(drawing, "/lookalike photos"))[-1]
        assert none.text == texts.get("en", "failure.no_other_photos")
        cut = {
            person: pixels((await talk.send(selfie(person), "/cutout"))[-1])
            for person in ("P006", "P001", "P005")
        }
        found, said = (await talk.send(drawing, "/lookalike photos"))[-2:]
        assert pixels(found).shape == (512, 512, 4)
        assert said.text == texts.get("en", "say.photo_found")
        assert np.array_equal(pixels((await talk.say("/cutout"))[-1]), cut["P006"])
