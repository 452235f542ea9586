"""The photos that a pipeline works on, where the rows are."""

import asyncio
from uuid import UUID

from storage import photos
from storage.database import Database
from storage.vault import Vault


class StoredPhotos:
    """The photos of one job where the rows are; a report is kept when the job ends."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault
        self.report: bytes | None = None

    async def read(self, photo_id: UUID) -> tuple[bytes, bytes | None]:
        """See ``contract.Photos``; unsealed on a thread, outside of any transaction."""
        async with self._database.snapshot() as session:
            sealed = await photos.fetch(session, photo_id)
        return await asyncio.to_thread(sealed.open, self._vault)

    async def others(self, photo_id: UUID, most: int) -> tuple[UUID, ...]:
        """See ``contract.Photos``."""
        async with self._database.snapshot() as session:
            return await photos.others(session, photo_id, most)

    def keep(self, report: bytes) -> None:
        """See ``contract.Photos``."""
        self.report = report
