"""The key that letters are signed with: the lender's own, or one made here once."""

import os
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

SELF_MADE_FILE = "letter_signing.p12"
# readers of every age verify it: pdfsig, Okular and old Adobe Readers are unsure of curves
SELF_MADE_BITS = 2048
# wide, because the business clock of a trial may be shifted by years
SELF_MADE_FROM = datetime(2020, 1, 1, tzinfo=UTC)
SELF_MADE_UNTIL = datetime(2050, 1, 1, tzinfo=UTC)
# of a common name, as X.509 has it
MAX_NAME_BYTES = 64

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class SigningKeyError(Exception):
    """There is no key to sign with; the message names the cause and the cure."""


@dataclass(frozen=True)
class SigningKey:
    """A private key with its certificate; can be pickled into another process."""

    certificate: bytes
    """DER."""
    private_key: bytes = field(repr=False)
    """DER, PKCS #8, not encrypted."""
    chain: tuple[bytes, ...] = ()
    """DER certificates that stand between `certificate` and its root."""

    def load(self) -> PrivateKey:
        """Ready to sign. An RSA key is checked anew each time, which takes 30 ms."""
        return cast(PrivateKey, serialization.load_der_private_key(self.private_key, None))

    @property
    def signer(self) -> str:
        """Whom a reader of the document is shown as its signer."""
        return _common_name(x509.load_der_x509_certificate(self.certificate))


def load_signing_key(path: Path, password: str | None, *, now: datetime) -> SigningKey:
    """The key in a PKCS #12 file, valid `now`; SigningKeyError says what is wrong with it."""
    key = read_signing_key(path, password)
    _refuse_unless_valid(path, x509.load_der_x509_certificate(key.certificate), now)
    return key


def read_signing_key(path: Path, password: str | None) -> SigningKey:
    """The key in a PKCS #12 file, whether it may still sign or not."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SigningKeyError(
            f"{path}: {error.strerror}; LETTER_SIGNING_KEY_FILE must name a PKCS #12 file"
            " (.p12, .pfx) that the service may read"
        ) from None
    return _read_pkcs12(path, data, password)


def self_made_key(path: Path, legal_name: str) -> SigningKey:
    """
    The key kept in `path`, made at the first call; every caller gets the same one.

    Its certificate is signed by itself, so a reader shows who signed but cannot vouch for them.
    """
    try:
        if not path.exists():
            _keep(path, _make_pkcs12(legal_name))
        data = path.read_bytes()
    except OSError as error:
        raise SigningKeyError(
            f"{path}: {error.strerror}; the data directory must be writable, or set"
            " LETTER_SIGNING_KEY_FILE"
        ) from None
    try:
        return _read_pkcs12(path, data, None)
    except SigningKeyError:
        raise SigningKeyError(
            f"{path}: is damaged; restore it from a copy, or move it away for a new key to be made"
            " (letters signed with the old one will be told to be another key's)"
        ) from None


def _read_pkcs12(path: Path, data: bytes, password: str | None) -> SigningKey:
    try:
        bundle = pkcs12.load_pkcs12(data, password.encode() if password else None)
    except (ValueError, TypeError) as error:
        # the library words a wrong password in several ways, a broken file in many
        is_password = "password" in str(error).lower()
        cause = (
            "the password does not open it; check LETTER_SIGNING_KEY_PASSWORD"
            if is_password
            else "is not a PKCS #12 file; convert it with: openssl pkcs12 -export"
        )
        raise SigningKeyError(f"{path}: {cause}") from None
    if bundle.key is None or bundle.cert is None:
        raise SigningKeyError(
            f"{path}: holds no private key with its certificate; export both into it"
        )
    if not isinstance(bundle.key, PrivateKey):
        raise SigningKeyError(f"{path}: only RSA and elliptic curve keys can sign; use one of them")
    return SigningKey(
        certificate=_der(bundle.cert.certificate),
        private_key=bundle.key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
        chain=tuple(_der(each.certificate) for each in bundle.additional_certs),
    )


def _refuse_unless_valid(path: Path, certificate: x509.Certificate, now: datetime) -> None:
    if now > certificate.not_valid_after_utc:
        raise SigningKeyError(
            f"{path}: the certificate expired on {certificate.not_valid_after_utc:%Y-%m-%d};"
            " put a renewed one into LETTER_SIGNING_KEY_FILE"
        )
    if now < certificate.not_valid_before_utc:
        raise SigningKeyError(
            f"{path}: the certificate is not valid before"
            f" {certificate.not_valid_before_utc:%Y-%m-%d}; check the machine's clock"
        )


def _make_pkcs12(legal_name: str) -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=SELF_MADE_BITS)
    short = legal_name.encode()[:MAX_NAME_BYTES].decode(errors="ignore")
    oids = (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME)
    name = x509.Name([x509.NameAttribute(oid, short) for oid in oids])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(SELF_MADE_FROM)
        .not_valid_after(SELF_MADE_UNTIL)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_for_signing_documents(), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return pkcs12.serialize_key_and_certificates(
        b"letters", key, certificate, None, serialization.NoEncryption()
    )


def _for_signing_documents() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _keep(path: Path, data: bytes) -> None:
    """Write the file whole and for us alone, unless another process was faster."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.") as file:
        # made with mode 600; a link appears whole or, if there is one already, not at all
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
        try:
            os.link(file.name, path)
        except FileExistsError:
            return


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


def _common_name(certificate: x509.Certificate) -> str:
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else certificate.subject.rfc4514_string()
