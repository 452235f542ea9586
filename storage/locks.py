"""Locks that one process at a time holds, for as long as it lives: PostgreSQL's advisory locks."""

from contextlib import suppress
from typing import TYPE_CHECKING

from sqlalchemy import text

from storage.database import Database, is_away

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection


class Lock:
    """A lock by its name, free for all on SQLite, where one process serves.

    It is held by a connection of its own, so that it ends with the process, however that ends.
    """

    def __init__(self, database: Database, name: str) -> None:
        self._database = database
        self._name = {"name": f"selfmoji {name}"}
        self._connection: AsyncConnection | None = None

    async def take(self) -> bool:
        """Take the lock if nobody has it; tell whether it is ours."""
        if self._database.dialect == "sqlite":
            return True
        if self._connection is None:
            self._connection = await self._database.connect_plainly()
        statement = text("SELECT pg_try_advisory_lock(hashtext(:name))")
        try:
            if (await self._connection.execute(statement, self._name)).scalar():
                return True
        except BaseException:
            await self.release()
            raise
        await self.release()
        return False

    async def holds(self) -> bool:
        """Tell whether the lock is still ours; a connection that broke is replaced if that works.

        Raises what the database raises while it is away, when nobody can hold anything.
        """
        if self._database.dialect == "sqlite":
            return True
        if self._connection is not None:
            try:
                await self._connection.execute(text("SELECT 1"))
            except Exception as trouble:
                if not is_away(trouble):
                    raise
                await self.release()
            else:
                return True
        return await self.take()

    async def release(self) -> None:
        """Let the lock go."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(Exception):  # it may be broken
                await connection.invalidate()
            with suppress(Exception):
                await connection.close()
