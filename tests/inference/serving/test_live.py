"""A photo of the rows is driven live, and nothing of the driver is kept."""

import io
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from PIL import Image as Pillow
from sqlalchemy import func, select

from inference.expression.reenacting import LEARNING
from inference.serving import live
from inference.serving.pipeline import Pipeline
from inference.settings import InferenceSettings
from storage import people
from storage.contract.live import MOST_BYTES, Moment
from storage.database import Database
from storage.erasing import erase
from storage.errors import PhotoGone
from storage.models import JobRow, PhotoRow
from storage.vault import Vault
from tests.inference.drivers import frame, jpeg
from tests.inference.making import networks
from tests.rows import add_photo


@pytest.fixture
async def pipeline() -> AsyncIterator[Pipeline]:
    opened = Pipeline(InferenceSettings(concurrency=2), networks, {})
    yield opened
    opened.close()


async def test_a_photo_is_driven_until_it_is_erased(
    database: Database,
    vault: Vault,
    pipeline: Pipeline,
    selfie_of: Callable[[str], bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Frames come back as small stickers; the rows hold the photo alone, and end it all."""
    monkeypatch.setattr(live, "LOOK_EVERY", 0.0)
    async with database.transaction() as session:
        ada = await people.find_or_add(session, vault, "web", "ada", "en")
        photo = await add_photo(session, vault, ada.id, selfie_of("P003"), timedelta(hours=1))
    studio = live.Studio(pipeline, database, vault)
    assert await studio.open(uuid4(), None) is None
    drive = await studio.open(photo, None)
    assert drive is not None
    for _ in range(LEARNING):
        assert (await drive.move(jpeg(frame("P006", "neutral")))).moment is Moment.CALM
    moved = await drive.move(jpeg(frame("P006", "happy")))
    assert moved.moment is Moment.MOVING
    assert "AU12" in [one.name for one in moved.settings]
    with Pillow.open(io.BytesIO(moved.picture)) as picture:
        assert (picture.format, picture.mode, picture.size) == ("PNG", "RGBA", (256, 256))
    for nothing in (b"no picture", bytes(MOST_BYTES + 1)):
        with pytest.raises(ValueError, match=r"picture|frame"):
            await drive.move(nothing)
    async with database.snapshot() as session:
        assert await session.scalar(select(func.count()).select_from(PhotoRow)) == 1
        assert await session.scalar(select(func.count()).select_from(JobRow)) == 0
    async with database.transaction() as session:
        await erase(session, PhotoRow, PhotoRow.id == photo)
    with pytest.raises(PhotoGone):
        await drive.move(jpeg(frame("P006", "happy")))
