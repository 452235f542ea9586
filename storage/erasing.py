"""Counting deletions."""

from typing import cast

from sqlalchemy import ColumnElement, CursorResult, delete
from sqlalchemy.ext.asyncio import AsyncSession

from storage.models import Row


async def erase(session: AsyncSession, table: type[Row], *which: ColumnElement[bool]) -> int:
    """Delete the rows that meet all conditions; return how many there were."""
    gone = await session.execute(
        delete(table).where(*which).execution_options(synchronize_session=False)
    )
    return cast("CursorResult[object]", gone).rowcount
