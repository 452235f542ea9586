"""How the work stands, as tables in a terminal: queue, deliveries, workers, times, failures."""

from datetime import datetime

from rich.console import Group
from rich.table import Table
from rich.text import Text

from storage import workers
from storage.overview import Overview, Times


def shown(found: Overview, at: datetime) -> Group:
    """Return everything as rich shows it; ``at``: the time of the look."""
    counts = ", ".join(f"{count} {code}" for code, count in sorted(found.failed.items()))
    lately = Text(f"failed in the last hour: {counts or 'none'}")
    tables = (_deliveries(found), _workers(found, at), _times(found), _failures(found, at))
    return Group(_head(found, at), lately, *tables)


def _head(found: Overview, at: datetime) -> Text:
    alive = found.alive(at)
    queued, running = found.jobs.get("queued", 0), found.jobs.get("running", 0)
    style = "green" if alive else "bold red"
    oldest = f", the first for {found.oldest:.0f} s" if queued else ""
    kept = sum(found.inbox.values())
    return Text.assemble(
        (f"workers alive: {alive}", style),
        f"   {queued} waiting{oldest}   {running} at work   {kept} updates unhandled",
    )


def _deliveries(found: Overview) -> Table:
    table = Table("platform", "state", "deliveries", title="deliveries")
    for (platform, state), count in sorted(found.deliveries.items()):
        table.add_row(platform, Text(state, "red" if state == "dead" else ""), str(count))
    return table


def _workers(found: Overview, at: datetime) -> Table:
    table = Table("worker", "last heard of", title="workers")
    for name, beat in found.beats.items():
        silent = at - beat >= workers.SILENCE
        table.add_row(name, Text(_ago(beat, at), "red" if silent else ""))
    return table


def _times(found: Overview) -> Table:
    table = Table(
        "kind", "jobs", "waited p50", "p95", "worked p50", "p95", title="done in the last hour"
    )
    for kind, times in sorted(found.times.items()):
        table.add_row(kind, str(times.count), *_quantiles(times))
    return table


def _quantiles(times: Times) -> list[str]:
    return [
        f"{some[min(len(some) - 1, int(share * len(some)))]:.2f} s"
        for some in (times.waited, times.worked)
        for share in (0.5, 0.95)
    ]


def _failures(found: Overview, at: datetime) -> Table:
    table = Table("when", "kind", "platform", "failure", title="last failures")
    for one in found.failures:
        table.add_row(_ago(one.at, at), one.kind, one.platform, one.failure)
    return table


def _ago(then: datetime, at: datetime) -> str:
    return f"{max(0.0, (at - then).total_seconds()):.0f} s ago"
