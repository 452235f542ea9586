"""The master key: given, or made once and kept to oneself."""

import base64
import stat
from pathlib import Path

import pytest

from storage.settings import StorageSettings


def test_a_key_is_made_once_and_kept(tmp_path: Path) -> None:
    """The second start reads what the first one made; nobody else may read it."""
    settings = StorageSettings(data_dir=tmp_path / "data")
    first = settings.key()
    assert len(first) == 32
    assert StorageSettings(data_dir=tmp_path / "data").key() == first
    mode = (tmp_path / "data" / "master.key").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_a_given_key_is_taken_and_checked(tmp_path: Path) -> None:
    """A key from the environment needs no file; a malformed one is refused."""
    given = base64.b64encode(bytes(32)).decode()
    assert StorageSettings(data_dir=tmp_path, master_key=given).key() == bytes(32)
    assert list(tmp_path.iterdir()) == []
    for wrong in ("not base64!", base64.b64encode(b"short").decode()):
        with pytest.raises(ValueError, match="32 bytes"):
            StorageSettings(data_dir=tmp_path, master_key=wrong).key()
