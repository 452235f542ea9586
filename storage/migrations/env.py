"""Alembic's entry: on the connection it was given, or, from the command line, on the settings'."""

import asyncio
from typing import Literal

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from storage.migrations import ours
from storage.models import Row, UtcDateTime
from storage.settings import StorageSettings


def render_item(kind: str, item: object, _: object) -> str | Literal[False]:
    """Write the plain type, so that old revisions do not depend on today's models."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run(connection: Connection) -> None:
    """Run the asked-for migrations in one transaction."""
    context.configure(
        connection=connection,
        target_metadata=Row.metadata,
        include_name=ours,
        render_item=render_item,
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()


async def connect_and_run() -> None:
    """Run on the database that the settings name."""
    engine = create_async_engine(StorageSettings().url, hide_parameters=True)
    async with engine.begin() as connection:
        await connection.run_sync(run)
    await engine.dispose()


if given := context.config.attributes.get("connection"):
    run(given)
else:
    asyncio.run(connect_and_run())
