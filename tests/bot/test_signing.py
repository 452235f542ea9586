"""Signed manifests: made by an operator's own key, read back by the library."""

import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from c2pa import Reader
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from PIL import Image

from bot.marks import mark_in, marked, source_of
from bot.packing import PackSticker, zipped
from bot.signing import Signing, SigningError, mark_of
from bot.stickers import LIMITS, encode
from tests.bot.test_stickers import moving, png, portrait


def certificate(
    name: str, key: ec.EllipticCurvePrivateKey, issuer: str, by: ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    """Issue a certificate: of an authority to itself, else one that may sign what is claimed."""
    authority = name == issuer
    usage = {
        "digital_signature": not authority, "key_cert_sign": authority, "crl_sign": authority,
        "content_commitment": False, "key_encipherment": False, "data_encipherment": False,
        "key_agreement": False, "encipher_only": False, "decipher_only": False,
    }  # fmt: skip
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(authority, None), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False
        )
    )
    if not authority:
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        made = made.add_extension(purpose, critical=True)
    return made.sign(by, hashes.SHA256())


@pytest.fixture
def operator(tmp_path: Path) -> tuple[Path, Path]:
    """A key and its chain of certificates, as files."""
    root, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    chain = [certificate("Ours", own, "Root", root), certificate("Root", root, "Root", root)]
    key, certificates = tmp_path / "key.pem", tmp_path / "chain.pem"
    key.write_bytes(own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    certificates.write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in chain))
    return key, certificates


@pytest.mark.parametrize("limits", ["web", "signal"])
@pytest.mark.parametrize("moves", [False, True])
def test_a_manifest_is_read_back(operator: tuple[Path, Path], limits: str, moves: bool) -> None:
    """WEBP, PNG, APNG: whose it is, how it was made; pixels, frames and XMP as they were."""
    picture = encode(moving(6, 300), LIMITS["telegram"]) if moves else png(portrait())
    data = encode(picture, LIMITS[limits])
    signed = Signing(*operator)(data, "mood")
    kind = "image/webp" if limits == "web" else "image/png"
    with Reader(kind, io.BytesIO(signed)) as reader:
        told = json.loads(reader.json())
    manifest = told["manifests"][told["active_manifest"]]
    (action,) = manifest["assertions"][0]["data"]["actions"]
    assert action["digitalSourceType"] == source_of("mood") == mark_in(signed)
    assert manifest["signature_info"]["issuer"] == "Ours"
    # our own root is on nobody's list; all else is well
    assert [one["code"] for one in told["validation_status"]] == ["signingCredential.untrusted"]
    with Image.open(io.BytesIO(data)) as before, Image.open(io.BytesIO(signed)) as after:
        assert after.convert("RGBA").tobytes() == before.convert("RGBA").tobytes()
        assert getattr(after, "n_frames", 1) == getattr(before, "n_frames", 1)


def test_what_is_changed_afterwards_is_found_out(operator: tuple[Path, Path]) -> None:
    """One other byte of the picture, and the manifest says so."""
    signed = bytearray(Signing(*operator)(png(portrait()), "emoji"))
    signed[signed.index(b"IDAT") + 40] ^= 1
    with Reader("image/png", io.BytesIO(bytes(signed))) as reader:
        told = json.loads(reader.json())
    assert "assertion.dataHash.mismatch" in {one["code"] for one in told["validation_status"]}


def test_a_pack_is_signed_throughout(operator: tuple[Path, Path]) -> None:
    """Each picture of a zip carries a manifest of its own."""
    pack = [PackSticker(f"face {n}", png(portrait(noise=n)), "🙂", "emoji") for n in range(2)]
    (file,) = zipped("Us", pack, mark=mark_of(*operator)).files
    with zipfile.ZipFile(io.BytesIO(file.data)) as archive:
        for name in archive.namelist():
            with Reader("image/webp", io.BytesIO(archive.read(name))) as reader:
                assert reader.json()


def test_what_cannot_sign_is_told_of(operator: tuple[Path, Path], tmp_path: Path) -> None:
    """One of two files, one that is missing, or one that is no key: a sentence at the start."""
    key, certificates = operator
    assert mark_of(None, None) is marked
    with pytest.raises(SigningError, match="go together"):
        mark_of(key, None)
    strange = tmp_path / "strange.pem"
    strange.write_bytes(
        ec.generate_private_key(ec.SECP256R1()).private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
    )
    wrong = ((tmp_path / "none", certificates), (certificates, certificates), (key, key))
    for one, other in (*wrong, (strange, certificates)):
        with pytest.raises(SigningError, match="nothing can be signed"):
            mark_of(one, other)
