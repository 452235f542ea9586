"""What is installed: extras that bring what they promise and no more, and pinned versions."""

import re
import subprocess
import sys
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from bot.extras import MODULES
from tests.as_installed import PROJECT, asked, installed_by

ROOT = Path(__file__).parent.parent
EXTRAS = PROJECT["optional-dependencies"]
FRONT_ENDS = ("web", "telegram", "discord")
RUNTIMES = {"onnxruntime", "ai-edge-litert", "opencv-python-headless", "thorvg-python", "torch"}
MOVING = """
import io
from PIL import Image
from bot import stickers
file = io.BytesIO()
red, blue = (Image.new("RGBA", (64, 64), colour) for colour in ("red", "blue"))
red.save(file, "PNG", save_all=True, append_images=[blue], duration=200)
assert stickers.for_{platform}(file.getvalue())
"""
SERVING = """
from bot.__main__ import main
from bot.core.service import Service
from storage.queue import open_queue
import bot.frontends.{platform}
main(["{platform}", "--help"])
"""
WORKING = """
from inference.settings import InferenceSettings
from inference.serving.pipeline import Pipeline
from inference.serving.worker import Worker
pipeline = Pipeline(InferenceSettings(threads=1))
pipeline.warm_up()
pipeline.close()
"""


def run(extras: str, program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "tests" / "as_installed.py"), extras, program],
        env={"PYTHONPATH": str(ROOT), "HOME": str(Path.home())},
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )


@pytest.mark.parametrize("extra", FRONT_ENDS)
def test_a_front_end_needs_its_extra_alone(extra: str) -> None:
    """It starts and encodes moving stickers where no model, and no other front end, could run."""
    program = (MOVING + SERVING).format(platform=extra)
    done = run(extra, program)
    assert done.returncode == 0, done.stderr
    assert f" {extra} [OPTIONS]" in done.stdout


@pytest.mark.slow
def test_a_worker_needs_its_extra_alone() -> None:
    """Models load where no front end could run."""
    done = run("worker", WORKING)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("extras", "command", "missing"),
    [
        ("", ["face", "README.md"], "worker"),
        ("worker", ["web"], "web"),
        ("web", ["telegram"], "telegram"),
        ("web", ["discord"], "discord"),
    ],
)
def test_what_is_missing_is_named(
    extras: str, command: list[str], missing: str, postgres_url: str
) -> None:
    """A command whose extra is not installed says which one to install."""
    program = f"""
import os
os.environ |= {{
    "SELFMOJI_DATABASE_URL": {postgres_url!r}, "SELFMOJI_TELEGRAM_TOKEN": "1:x",
    "SELFMOJI_DISCORD_TOKEN": "x", "SELFMOJI_PORT": "0", "SELFMOJI_MASTER_KEY": {"A" * 43 + "="!r},
}}
from bot.__main__ import main
main({command!r})
"""
    done = run(extras, program)
    assert done.returncode == 1
    assert f"pip install 'selfmoji[{missing}]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_front_ends_bring_no_models() -> None:
    """What their image installs holds no network's runtime."""
    assert installed_by(FRONT_ENDS).isdisjoint(RUNTIMES)
    assert installed_by(["worker"]) >= RUNTIMES - {"torch"}


def test_all_is_all() -> None:
    """The extra ``all`` is every front end and the worker."""
    assert installed_by(["all"]) == installed_by([*FRONT_ENDS, "worker"])


def test_every_module_of_an_extra_is_known_to_the_advice() -> None:
    """Whatever an extra brings first hand is named when it is missing."""
    base = {canonicalize_name(one.name) for one in asked(())}
    brought = {canonicalize_name(one.name) for one in asked([*FRONT_ENDS, "worker"])} - base
    known = set[str]()
    for module, distributions in packages_distributions().items():
        if module in MODULES:
            known |= {canonicalize_name(one) for one in distributions}
    assert brought - known == {"dicebear-styles"}  # a part of the module dicebear
    assert set(MODULES.values()) <= EXTRAS.keys()


def test_constraints_are_what_is_installed() -> None:
    """Versions alone, sorted, and those that these tests run with: else `make constraints`."""
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", line) for line in lines)
    assert lines == sorted(lines, key=lambda line: line.lower().split("=="))
    pinned = {canonicalize_name(name): pin for name, pin in (line.split("==") for line in lines)}
    there = installed_by(["all", "test", "train"])
    assert {name: version(name).partition("+")[0] for name in there} == {
        name: pin for name, pin in pinned.items() if name in there
    }
