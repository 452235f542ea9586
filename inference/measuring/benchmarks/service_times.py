"""How much of the processor one photo takes at each station: what a simulation is made of.

The worker's and the database's shares are measured by themselves, one photo after the other; the
front end's is what the program's main thread has, where its event loop runs (Linux), less what it
has without photos. Seconds of the processor, unlike those of a clock, are nearly the same however
busy the machine is.
"""

import asyncio
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from inference.cutout.serving import Cutout
from inference.face import analysis
from inference.measuring.benchmarks import whole
from inference.measuring.benchmarks.simulation import Times
from inference.models.calls import run
from inference.models.networks import Networks
from inference.pictures import images
from storage import deliveries, jobs, people, photos
from storage.contract.jobs import Done, NewJob
from storage.database import Database
from storage.vault import Vault

_SETTLING = 5.0  # seconds


def measure(found: Sequence[bytes], networks: Networks) -> Times:
    """Measure each photo a few times by itself."""
    work = _work(found, networks)
    return Times(asyncio.run(_front(found)), asyncio.run(_database(found)), work)


async def _front(found: Sequence[bytes]) -> list[float]:
    took = []
    with tempfile.TemporaryDirectory(prefix="selfmoji-front-") as folder:
        async with whole.program(Path(folder)) as (process, address):
            async with whole.Visitor(address, 0) as first:
                await first.sticker(found[0])
            idle = await _idle(process.pid)
            for number, photo in enumerate((*found, *found), 1):
                async with whole.Visitor(address, number) as visitor:
                    begun = _main_thread(process.pid)
                    waited = await visitor.sticker(photo)
                    took.append(_main_thread(process.pid) - begun - idle * waited)
    return took


async def _idle(process: int) -> float:
    """Return what share of a core a process's main thread has without photos."""
    await asyncio.sleep(_SETTLING)
    begun = _main_thread(process)
    await asyncio.sleep(_SETTLING)
    return (_main_thread(process) - begun) / _SETTLING


def _main_thread(process: int) -> float:
    """Return the seconds of the processor that a process's main thread has had."""
    had = Path(f"/proc/{process}/task/{process}/schedstat").read_text("ascii").split()[0]
    return int(had) / 1e9


def _work(found: Sequence[bytes], networks: Networks) -> list[float]:
    run(analysis.warm_up(), networks)
    took = []
    for photo in (*found, *found, *found):
        begun = time.process_time()
        portrait = run(analysis.portrait(images.decode(photo)), networks)
        images.encode_png(run(Cutout().make(portrait, ()), networks).frames)
        took.append(time.process_time() - begun)
    return took[len(found) :]


async def _database(found: Sequence[bytes]) -> list[float]:
    """Time a photo's rows on SQLite, from its first to the end of its delivery."""
    took = []
    vault = Vault(bytes(32))
    with tempfile.TemporaryDirectory(prefix="selfmoji-rows-") as folder:
        database = await Database.open(f"sqlite+aiosqlite:///{Path(folder) / 'rows.sqlite3'}")
        try:
            for number, photo in enumerate((*found, *found, *found)):
                begun = time.process_time()
                await _rows(database, vault, str(number), photo)
                took.append(time.process_time() - begun)
        finally:
            await database.close()
    return took[len(found) :]


async def _rows(database: Database, vault: Vault, name: str, photo: bytes) -> None:
    lease = timedelta(minutes=1)
    async with database.transaction() as session:
        person = await people.find_or_add(session, vault, "bench", name, None)
        key = await people.key_of(session, vault, person.id)
    sealed = photos.seal(key, person.id, photo)
    async with database.transaction() as session:
        await people.first_time(session, name)
        await people.load_conversation(session, vault, person.id, name)
        photo_id = await photos.add(session, sealed, timedelta(hours=1), len(photo) * 10)
        new = NewJob(person.id, photo_id, "cutout", (), "bench", name)
        job = await jobs.add(session, new, jobs.Bounds(), vault)
        await people.save_conversation(session, vault, person.id, name, {"photo": str(photo_id)})
    async with database.transaction() as session:
        claimed = await jobs.claim(session, job.id, "bench", lease)
    async with database.snapshot() as session:
        (await photos.fetch(session, photo_id)).open(vault)
    if claimed is None:
        raise LookupError("a job of our own was taken by somebody else")
    async with database.transaction() as session:
        delivery = await jobs.finish(session, vault, claimed, Done(photo[: len(photo) // 2]))
    if delivery is None:
        raise LookupError("a job of our own was ended by somebody else")
    async with database.transaction() as session:
        await deliveries.take(session, vault, delivery)
    async with database.transaction() as session:
        await people.load_conversation(session, vault, person.id, name)
        await people.save_conversation(session, vault, person.id, name, {"shown": str(photo_id)})
    async with database.transaction() as session:
        await deliveries.finish(session, delivery)
