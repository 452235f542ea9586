"""People and jobs to try storage with."""

from datetime import timedelta
from uuid import UUID

import pytest

from storage import jobs, people
from storage.contract.jobs import Job, NewJob
from storage.contract.kinds import Setting
from storage.database import Database
from storage.people import Person
from storage.vault import Vault
from tests.rows import add_photo


@pytest.fixture
async def ada(database: Database, vault: Vault) -> Person:
    """Somebody."""
    async with database.transaction() as session:
        return await people.find_or_add(session, vault, "web", "ada", "en")


@pytest.fixture
async def bob(database: Database, vault: Vault) -> Person:
    """Somebody else."""
    async with database.transaction() as session:
        return await people.find_or_add(session, vault, "web", "bob", None)


@pytest.fixture
async def photo_id(database: Database, vault: Vault, ada: Person) -> UUID:
    """A photo of the first person's."""
    async with database.transaction() as session:
        return await add_photo(session, vault, ada.id, b"a selfie", timedelta(hours=1))


@pytest.fixture
def new_job(ada: Person, photo_id: UUID) -> NewJob:
    """A job that the first person may ask for."""
    return NewJob(
        ada.id, photo_id, "expression", (Setting("smile", 0.8),), "web", "room", placeholder="7"
    )


@pytest.fixture
async def job(database: Database, new_job: NewJob) -> Job:
    """The same job, asked for."""
    async with database.transaction() as session:
        return await jobs.add(session, new_job)
