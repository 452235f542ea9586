"""Run a program as if the package had been installed with some of its extras and nothing else.

``python tests/as_installed.py EXTRA,EXTRA PROGRAM``: modules of all other distributions cannot be
found, whatever else is installed here.
"""

import sys
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from importlib.abc import MetaPathFinder
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path
from types import ModuleType

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))[
    "project"
]


def asked(extras: Iterable[str]) -> Iterator[Requirement]:
    """Yield what the project itself requires with some extras."""
    for line in PROJECT["dependencies"]:
        yield Requirement(line)
    for extra in extras:
        for line in PROJECT["optional-dependencies"][extra]:
            requirement = Requirement(line)
            if requirement.name == PROJECT["name"]:
                yield from asked(requirement.extras)
            else:
                yield requirement


def installed_by(extras: Iterable[str]) -> set[str]:
    """Return the distributions, as far as they are here, that come with some extras."""
    found: set[str] = set()
    seen: set[tuple[str, frozenset[str]]] = set()
    todo = list(asked(extras))
    while todo:
        requirement = todo.pop()
        name = canonicalize_name(requirement.name)
        wanted = frozenset({"", *requirement.extras})
        if (name, wanted) in seen:
            continue
        seen.add((name, wanted))
        try:
            lines = requires(name) or []
        except PackageNotFoundError:
            continue
        found.add(name)
        todo += [one for one in map(Requirement, lines) if _applies(one, wanted)]
    return found


def _applies(requirement: Requirement, extras: Iterable[str]) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in extras)


class Absent(MetaPathFinder):
    """Finds nothing of what is not installed."""

    def __init__(self, extras: Iterable[str]) -> None:
        there = installed_by(extras)
        self._absent = {
            module
            for module, distributions in packages_distributions().items()
            if there.isdisjoint(map(canonicalize_name, distributions))
        } - {"bot", "inference", "storage", "tests"}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, _: ModuleType | None = None
    ) -> None:
        """Refuse a module; leave all others to who comes next."""
        if path is None and fullname in self._absent:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)


if __name__ == "__main__":
    _, extras, program, *sys.argv[1:] = sys.argv
    absent = Absent(extras.split(",") if extras else ())
    for module in [name for name in sys.modules if name.partition(".")[0] in absent._absent]:
        del sys.modules[module]
    sys.meta_path.insert(0, absent)
    exec(program)  # noqa: S102  the test's own
