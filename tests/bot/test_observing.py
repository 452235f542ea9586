"""What operators see: metrics and probes over HTTP, the work in a terminal, a dashboard."""

import io
import json
import re
from concurrent.futures import ThreadPoolExecutor
from importlib import resources

import httpx
import pytest
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families
from rich.console import Console

from bot import observing
from bot.observing import observed
from bot.status import shown
from storage.contract.failures import Failure
from storage.contract.health import Check
from storage.contract.jobs import Failed
from storage.database import Database
from storage.models import now
from storage.overview import overview
from tests import patience
from tests.bot.at_work import App

WELL = (Check("database", ok=True, words="answers"),)


async def get(port: int | None, path: str) -> httpx.Response:
    async with httpx.AsyncClient(timeout=patience.seconds()) as client:
        return await client.get(f"http://127.0.0.1:{port}{path}")


async def well() -> tuple[Check, ...]:
    return WELL


async def test_metrics_tell_what_was_done_and_what_waits(app: App) -> None:
    """Jobs by outcome, deliveries by state, and the process's own memory."""
    app.pipeline.script = lambda _: Failed(Failure.NO_FACE)
    await app.photo("/cutout")
    await app.all_done()
    async with observed(app.database, well, "127.0.0.1", 0) as port:
        answer = await get(port, "/metrics")
    found = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
    assert found["selfmoji_jobs", "failed"] == 1
    assert found["selfmoji_failed_lately", "no_face"] == 1
    assert found["selfmoji_deliveries", "fake", "shown"] == 2
    assert found["selfmoji_jobs_ended_total", "cutout", "no_face"] >= 1
    assert found["selfmoji_job_worked_seconds_count", "cutout"] >= 1
    assert found["selfmoji_workers",] == 1
    assert found["process_resident_memory_bytes",] > 0


async def test_probes_tell_a_process_that_hangs_from_one_that_lacks_something(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Alive while the loop goes round; ready while all works; 503 and the reason otherwise."""
    checks = [WELL, (Check("workers", ok=False, words="none alive"),)]

    async def health() -> tuple[Check, ...]:
        return checks.pop(0)

    async with observed(database, health, "127.0.0.1", 0) as port:
        assert (await get(port, "/livez")).status_code == 200
        assert (await get(port, "/readyz")).json() == {"ok": True, "database": "answers"}
        lacking = await get(port, "/readyz")
        assert (lacking.status_code, lacking.json()["workers"]) == (503, "none alive")
        assert (await get(port, "/else")).status_code == 404
        monkeypatch.setattr(observing, "ANSWER_IN", 0.1)

        def ask() -> int:
            return httpx.get(f"http://127.0.0.1:{port}/livez", timeout=60).status_code

        with ThreadPoolExecutor(1) as elsewhere:  # the loop hangs here until it is answered
            assert elsewhere.submit(ask).result(patience.seconds()) == 503


async def test_nobody_is_answered_unless_a_port_is_set(database: Database) -> None:
    """By default nothing listens."""
    async with observed(database, well, "127.0.0.1", None) as port:
        assert port is None


async def test_status_shows_how_the_work_stands(app: App) -> None:
    """Workers, what waits, times by kind and the last failures, in a terminal's width."""
    await app.photo("/cutout")
    await app.all_done()
    app.pipeline.script = lambda _: Failed(Failure.TOO_BLURRY)
    await app.photo("/cutout")
    await app.all_done()
    app.pipeline.gate.clear()
    await app.photo("/cutout")
    async with app.database.snapshot() as session:
        found = await overview(session)
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(shown(found, now()))
    text = console.export_text()
    assert "workers alive: 1" in text
    assert re.search(r"cutout +│ 1 ", text)
    assert "1 too_blurry" in text
    assert found.jobs.get("queued", 0) + found.jobs.get("running", 0) == 1
    app.pipeline.gate.set()


def test_the_dashboard_asks_for_metrics_that_exist() -> None:
    """Each name in it is one that some process counts."""
    import inference.serving.metrics  # noqa: F401  for what it registers

    board = json.loads(resources.files("bot").joinpath("grafana.json").read_text("utf-8"))
    asked = {
        name
        for panel in board["panels"]
        for target in panel["targets"]
        for name in re.findall(r"(?:selfmoji|process)_\w+", target["expr"])
    }
    known = {
        sample for family in REGISTRY.collect() for sample in _samples(family.name, family.type)
    }
    assert asked <= known
    assert len(asked) > 12


def _samples(name: str, kind: str) -> set[str]:
    match kind:
        case "histogram":
            return {f"{name}_bucket", f"{name}_sum", f"{name}_count"}
        case "counter":
            return {f"{name}_total"}
        case _:
            return {name}
