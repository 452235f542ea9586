"""Signs pictures with an operator's own key, so that how they were made can be checked (C2PA).

https://spec.c2pa.org. Needs the extra ``c2pa`` and no network: no time stamp is asked for, so a
signature is good for as long as its certificate.
"""

import io
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificates
from PIL import Image

from bot.marks import Mark, marked, source_of

if TYPE_CHECKING:
    from c2pa import Context

_CURVES = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}
_TYPES = ((b"\x89PNG", "image/png"), (b"RIFF", "image/webp"))
_CLAIMED = [{"name": "Selfmoji"}]


class SigningError(ValueError):
    """A key or its certificates cannot be used."""


def mark_of(key: Path | None, certificates: Path | None) -> Mark:
    """Return what marks files, signed where there is a key for it.

    Raises:
        SigningError: there is one of the two alone, or they are no good.
    """
    if key is None and certificates is None:
        return marked
    if key is None or certificates is None:
        raise SigningError("SELFMOJI_C2PA_KEY and SELFMOJI_C2PA_CERTIFICATES go together")
    return Signing(key, certificates)


class Signing:
    """Marks and signs files; raises SigningError where key or certificates are none."""

    def __init__(self, key: Path, certificates: Path) -> None:
        """Read the key, PKCS #8, and its chain of certificates, the key's own first; both PEM."""
        from c2pa import C2paError, C2paSignerInfo

        try:
            private, chain = key.read_bytes(), certificates.read_bytes()
            self._info = C2paSignerInfo(_algorithm(private, chain), chain, private, None)
            self(_trial(), "emoji")
        except (OSError, ValueError, TypeError, C2paError) as problem:
            raise SigningError(f"nothing can be signed with {key}: {problem}") from None

    def __call__(self, data: bytes, kind: str) -> bytes:
        """Return a PNG, an APNG or a WEBP marked and signed; other files as they are.

        Args:
            data: the whole file, without a mark.
            kind: of the job that made the picture.
        """
        from c2pa import Builder, Signer

        type_ = next((name for start, name in _TYPES if data.startswith(start)), None)
        if type_ is None:
            return data
        made = {"action": "c2pa.created", "digitalSourceType": source_of(kind)}
        manifest = {
            "claim_generator_info": _CLAIMED,
            "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [made]}}],
        }
        signed = io.BytesIO()
        with (
            Signer.from_info(self._info) as signer,
            Builder(manifest, context=_context()) as builder,
        ):
            builder.sign(signer, type_, io.BytesIO(marked(data, kind)), signed)
        return signed.getvalue()


@cache
def _context() -> "Context":
    """Return settings that leave thumbnails out: a sticker is hardly larger."""
    from c2pa import Context

    return Context.from_dict({"builder": {"thumbnail": {"enabled": False}}})


def _trial() -> bytes:
    file = io.BytesIO()
    Image.new("RGBA", (8, 8)).save(file, "PNG")
    return file.getvalue()


def _algorithm(private: bytes, chain: bytes) -> str:
    """Return what a key signs by; raises ValueError where the first certificate is not its own."""
    key = load_pem_private_key(private, password=None)
    if load_pem_x509_certificates(chain)[0].public_key() != key.public_key():
        raise ValueError("the first certificate is another key's")
    match key:
        case ec.EllipticCurvePrivateKey() if key.curve.name in _CURVES:
            return _CURVES[key.curve.name]
        case ed25519.Ed25519PrivateKey():
            return "ed25519"
        case rsa.RSAPrivateKey():
            return "ps256"
        case _:
            raise ValueError("it is neither Ed25519, RSA, nor on a NIST curve")
