"""Front ends keep their rows in PostgreSQL; that they are kept alike elsewhere is tested there.

What is said and done on either database is tested in ``tests/bot/core``, the rows themselves in
``tests/storage``; whole programs, and those that are killed, run on SQLite in ``tests/acceptance``.
"""

import pytest

from tests.bot.simulated_discord import discord_chat, simcord_bot, world  # noqa: F401


@pytest.fixture
def database_url(postgres_url: str) -> str:
    """The URL of an empty database."""
    return postgres_url
