"""What an operator's machines ask a process, on a port of its own: metrics, and whether it is well.

GET /metrics  Prometheus' text: what this process counted, and how the work stands in the rows
GET /livez    200 while the process's loop goes round, else 503: start it anew
GET /readyz   200 while everything works that it needs, else 503 and the reason
"""

import asyncio
import json
import logging
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TypeVar

from prometheus_client import CONTENT_TYPE_LATEST, Gauge, Histogram, generate_latest

from bot.errors import place_of
from storage.contract.health import Check
from storage.database import Database
from storage.models import now
from storage.overview import Overview, overview

log = logging.getLogger(__name__)

ANSWER_IN = 5.0  # seconds in which the loop has to come round
LAG_EVERY = 0.5  # seconds between two looks at how late the loop is

LAG = Histogram(
    "selfmoji_loop_lag_seconds", "How late the process's loop comes to what is due.",
    buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5),
)  # fmt: skip
JOBS = Gauge("selfmoji_jobs", "Jobs in the rows, by state.", ["state"])
OLDEST = Gauge("selfmoji_oldest_job_seconds", "How long the first in the queue has waited.")
DELIVERIES = Gauge(
    "selfmoji_deliveries", "Deliveries by platform and state.", ["platform", "state"]
)
INBOX = Gauge("selfmoji_inbox", "Updates that are kept and not handled.", ["platform"])
WORKERS = Gauge("selfmoji_workers", "Workers that are heard of.")
FAILED = Gauge("selfmoji_failed_lately", "Jobs that failed in the last hour, by code.", ["failure"])

T = TypeVar("T")

Health = Callable[[], Awaitable[tuple[Check, ...]]]


def show(found: Overview) -> None:
    """Set the gauges of how the work stands."""
    for gauge in (JOBS, DELIVERIES, INBOX, FAILED):
        gauge.clear()
    for state, count in found.jobs.items():
        JOBS.labels(state).set(count)
    for (platform, state), count in found.deliveries.items():
        DELIVERIES.labels(platform, state).set(count)
    for platform, count in found.inbox.items():
        INBOX.labels(platform).set(count)
    for failure, count in found.failed.items():
        FAILED.labels(failure).set(count)
    OLDEST.set(found.oldest)
    WORKERS.set(found.alive(now()))


class Observer:
    """The server, on a thread of its own, so that it answers when the loop does not."""

    def __init__(self, database: Database, health: Health) -> None:
        self._database = database
        self._health = health
        self._loop = asyncio.get_running_loop()

    def answer(self, path: str) -> tuple[HTTPStatus, str, bytes]:
        """Return status, type and body for a path; called on the server's threads."""
        plain = "text/plain; charset=utf-8"
        try:
            match path.partition("?")[0]:
                case "/livez":
                    self._ask(asyncio.sleep(0))
                    return HTTPStatus.OK, plain, b"ok\n"
                case "/readyz":
                    checks = self._ask(self._health(), 3 * ANSWER_IN)
                    well = all(check.ok for check in checks)
                    words = {check.name: check.words for check in checks}
                    status = HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE
                    return status, "application/json", json.dumps({"ok": well, **words}).encode()
                case "/metrics":
                    with suppress(Exception):  # the rows are away; what was counted here is not
                        show(self._ask(self._look(), 3 * ANSWER_IN))
                    return HTTPStatus.OK, CONTENT_TYPE_LATEST, generate_latest()
        except (FutureTimeout, TimeoutError):
            return HTTPStatus.SERVICE_UNAVAILABLE, plain, b"the process does not answer\n"
        except Exception as problem:
            log.warning("cannot say how things are: %s", place_of(problem))
            return HTTPStatus.SERVICE_UNAVAILABLE, plain, b"not well\n"
        return HTTPStatus.NOT_FOUND, plain, b"not found\n"

    async def _look(self) -> Overview:
        async with self._database.snapshot() as session:
            return await overview(session)

    def _ask(self, work: Awaitable[T], seconds: float = ANSWER_IN) -> T:
        async def do() -> T:
            return await work

        return asyncio.run_coroutine_threadsafe(do(), self._loop).result(seconds)


def _handler(observer: Observer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 10  # seconds for whoever connects and says nothing

        def do_GET(self) -> None:
            status, kind, body = observer.answer(self.path)
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing of every scrape."""

    return Handler


async def _watch_lag() -> None:
    while True:
        due = time.monotonic() + LAG_EVERY
        await asyncio.sleep(LAG_EVERY)
        LAG.observe(max(0.0, time.monotonic() - due))


@asynccontextmanager
async def observed(
    database: Database, health: Health, host: str, port: int | None
) -> AsyncIterator[int | None]:
    """Answer on a port while the context lasts, and yield it; None: nobody asks.

    Raises:
        OSError: the port is taken.
    """
    if port is None:
        yield None
        return
    server = ThreadingHTTPServer((host, port), _handler(Observer(database, health)))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, name="observer", daemon=True)
    thread.start()
    watching = asyncio.create_task(_watch_lag())
    try:
        yield server.server_address[1]
    finally:
        watching.cancel()
        await asyncio.to_thread(server.shutdown)
        server.server_close()
