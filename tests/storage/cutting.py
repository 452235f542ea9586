"""A way to PostgreSQL that breaks off: connections are cut after so many bytes."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress

from sqlalchemy import make_url

ENOUGH = 1 << 60


@asynccontextmanager
async def cutting(url: str, after: Iterator[int], port: int = 0) -> AsyncIterator[str]:
    """Yield a URL that leads to the same database.

    ``after``: how many bytes of the server's each connection may have before both of its ends are
    reset; all of them, once the iterator has ended. ``port``: where to listen, a free one by
    default.
    """
    real = make_url(url)

    async def serve(ours: asyncio.StreamReader, to_us: asyncio.StreamWriter) -> None:
        left = next(after, ENOUGH)
        theirs, to_them = await asyncio.open_connection(real.host, real.port)

        async def answer() -> None:
            nonlocal left
            while left > 0 and (data := await theirs.read(4096)):
                to_us.write(data[:left])
                await to_us.drain()
                left -= len(data)

        ways = {asyncio.create_task(answer()), asyncio.create_task(_ask(ours, to_them))}
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            for writer in (to_us, to_them):
                writer.transport.abort()
            with suppress(OSError):
                await asyncio.gather(*ways, return_exceptions=True)

    server = await asyncio.start_server(serve, "127.0.0.1", port)
    try:
        at = server.sockets[0].getsockname()[1]
        yield real.set(port=at).render_as_string(hide_password=False)
    finally:
        server.close()


async def _ask(ours: asyncio.StreamReader, to_them: asyncio.StreamWriter) -> None:
    while data := await ours.read(4096):
        to_them.write(data)
        await to_them.drain()
