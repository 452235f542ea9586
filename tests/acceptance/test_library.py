"""A first start builds the library of parts by itself; a second one finds it there."""

import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import patience

pytestmark = pytest.mark.slow


@contextmanager
def running(data: Path) -> Iterator[str]:
    """Yield where ``selfmoji run`` serves; then end it."""
    ours = {"SELFMOJI_PORT": "0", "SELFMOJI_DATA_DIR": str(data), "OMP_NUM_THREADS": "2"}
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "run"],
        env={**os.environ, **ours},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        found = re.search(r"http://[^ ]+", process.stdout.readline())
        try:
            assert found
            yield found[0]
        finally:
            process.terminate()
        assert process.wait(patience.seconds()) == 0


def status(address: str) -> int:
    try:
        with urllib.request.urlopen(address) as answer:  # noqa: S310 -- our own page
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        return refusal.code


def test_the_first_start_builds_the_library(tmp_path: Path) -> None:
    """Pictures of parts appear while the page serves; after a restart they are there at once."""
    with running(tmp_path) as address:

        def built() -> bool:
            assert status(address) == 200
            return status(f"{address}parts/cat/fur/zebra.png") == 200  # the last style of all

        patience.wait(built)
    with running(tmp_path) as address:
        assert status(f"{address}parts/avataaars/top/bob.png") == 200
        assert status(f"{address}parts/avataaars/top/bobb.png") == 404


def test_stopping_while_it_builds_leaves_no_process(tmp_path: Path) -> None:
    """Ended in the middle of building, the program ends at once and takes the builder along."""
    with running(tmp_path) as address:
        patience.wait(lambda: status(f"{address}parts/avataaars/top/bob.png") == 200)
    mine = str(tmp_path).encode()
    left = []
    for process in Path("/proc").glob("[0-9]*/environ"):
        try:
            environment = process.read_bytes()
        except OSError:
            continue  # it ended meanwhile, or is another user's
        if mine in environment:
            left.append(process)
    assert left == []
