"""SQLite's driver in one step: a statement and its rows take one trip to the connection's thread.

aiosqlite travels there for a cursor, for the statement, for its rows and for the cursor's end, and
each time the event loop has to come round again, which is most of what a small statement takes.
What begins a transaction goes there with its first statement, and one that ended is not rolled
back once more.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import aiosqlite


class Cursor(aiosqlite.Cursor):
    """A cursor that has fetched its rows when ``execute`` returns."""

    _conn: "Connection"
    _rows: Iterable[sqlite3.Row] = ()

    async def execute(self, sql: str, parameters: Iterable[Any] | None = None) -> "Cursor":
        """Execute a statement and fetch what it returns."""
        given = () if parameters is None else parameters
        self._conn.ended = False
        await self._execute(self._run, sql, given)  # type: ignore[no-untyped-call]
        return self

    async def executemany(self, sql: str, parameters: Iterable[Iterable[Any]]) -> "Cursor":
        """Execute a statement, which returns nothing, for each of the parameters."""
        self._conn.ended = False
        await self._execute(self._run_many, sql, parameters)  # type: ignore[no-untyped-call]
        return self

    def _run(self, sql: str, parameters: Sequence[Any]) -> None:
        self._begin()
        self._cursor.execute(sql, parameters)
        if self._cursor.description is not None:
            self._rows = self._cursor.fetchall()

    def _run_many(self, sql: str, parameters: Iterable[Sequence[Any]]) -> None:
        self._begin()
        self._cursor.executemany(sql, parameters)

    def _begin(self) -> None:
        if self._conn.begin:
            self._cursor.execute(self._conn.begin)
            self._conn.begin = ""

    async def fetchall(self) -> Iterable[sqlite3.Row]:
        """Return the rows."""
        return self._rows

    async def close(self) -> None:
        """Do nothing: the statement ended with its last row."""


class Connection(aiosqlite.Connection):
    """A connection to a file, whose transactions are begun by whoever uses it; to be awaited.

    ``begin``: what begins a transaction, just before the next statement; empty for nothing.
    ``ended``: whether nothing was sent since the last transaction's end.
    """

    begin = ""
    ended = True

    def __init__(self, file: str) -> None:
        # cursors are made by the event loop's thread, where that asks SQLite for nothing
        opened = partial(sqlite3.connect, file, isolation_level=None, check_same_thread=False)
        super().__init__(opened, iter_chunk_size=64)
        self._thread.daemon = True  # a process that ends waits for nobody

    def cursor(self) -> Cursor:  # type: ignore[override]  # nothing to be waited for
        """Return a cursor."""
        return Cursor(self, self._conn.cursor())

    async def commit(self) -> None:
        """Commit what was sent since the last end, if anything."""
        if not self.ended:
            await super().commit()
        self.begin, self.ended = "", True

    async def rollback(self) -> None:
        """Roll back what was sent since the last end, if anything, also what is still at work."""
        if not self.ended:
            await super().rollback()
        self.begin, self.ended = "", True
