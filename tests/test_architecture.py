"""The house rules of who may import whom, read off the sources."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("bot", "inference", "storage")
FAMILIES = ("cutout", "emoji", "cartoon", "expression", "edit")
FRONT_ENDS = ("telegram", "discord", "web", "terminal")


def modules() -> list[Path]:
    return [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def imported(path: Path) -> Iterator[str]:
    """Yield the dotted name of every import, also those inside functions."""
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(filter(None, (base, node.module)))
            yield from (f"{module}.{alias.name}" for alias in node.names)


def forbidden(path: Path, name: str) -> bool:
    """Whether this module may not import that name."""
    here, there = path.relative_to(ROOT).with_suffix("").parts, tuple(name.split("."))
    if here == ("bot", "__main__"):
        return False
    if there[0] == "torch":
        return here[0] != "inference" or here[-1] in {"serving", "pipeline", "worker"}
    match here[0], there[0]:
        case ("bot", "inference") | ("inference", "bot") | ("storage", "bot" | "inference"):
            return True
    if here[0] == there[0] == "inference" and here[1] in FAMILIES:
        return there[1:2] != here[1:2] and there[1:2] and there[1] in FAMILIES
    if here[:2] == there[:2] == ("bot", "frontends"):
        return len(there) > 2 and there[2] in FRONT_ENDS and there[2] != here[2]
    return here[:2] == ("bot", "core") and there[:2] == ("bot", "frontends")


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_follow_the_house_rules(path: Path) -> None:
    """No module imports what DESIGN forbids: packages, families and front ends stay apart."""
    assert [name for name in imported(path) if forbidden(path, name)] == []


@pytest.mark.parametrize(
    ("start", "unwanted"),
    [
        ("bot.frontends.web", ("torch", "discord", "telegram", "inference")),
        ("inference.serving.worker", ("torch", "discord", "telegram", "starlette", "bot")),
        ("storage.contract.jobs", ("sqlalchemy", "cryptography", "pgqueuer")),
        ("bot.core.conversation.step", ("sqlalchemy", "cryptography", "pgqueuer", "inference")),
        ("inference.face.analysis", ("sqlalchemy", "pgqueuer", "bot")),
        ("bot.__main__", ("torch", "discord", "telegram", "cv2", "onnxruntime")),
    ],
)
def test_a_process_loads_only_what_it_is_for(start: str, unwanted: tuple[str, ...]) -> None:
    """The web process starts without torch and models, the pure parts without SQL."""
    program = f"import sys, {start}; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    assert set(unwanted).isdisjoint(loaded)


def test_the_top_level_holds_three_packages() -> None:
    """No further top-level package creeps in beside bot, inference, storage and tests."""
    found = {path.parent.name for path in ROOT.glob("*/*.py")}
    assert found <= {*PACKAGES, "tests"}
