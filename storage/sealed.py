"""Values in JSON columns, sealed with the person's key: nothing but their length can be told."""

import base64
import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from storage.vault import PersonKey

_NAME = "sealed"


def seal(key: PersonKey, value: Any, purpose: str, row: UUID) -> dict[str, Any]:
    """Return what a JSON column keeps of a JSON-able value, for one purpose of one row."""
    sealed = key.seal(json.dumps(value).encode(), purpose, row)
    return {_NAME: base64.b64encode(sealed).decode()}


def unseal(key: PersonKey, kept: Any, purpose: str, row: UUID) -> Any:
    """Return a value again; rows from before values were sealed have it as it is.

    Raises:
        VaultError: sealed for another, or changed.
    """
    if isinstance(kept, Mapping) and kept.keys() == {_NAME}:
        return json.loads(key.unseal(base64.b64decode(kept[_NAME]), purpose, row))
    return kept
