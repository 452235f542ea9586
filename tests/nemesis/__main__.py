"""``python -m tests.nemesis --faults 300 --seed 7 --database postgres``: a run of any length.

PostgreSQL is a server of the run's own. There it ends with how long a killed worker's job waited
for another worker.
"""

import argparse
import asyncio
import base64
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

from storage.vault import Vault
from tests.clusters import cluster
from tests.nemesis.nemesis import KEY, nemesis
from tests.nemesis.recovery import recoveries


async def _measure(url: str, folder: Path, times: int) -> None:
    """Print how long the jobs of killed workers waited."""
    settings = {
        "SELFMOJI_DATABASE_URL": url,
        "SELFMOJI_DATA_DIR": str(folder / "data"),
        "SELFMOJI_MASTER_KEY": KEY,
    }
    took = await recoveries(url, folder, settings, Vault(base64.b64decode(KEY)), times)
    told = ", ".join(f"{seconds:.1f}" for seconds in sorted(took))
    print(f"a killed worker's job is at work again after {told} s", flush=True)  # noqa: T201


async def _run(options: argparse.Namespace, url: str, folder: Path) -> bool:
    async with nemesis(url, folder, options.seed) as one:
        outcome = await one.run(options.faults, options.pause, options.minutes)
    print(f"{options.database}, seed {options.seed}\n{outcome}", flush=True)  # noqa: T201
    return outcome.good and outcome.telling


def main() -> None:
    """Run, and exit with 1 unless nothing was lost, and enough was there to be."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="postgres")
    parser.add_argument("--faults", type=int, default=10**9, help="at most")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--recoveries", type=int, default=3, help="workers to kill and time")
    parser.add_argument("--pause", type=float, default=0.5, help="seconds between two faults")
    parser.add_argument("--minutes", type=float, default=60.0, help="of striking at most")
    parser.add_argument("--logs", type=Path, help="folder for the processes' logs")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="nemesis-") as made:
        folder = options.logs or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        postgres = options.database == "postgres"
        with cluster() if postgres else nullcontext() as server:
            url = f"sqlite+aiosqlite:///{folder / 'data' / 'selfmoji.sqlite3'}"
            good = not options.faults or asyncio.run(
                _run(options, server.url if server else url, folder)
            )
            if server and options.recoveries:
                asyncio.run(_measure(server.url, folder, options.recoveries))
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
