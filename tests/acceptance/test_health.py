"""``/healthz`` and ``selfmoji health`` beside the running program."""

import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests import patience

pytestmark = pytest.mark.slow


def look(data: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", "health", *options],
        env={**os.environ, "SELFMOJI_DATA_DIR": str(data), "SELFMOJI_DATABASE_URL": ""},
        capture_output=True,
        text=True,
        check=False,
    )


def healthz(address: str) -> tuple[int, dict[str, Any]]:
    try:
        with urllib.request.urlopen(f"{address}healthz") as answer:  # noqa: S310 -- our own page
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as failing:
        return failing.code, json.load(failing)


def test_health_is_told_in_words(tmp_path: Path) -> None:
    """Before the start, while the models load, at work and after the stop, here and over HTTP."""
    missing = look(tmp_path)
    assert missing.returncode == 1
    assert missing.stderr == "Error: there is no database yet: start `selfmoji run`\n"
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "run"],
        env={**os.environ, "SELFMOJI_PORT": "0", "SELFMOJI_DATA_DIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://[^ ]+", process.stdout.readline())
            assert found
            loading, words = healthz(found[0])
            if loading != 200:
                assert (loading, words["database"]) == (503, "answers")
                assert words["workers"] == "none has been heard of"
            patience.wait(lambda: healthz(found[0])[0] == 200)
            assert healthz(found[0])[1]["workers"].startswith("1 alive, last heard of ")
            for options in ((), ("--here",)):
                well = look(tmp_path, *options)
                assert well.returncode == 0, well.stdout
                assert [line.split()[:2] for line in well.stdout.splitlines()] == [
                    ["ok", name] for name in ("database", "schema", "queue", "workers")
                ]
        finally:
            process.terminate()
        assert process.wait(patience.seconds()) == 0
    stopped = look(tmp_path)
    assert stopped.returncode == 1
    assert stopped.stdout.splitlines()[-1] == "failing  workers none has been heard of"
