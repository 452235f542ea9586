"""``python -m tests.nemesis --faults 300 --seed 7 --database postgres``: a run of any length.

On PostgreSQL it ends with how long a killed worker's job waited for another worker.
"""

import argparse
import asyncio
import base64
import secrets
import sys
import tempfile
from pathlib import Path

import asyncpg

from storage.vault import Vault
from tests.nemesis.nemesis import KEY, nemesis
from tests.nemesis.recovery import recoveries

SERVER = "postgresql://postgres@127.0.0.1:5432"


async def _statement(statement: str) -> None:
    connection = await asyncpg.connect(f"{SERVER}/postgres")
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def _measure(folder: Path, times: int) -> None:
    """Print how long the jobs of killed workers waited."""
    name = f"selfmoji_nemesis_{secrets.token_hex(4)}"
    await _statement(f"CREATE DATABASE {name}")
    url = f"{SERVER}/{name}".replace("postgresql", "postgresql+asyncpg")
    settings = {
        "SELFMOJI_DATABASE_URL": url,
        "SELFMOJI_DATA_DIR": str(folder / "data"),
        "SELFMOJI_MASTER_KEY": KEY,
    }
    try:
        vault = Vault(base64.b64decode(KEY))
        took = await recoveries(url, folder, settings, vault, times)
    finally:
        await _statement(f"DROP DATABASE {name} WITH (FORCE)")
    told = ", ".join(f"{seconds:.1f}" for seconds in sorted(took))
    print(f"a killed worker's job is at work again after {told} s", flush=True)  # noqa: T201


async def _run(database: str, faults: int, seed: int, pause: float, folder: Path) -> bool:
    name = f"selfmoji_nemesis_{secrets.token_hex(4)}"
    url = f"sqlite+aiosqlite:///{folder / 'data' / 'selfmoji.sqlite3'}"
    if database == "postgres":
        await _statement(f"CREATE DATABASE {name}")
        url = f"{SERVER}/{name}".replace("postgresql", "postgresql+asyncpg")
    try:
        async with nemesis(url, folder, seed) as one:
            outcome = await one.run(faults, pause)
    finally:
        if database == "postgres":
            await _statement(f"DROP DATABASE {name} WITH (FORCE)")
    print(f"{database}, seed {seed}\n{outcome}", flush=True)  # noqa: T201
    return outcome.good


def main() -> None:
    """Run, and exit with 1 unless nothing was lost."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="postgres")
    parser.add_argument("--faults", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--recoveries", type=int, default=3, help="workers to kill and time")
    parser.add_argument("--pause", type=float, default=0.5, help="seconds between two faults")
    parser.add_argument("--logs", type=Path, help="folder for the processes' logs")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="nemesis-") as made:
        folder = options.logs or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        good = not options.faults or asyncio.run(
            _run(options.database, options.faults, options.seed, options.pause, folder)
        )
        if options.database == "postgres" and options.recoveries:
            asyncio.run(_measure(folder, options.recoveries))
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
