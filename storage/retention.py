"""What is erased by itself, and when."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from storage import links, photos, results
from storage.database import Database
from storage.erasing import erase
from storage.models import UpdateRow

KEEP_RESULTS = timedelta(days=30)
KEEP_UPDATES = timedelta(days=7)  # platforms repeat an update for a day at most


@dataclass(frozen=True, slots=True)
class Swept:
    """How much a sweep erased."""

    photos: int
    results: int
    codes: int
    updates: int


async def sweep(database: Database, now: datetime) -> Swept:
    """Erase photos past their time, results that are nobody's favourites, old codes and keys."""
    async with database.transaction() as session:
        swept = Swept(
            photos=await photos.expire(session, now),
            results=await results.expire(session, now - KEEP_RESULTS),
            codes=await links.expire(session, now),
            updates=await erase(session, UpdateRow, UpdateRow.created < now - KEEP_UPDATES),
        )
    if swept.photos or swept.results:
        await database.scrub()
    return swept
