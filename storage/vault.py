"""One key per person, wrapped: destroying it erases what it sealed, backups too.

It is wrapped by the master key together with the person's own secret, which lies in a file
(``storage.keyfiles``); where a vault has no such files, by the master key alone.

AES-256-GCM (NIST SP 800-38D) with random 96-bit nonces, kept in front of the ciphertext. Each
ciphertext is bound to the row it belongs to, so it opens nowhere else.
"""

import hmac
import os
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.errors import VaultError
from storage.keyfiles import KeyFiles

_NONCE = 12


def _seal(key: AESGCM, data: bytes, about: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + key.encrypt(nonce, data, about)


def _unseal(key: AESGCM, sealed: bytes, about: bytes) -> bytes:
    try:
        return key.decrypt(sealed[:_NONCE], sealed[_NONCE:], about)
    except (InvalidTag, ValueError):
        raise VaultError("sealed under another key, or changed") from None


class PersonKey:
    """One person's key, unwrapped; keep it no longer than a transaction."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, data: bytes, purpose: str, row: UUID) -> bytes:
        """Encrypt ``data`` for one purpose of one row."""
        return _seal(self._cipher, data, purpose.encode() + row.bytes)

    def unseal(self, sealed: bytes, purpose: str, row: UUID) -> bytes:
        """Decrypt what ``seal`` made for the same purpose and row.

        Raises:
            VaultError: it was sealed for another, or changed.
        """
        return _unseal(self._cipher, sealed, purpose.encode() + row.bytes)


class Vault:
    """Makes and unwraps people's keys.

    ``master_key``: 32 bytes. ``files``: people's own secrets.
    """

    def __init__(self, master_key: bytes, files: KeyFiles | None = None) -> None:
        if len(master_key) != 32:
            raise ValueError("the master key has 32 bytes")
        self._master = AESGCM(master_key)
        self._secret = master_key
        self._files = files
        self._digests = hmac.digest(master_key, b"digests", "sha256")

    def new_key(self, person_id: UUID) -> bytes:
        """Return a fresh key for this person, wrapped."""
        wrapping = self._master
        if self._files is not None:
            wrapping = self._together(self._files.make(person_id))
        return _seal(wrapping, AESGCM.generate_key(256), b"key" + person_id.bytes)

    def unwrap(self, person_id: UUID, wrapped_key: bytes) -> PersonKey:
        """Open a person's key.

        Raises:
            VaultError: it was wrapped by another master key, or the person's secret is destroyed.
        """
        secret = None if self._files is None else self._files.read(person_id)
        wrapping = self._master if secret is None else self._together(secret)
        return PersonKey(_unseal(wrapping, wrapped_key, b"key" + person_id.bytes))

    def mark(self, person_id: UUID) -> None:
        """Note, before their rows go, that a person is about to be forgotten."""
        if self._files is not None:
            self._files.mark(person_id)

    def unmark(self, person_id: UUID) -> None:
        """Note that a person stays after all."""
        if self._files is not None:
            self._files.unmark(person_id)

    def destroy(self, person_id: UUID) -> None:
        """Let nothing that was sealed for a person ever be opened again."""
        if self._files is not None:
            self._files.destroy(person_id)

    def leaving(self, seconds: float) -> list[UUID]:
        """Return who was to be forgotten so long ago, and whose secret is still there."""
        return [] if self._files is None else list(self._files.leaving(seconds))

    def _together(self, secret: bytes) -> AESGCM:
        """Return what wraps the key of the person who has this secret."""
        return AESGCM(hmac.digest(self._secret, b"wrapping\0" + secret, "sha256"))

    def digest(self, data: bytes, purpose: str) -> bytes:
        """Return 32 bytes by which data is known again; without the master key they tell nothing.

        Unlike a bare hash they let nobody find short data by trying, whoever has the database.
        """
        return hmac.digest(self._digests, purpose.encode() + b"\0" + data, "sha256")
