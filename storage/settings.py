"""Where things are kept, read once from the environment (``SELFMOJI_*``) and ``.env``."""

import base64
import os
import secrets
from pathlib import Path

import platformdirs
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class StorageSettings(BaseSettings):
    """Settings that every process shares."""

    model_config = SettingsConfigDict(
        env_prefix="SELFMOJI_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    data_dir: Path = Field(
        default_factory=lambda: platformdirs.user_data_path("selfmoji"),
        description="Folder of the SQLite database and the made master key.",
    )
    database_url: str = Field(
        default="",
        description="SQLAlchemy URL; empty means SQLite in the data folder. "
        "postgresql+asyncpg://user:password@host/name for several processes.",
    )
    master_key: SecretStr = Field(
        default=SecretStr(""),
        description="32 bytes in base64 that wrap each person's key; made and kept in the data "
        "folder on first start if absent. Processes that share a database must share it.",
    )
    keys_dir: Path | None = Field(
        default=None,
        description="Folder of people's own halves of their keys, shared by all processes; "
        "in the data folder beside SQLite, none beside PostgreSQL unless set.",
    )
    photo_hours: float = Field(
        default=24.0, gt=0, description="Hours after which a photo is erased by itself."
    )
    result_days: float = Field(
        default=7.0,
        gt=0,
        description="Days after which a result that is no favourite is erased, and its job.",
    )
    update_days: float = Field(
        default=2.0, gt=0, description="Days for which it is known that an update was handled."
    )
    photos_mb: int = Field(
        default=200,
        ge=20,
        description="Megabytes of photos kept for one person; beyond them the oldest go.",
    )
    jobs_per_person: int = Field(
        default=12, ge=1, description="Unfinished jobs that one person may have."
    )
    jobs_overall: int = Field(
        default=400, ge=1, description="Unfinished jobs beyond which everybody is told to wait."
    )

    @property
    def url(self) -> str:
        """The database's SQLAlchemy URL."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir / 'selfmoji.sqlite3'}"

    @property
    def keys(self) -> Path | None:
        """The folder of people's own halves of their keys, if there is one."""
        if self.keys_dir is None and self.url.startswith("sqlite"):
            return self.data_dir / "keys"
        return self.keys_dir

    def key(self) -> bytes:
        """Return the 32-byte master key, making it (mode 0600) on first start."""
        given = self.master_key.get_secret_value()
        if not given:
            given = self._kept_key()
        try:
            key = base64.b64decode(given, validate=True)
        except ValueError:
            key = b""
        if len(key) != 32:
            raise ValueError("SELFMOJI_MASTER_KEY must be 32 bytes in base64")
        return key

    def _kept_key(self) -> str:
        self.data_dir.mkdir(parents=True, exist_ok=True)
        path = self.data_dir / "master.key"
        try:
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text("ascii").strip()
        with os.fdopen(file, "w", encoding="ascii") as stream:
            stream.write(base64.b64encode(secrets.token_bytes(32)).decode())
        return path.read_text("ascii")
