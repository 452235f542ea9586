"""Everything that a person can leave behind, for tests of whether it goes."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import select

from storage import (
    avatars,
    consents,
    favourites,
    jobs,
    links,
    members,
    packs,
    people,
    photos,
    publications,
)
from storage.contract.avatars import AvatarSpec
from storage.contract.jobs import Done, Job, NewJob
from storage.contract.packs import NewSticker, Origin
from storage.database import Database
from storage.models import AvatarRow, LinkCodeRow, PackStickerRow, PhotoRow, ResultRow
from storage.people import Person
from storage.vault import Vault
from tests.rows import add_photo

SELFIE = b"the face of ada " * 4000
STICKER = b"a sticker of ada " * 4000
SECRETS = (
    b"the face of ada", b"a sticker of ada", b"her report", b"ada's secret state",
    b"ada's own style", b"ada's own hair", b"ada's other hair", b"ada's pet name",
    b"what suits ada", b"ada's pack", b"ada on a sticker", b"ada's keyword", b"ada's packed hair",
)  # fmt: skip
"""What no file may hold, before and after."""


async def leave_traces(database: Database, vault: Vault, ada: Person) -> tuple[Job, list[bytes]]:
    """Fill every table with something of a person; return the sealed bytes too."""
    async with database.transaction() as session:
        photo_id = await add_photo(session, vault, ada.id, SELFIE, timedelta(hours=1))
        key = await people.key_of(session, vault, ada.id)
        await photos.keep_report(session, key, photo_id, b"her report " * 99)
        await people.load_conversation(session, vault, ada.id, "room")
        await people.save_conversation(
            session, vault, ada.id, "room", {"with": "ada's secret state"}
        )
        await people.set_preference(session, vault, ada.id, "style", "ada's own style")
        spec = AvatarSpec("avataaars", {"top": "ada's own hair"}, {})
        made = await avatars.keep(session, vault, ada.id, spec, {"top": ["what suits ada"] * 99})
        await avatars.name(session, vault, made, "ada's pet name")
        worn = {"top": "ada's other hair"}
        new = NewJob(ada.id, photo_id, "cutout", (), "web", "ada's room", avatar=worn)
        job = await jobs.add(session, new, None, vault)
        await links.new_code(session, vault, ada.id)
        await links.redeem(session, vault, ada.id, "WRONG000")
        claimed = await jobs.claim(session, job.id, "w", timedelta(seconds=9))
        assert claimed is not None
        await jobs.finish(session, vault, claimed, Done(STICKER, {"of": "ada"}))
        await favourites.add(session, job.id)
        pack = await packs.create(session, vault, ada.id, "ada's pack")
        origin = Origin("emoji", ({"name": "cat"},), job.id, {"top": "ada's packed hair"})
        kept = NewSticker(
            ada.id, b"ada on a sticker " * 999, False, origin, ("🙂",), ("ada's keyword",)
        )  # fmt: skip
        await packs.add(session, vault, pack.id, kept)
        await packs.drop(session, await packs.add(session, vault, pack.id, kept))
        await members.consent(session, pack.id, ada.id, "1")
        await consents.ask(session, photo_id, ada.id, "ada's room", None, "1", bytes(32))
        await consents.answer(session, photo_id, ada.id, agreed=True)
        await publications.want(session, pack.id, "web", ada.id, "ada's room")
        sealed = [*(await session.execute(select(PhotoRow.sealed, PhotoRow.sealed_report))).one()]
        sealed.append(await session.scalar(select(ResultRow.sealed_picture)))
        sealed.append(await session.scalar(select(AvatarRow.sealed_ranked)))
        sealed.extend(await session.scalars(select(PackStickerRow.sealed_picture)))
        sealed.append(await session.scalar(select(LinkCodeRow.digest)))
        sealed.append(await session.scalar(select(people.PersonRow.wrapped_key)))
    return job, sealed


def passages(blobs: list[bytes]) -> Iterator[bytes]:
    """Pieces of blobs that would be found even if a blob lies in pages."""
    for blob in blobs:
        yield from (blob[at : at + 24] for at in range(0, len(blob) - 24, 512))
