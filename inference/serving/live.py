"""Photos that cameras drive live, in this very process (``storage.contract.live``)."""

import time
from uuid import UUID

from inference.errors import PhotoError
from inference.expression.reenacting import Reenactment
from inference.pictures.images import decode, encode_png
from inference.serving.pipeline import Pipeline
from inference.serving.stored_photos import StoredPhotos
from storage import photos
from storage.contract.live import MOST_BYTES, Moved
from storage.database import Database
from storage.errors import PhotoGone
from storage.vault import Vault

LOOK_EVERY = 1.0
"""Seconds between two looks whether the photo is still kept."""


class Studio:
    """Satisfies ``storage.contract.live.Stage`` with the worker's pipeline."""

    def __init__(self, pipeline: Pipeline, database: Database, vault: Vault) -> None:
        self._pipeline = pipeline
        self._database = database
        self._vault = vault

    async def open(self, photo_id: UUID, face: int | None) -> "LiveDrive | None":
        """See ``contract.live.Stage``; the portrait is the one that jobs are made of."""
        stored = StoredPhotos(self._database, self._vault)
        try:
            portrait = await self._pipeline.portrait(photo_id, face, stored)
        except (PhotoError, PhotoGone):
            return None
        reenactment = await self._pipeline.on_thread(Reenactment, portrait)
        return LiveDrive(reenactment, photo_id, self._pipeline, self._database)


class LiveDrive:
    """Satisfies ``storage.contract.live.Drive``; frames wait for threads as jobs do."""

    def __init__(
        self, reenactment: Reenactment, photo_id: UUID, pipeline: Pipeline, database: Database
    ) -> None:
        self._reenactment = reenactment
        self._photo_id = photo_id
        self._pipeline = pipeline
        self._database = database
        self._looked = self._moved = time.monotonic()

    def restart(self) -> None:
        """See ``contract.live.Drive``."""
        self._reenactment.restart()

    async def move(self, frame: bytes) -> Moved:
        """See ``contract.live.Drive``."""
        if len(frame) > MOST_BYTES:
            raise ValueError("too large for a frame")
        now = time.monotonic()
        if now - self._looked >= LOOK_EVERY:
            await self._look()
            self._looked = now
        since, self._moved = now - self._moved, now
        try:
            image = await self._pipeline.on_thread(decode, frame)
        except PhotoError as problem:
            raise ValueError("no picture") from problem
        shown = await self._pipeline.drive(self._reenactment.move(image, since))
        picture = await self._pipeline.on_thread(encode_png, (shown.image,))
        return Moved(shown.moment, picture, shown.settings)

    async def _look(self) -> None:
        async with self._database.snapshot() as session:
            if not await photos.kept(session, [self._photo_id]):
                raise PhotoGone(str(self._photo_id))
