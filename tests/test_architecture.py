"""The house rules of who may import whom, read off the sources."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("bot", "inference", "storage")
FAMILIES = ("cutout", "emoji", "cartoon", "expression", "edit")
BASE = ("models", "pictures", "face")  # each may import those before it
ENGINES = (*BASE, "avatars", "layers", "latent")
OFFLINE = ("training", "building", "evaluation")
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
        return not may_import_torch(path)
    match here[0], there[0]:
        case ("bot", "inference") | ("inference", "bot") | ("storage", "bot" | "inference"):
            return True
    if here[0] == there[0] == "inference" and len(there) > 1:
        return here[-1] != "__main__" and upward(here[1:], there[1:])
    if here[:2] == there[:2] == ("bot", "frontends"):
        return len(there) > 2 and there[2] in FRONT_ENDS and there[2] != here[2]
    return here[:2] == ("bot", "core") and there[:2] == ("bot", "frontends")


def may_import_torch(path: Path) -> bool:
    """Torch is for training, and for the files that hold one network's architecture each."""
    here = path.relative_to(ROOT).parts
    architecture = path.stem == "network" or path.stem.endswith("_network")
    return here[0] == "inference" and ("training" in here[1:-1] or architecture)


def upward(here: tuple[str, ...], there: tuple[str, ...]) -> bool:
    """Whether an arrow within inference runs where it may not; names begin with the room.

    Below are engines, on them stand families, on those serving. Rooms for work without people
    (``OFFLINE``) lie beside what they are about, and nothing else imports them.
    """
    room, other = here[0], there[0]
    offline = not {*here[:-1]}.isdisjoint(OFFLINE)
    if is_offline(there) or other == "wiring":
        return not offline
    if other == "measuring":
        return room != "measuring" and "evaluation" not in here
    if other == "serving":
        return room != "serving" and here[:2] != ("measuring", "benchmarks")
    if room in ENGINES:
        above = ENGINES[ENGINES.index(room) + 1 :] if room in BASE else ()
        return other in (*FAMILIES, "family", *above)
    return room in FAMILIES and other in FAMILIES and room != other


def is_offline(there: tuple[str, ...]) -> bool:
    """Whether a name lies in a room for work without people."""
    return there[0] in OFFLINE or (
        len(there) > 2
        and there[1] in OFFLINE
        and (ROOT / "inference" / there[0] / there[1]).is_dir()
    )


def reachable(start: Iterable[Path]) -> set[Path]:
    """All our modules that these load, or may load while they work."""
    found: set[Path] = set()
    left = list(start)
    while left:
        path = left.pop()
        if path in found:
            continue
        found.add(path)
        for name in imported(path):
            parts = name.split(".")
            left += [
                file
                for depth in range(1, len(parts) + 1)
                for stem in [ROOT.joinpath(*parts[:depth])]
                for file in (stem.with_suffix(".py"), stem / "__init__.py")
                if parts[0] in PACKAGES and file.is_file()
            ]
    return found


def test_what_serves_never_reaches_torch() -> None:
    """Not even by an import within a function."""
    serving = reachable((ROOT / "inference" / "serving").rglob("*.py"))
    assert ROOT / "inference" / "cartoon" / "serving.py" in serving
    assert [path for path in serving if any(n.startswith("torch") for n in imported(path))] == []


def test_settings_are_read_by_the_wiring_alone() -> None:
    """Everybody else is given them, so that a process has one set."""
    wiring = {"bot/__main__.py", "inference/__main__.py", "inference/wiring.py"}
    readers = {
        str(path.relative_to(ROOT))
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).rpartition(".")[2] == "InferenceSettings"
    }
    assert readers <= wiring


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_follow_the_house_rules(path: Path) -> None:
    """No module imports what DESIGN forbids: packages, families and front ends stay apart."""
    assert [name for name in imported(path) if forbidden(path, name)] == []


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("inference/emoji/serving.py", "inference.cartoon.styles.of"),
        ("inference/latent/editing.py", "inference.edit.serving.Edit"),
        ("inference/face/masks.py", "inference.layers.hair.wear"),
        ("inference/pictures/images.py", "inference.face.report.Portrait"),
        ("inference/layers/hair.py", "inference.layers.building.extract.Cut"),
        ("inference/expression/engine.py", "inference.training.faces.gather"),
        ("inference/expression/engine.py", "inference.measuring.identity.describe"),
        ("inference/face/analysis.py", "inference.wiring"),
        ("inference/emoji/traits.py", "inference.serving.pipeline.Pipeline"),
        ("inference/emoji/traits.py", "torch.nn"),
        ("inference/measuring/identity.py", "torch"),
        ("storage/photos.py", "inference.errors.PhotoError"),
        ("bot/frontends/web/app.py", "bot.frontends.telegram.chat"),
    ],
)
def test_the_house_rules_forbid(path: str, name: str) -> None:
    """Imports that nobody wrote yet, and nobody should."""
    assert forbidden(ROOT / path, name)


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


def test_situations_name_tests_that_are_there() -> None:
    """``tests/README.md`` says what keeps each situation right."""
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "tests" / "README.md").read_text("utf-8")))
    written = {
        found
        for path in (ROOT / "tests").rglob("test_*.py")
        for found in re.findall(r"def (test_\w+)", path.read_text("utf-8"))
    }
    assert named
    assert named <= written
