"""A platform that is away: whoever calls is hung up on, and counted."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Outage:
    """How often somebody has called."""

    def __init__(self) -> None:
        self.calls = 0

    async def _hang_up(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.calls += 1
        writer.close()


@asynccontextmanager
async def outage(port: int) -> AsyncIterator[Outage]:
    """Stand where the platform's server stood, until the end."""
    away = Outage()
    server = await asyncio.start_server(away._hang_up, "127.0.0.1", port)
    try:
        yield away
    finally:
        server.close()
        await server.wait_closed()
