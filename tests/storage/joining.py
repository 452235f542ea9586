"""A process to be killed while somebody joins a group's pack or leaves it: before the commit."""

import asyncio
import sys
from uuid import UUID

from storage import groups
from storage.database import Database


async def main() -> None:
    """Do it, say so, and wait to be killed."""
    url, what, pack, person = sys.argv[1:]
    database = await Database.open(url)
    async with database.transaction() as session:
        if what == "join":
            await groups.join(session, UUID(pack), UUID(person), "group-1")
        else:
            await groups.leave(session, UUID(pack), UUID(person))
        print("done but not kept", flush=True)  # noqa: T201
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
