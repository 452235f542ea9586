"""Keeping the part library in SQL as it should be: built where it is missing or out of date.

A style is drawn and encoded outside of any transaction and then replaced at once, so readers see
the old one until the new one is whole. Of several processes one builds, the others wait and find
nothing left to do (PostgreSQL).
"""

import asyncio
from collections.abc import Callable, Collection
from pathlib import Path

from inference.avatars import styles
from inference.emoji import crops, parts
from inference.emoji.embedders import by_name
from inference.models.networks import Networks
from storage import parts as kept
from storage.database import Database

DEFAULT = ("crossdomain",)
"""Embedders whose codes every library has."""

Progress = Callable[[str, int], None]
"""Called with a style's name and how many parts it now has."""


async def keep_current(
    database: Database,
    networks: Networks,
    embedders: Collection[str] = DEFAULT,
    supplied: Path | None = None,
    on_built: Progress | None = None,
) -> list[str]:
    """Build what is missing or out of date; return the names of the styles that were.

    Args:
        database: where the library is.
        networks: what runs embedders.
        embedders: names for ``embedders.by_name`` whose codes are to be there; what others left
            stays as long as their style does.
        supplied: the file behind resnet50.
        on_built: told of each style.

    Raises:
        WeightsError: an embedder's file is missing or damaged.
    """
    async with database.alone("parts"):
        stale = await outdated(database, embedders, supplied)
        if not stale:
            return []
        loaded = [by_name(name, networks, supplied) for name in embedders]
        for name in stale:
            style = await asyncio.to_thread(parts.build, name, loaded, supplied)
            async with database.transaction() as session:
                await kept.replace(session, style)
            if on_built is not None:
                on_built(name, len(style.parts))
        return stale


async def outdated(
    database: Database, embedders: Collection[str] = DEFAULT, supplied: Path | None = None
) -> list[str]:
    """Return the styles that are missing, or were built by other tables, packages or weights."""
    wanted = {name: parts.code_version(name, supplied) for name in embedders}
    stale = []
    async with database.snapshot() as session:
        for name in styles.STYLES:
            there = await kept.version(session, name)
            coded = await kept.code_versions(session, name) if name in crops.AVATARS else wanted
            if there != parts.version(name) or not wanted.items() <= coded.items():
                stale.append(name)
    return stale
