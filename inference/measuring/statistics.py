"""How measuring commands report: a table for people, one JSON object for programs.

``{"command", "machine", "versions", "rows": [{"subject", "metric", "value", "low", "high", "n",
"unit"}]}``; ``low`` and ``high`` bound ``value`` (a 95% bootstrap interval) or are null.
"""

import json
import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

PACKAGES = ("selfmoji", "numpy", "opencv-python-headless", "onnxruntime", "ai-edge-litert")
RESAMPLES = 1000

_CONSTANT = 1e-6  # values that differ less are the same


@dataclass(frozen=True, slots=True)
class Row:
    """One measured number: whose, of what, how sure."""

    subject: str
    metric: str
    value: float
    low: float | None
    high: float | None
    n: int
    unit: str


def estimate(
    subject: str,
    metric: str,
    samples: Sequence[float],
    unit: str,
    statistic: Callable[[NDArray[np.float64]], float] = lambda x: float(np.mean(x)),
) -> Row:
    """Estimate a statistic with its 95% bootstrap interval (percentile method).

    Args:
        subject: whose it is.
        metric: its name.
        samples: (N,) numbers.
        unit: of the number.
        statistic: of samples; their mean if not given.
    """
    values = np.asarray(samples, np.float64)
    chance = np.random.default_rng(0)
    resampled = [statistic(chance.choice(values, len(values))) for _ in range(RESAMPLES)]
    low, high = np.quantile(resampled, (0.025, 0.975))
    return Row(
        subject, metric, float(statistic(values)), float(low), float(high), len(values), unit
    )


def spearman(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    """Spearman's rank correlation, equal values sharing their rank; 0 where one is constant.

    Args:
        one: (N,) numbers.
        other: (N,) numbers.
    """
    if min(np.ptp(one), np.ptp(other)) < _CONSTANT:
        return 0.0
    return float(np.corrcoef(_ranks(one), _ranks(other))[0, 1])


def _ranks(values: NDArray[np.floating]) -> NDArray[np.float64]:
    below = (values[None] < values[:, None]).sum(axis=1)
    equal = (values[None] == values[:, None]).sum(axis=1)
    return np.asarray(below + (equal - 1) / 2, np.float64)


def psnr(one: NDArray[np.uint8], other: NDArray[np.uint8], most: float = 100.0) -> float:
    """Peak signal-to-noise ratio in dB.

    Args:
        one: pixels, of any shape; none at all count as unchanged.
        other: the same pixels of another picture.
        most: dB of what is the same, or nearly so.
    """
    if not one.size:
        return most
    noise = float(np.square(one.astype(np.float64) - other).mean())
    return float(min(most, 10 * np.log10(255**2 / max(noise, 1e-9))))


def timings(subject: str, seconds: Sequence[float]) -> list[Row]:
    """Return the rows ``median_ms`` and ``p95_ms`` of run times in seconds."""
    values = [second * 1000 for second in seconds]
    return [
        estimate(subject, "median_ms", values, "ms", lambda x: float(np.median(x))),
        estimate(subject, "p95_ms", values, "ms", lambda x: float(np.quantile(x, 0.95))),
    ]


def peak_mb() -> float:
    """Return this process's largest resident size so far, in megabytes."""
    import resource  # Unix only, and only measuring needs it

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def report(command: str, rows: Sequence[Row], *, as_json: bool) -> None:
    """Print the rows."""
    machine = f"{_processor()}, {os.cpu_count()} cores, {platform.system()}"
    versions = {"python": platform.python_version()} | {name: version(name) for name in PACKAGES}
    if as_json:
        shape = {
            "command": command,
            "machine": machine,
            "versions": versions,
            "rows": [asdict(row) for row in rows],
        }
        Console(soft_wrap=True, highlight=False).print(json.dumps(shape, indent=1), markup=False)
        return
    table = Table("subject", "metric", "value", "95% interval", "n", "unit", caption=machine)
    for row in rows:
        bounds = "" if row.low is None else f"{row.low:.4g} .. {row.high:.4g}"
        table.add_row(row.subject, row.metric, f"{row.value:.4g}", bounds, str(row.n), row.unit)
    Console().print(table)


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="ascii") as stream:  # noqa: PTH123 -- a kernel file
            lines = [line for line in stream if line.startswith("model name")]
        return lines[0].split(":", 1)[1].strip()
    except (OSError, IndexError):
        return platform.processor() or platform.machine()
