"""A chat that is called otherwise: what is kept of it follows, sealed anew."""

from datetime import timedelta
from uuid import UUID

from storage import consents, jobs, moving, people
from storage.contract.jobs import NewJob
from storage.database import Database
from storage.vault import Vault
from tests.rows import add_photo


async def test_everything_about_a_chat_follows_once(database: Database, vault: Vault) -> None:
    """Conversations, jobs, consents and its preferences; twice changes nothing more."""
    async with database.transaction() as session:
        ada = await people.find_or_add(session, vault, "telegram", "1", None)
        stranger = await people.find_or_add(session, vault, "web", "1", None)
        for person in (ada, stranger):
            await people.save_conversation(session, vault, person.id, "-5", {"of": "old"})
        await people.set_preference(session, vault, ada.id, "old taste", {"width": 4})
        photo = await add_photo(session, vault, ada.id, b"ada", timedelta(hours=1))
        await consents.ask(session, photo, ada.id, "-5", None, "1", bytes(32))
        job = await jobs.add(session, NewJob(ada.id, photo, "cutout", (), "telegram", "-5"))
    for _ in range(2):
        async with database.transaction() as session:
            names = {"old taste": "new taste"}
            await moving.follow(session, vault, "telegram", "-5", "-1005", names)
    async with database.transaction() as session:
        assert await conversation(database, vault, ada.id, "-5") == {}
        assert await conversation(database, vault, ada.id, "-1005") == {"of": "old"}
        assert await conversation(database, vault, stranger.id, "-5") == {"of": "old"}
        assert await people.preferences(session, vault, ada.id) == {"new taste": {"width": 4}}
        assert (await jobs.read(session, job.id)).chat == "-1005"
        asked = await consents.read(session, photo)
        assert asked is not None
        assert asked.chat == "-1005"


async def test_what_was_said_in_the_new_chat_already_stays(
    database: Database, vault: Vault
) -> None:
    """The newer conversation is not written over by the older one."""
    async with database.transaction() as session:
        ada = await people.find_or_add(session, vault, "telegram", "1", None)
        await people.save_conversation(session, vault, ada.id, "-5", {"of": "old"})
        await people.save_conversation(session, vault, ada.id, "-1005", {"of": "new"})
        await moving.follow(session, vault, "telegram", "-5", "-1005", {})
    assert await conversation(database, vault, ada.id, "-1005") == {"of": "new"}


async def conversation(
    database: Database, vault: Vault, person_id: UUID, chat: str
) -> dict[str, object]:
    async with database.snapshot() as session:
        return await people.load_conversation(session, vault, person_id, chat)
