"""The half of each person's key that no database ever sees: a file for each, in one folder.

PostgreSQL keeps what was deleted, in pages until it vacuums and in its log for longer, and backups
keep it for good. Without this half nothing of that opens, whoever has the master key: so forgetting
somebody is overwriting 32 bytes. All processes that share a database share the folder.

What is destroyed was named before, by whoever forgets somebody: a secret whose owner a database
does not know may be another database's, or of a time after the backup that it was restored from.
"""

import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

_BYTES = 32
_LEAVING = ".leaving"


class KeyFiles:
    """Secrets by person, as files of a folder that is made with the first one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def make(self, person_id: UUID) -> bytes:
        """Make a person's secret; it is on the disk when this returns."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        secret = secrets.token_bytes(_BYTES)
        file = os.open(self._path(person_id), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(file, secret)
            os.fsync(file)
        finally:
            os.close(file)
        self._settle()
        return secret

    def read(self, person_id: UUID) -> bytes | None:
        """Return a person's secret, None if there is none."""
        try:
            return self._path(person_id).read_bytes()
        except FileNotFoundError:
            return None

    def mark(self, person_id: UUID) -> None:
        """Name somebody who is about to be forgotten; nothing if they have no secret."""
        if self._path(person_id).exists():
            self._mark(person_id).touch(mode=0o600)
            self._settle()

    def unmark(self, person_id: UUID) -> None:
        """Say that somebody stays after all."""
        self._mark(person_id).unlink(missing_ok=True)

    def destroy(self, person_id: UUID) -> None:
        """Overwrite and remove a person's secret; nothing if it is gone."""
        try:
            file = os.open(self._path(person_id), os.O_WRONLY)
        except FileNotFoundError:
            return
        try:
            os.write(file, secrets.token_bytes(_BYTES))
            os.fsync(file)
        finally:
            os.close(file)
        self._path(person_id).unlink(missing_ok=True)
        self.unmark(person_id)
        self._settle()

    def leaving(self, seconds: float) -> Iterator[UUID]:
        """Yield who was marked so long ago."""
        if not self._folder.is_dir():
            return
        latest = time.time() - seconds
        for entry in os.scandir(self._folder):
            try:
                if entry.name.endswith(_LEAVING) and entry.stat().st_mtime <= latest:
                    yield UUID(entry.name.removesuffix(_LEAVING))
            except (FileNotFoundError, ValueError):  # destroyed meanwhile, or none of ours
                continue

    def _mark(self, person_id: UUID) -> Path:
        return self._path(person_id).with_suffix(_LEAVING)

    def _path(self, person_id: UUID) -> Path:
        return self._folder / person_id.hex

    def _settle(self) -> None:
        """Have the folder itself written, so that a file is there, or not, after a power cut."""
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
