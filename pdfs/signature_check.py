"""Says whether a document is what was signed with one of our keys, byte for byte."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from io import BytesIO

from asn1crypto import parser
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from domain.letter import read_folio

MAGIC = b"%PDF-"
# readers look for the mark in the first kilobyte, and some mail programs put lines before it
MAGIC_WITHIN = 1024
MAX_BYTES = 20 * 1024 * 1024

_HEXADECIMAL = re.compile(rb"<[0-9A-Fa-f]+>")


class NotADocumentError(Exception):
    """The bytes are no PDF at all."""


class SignatureVerdict(StrEnum):
    """What the signature says about the document."""

    GOOD = "good"
    ABSENT = "absent"
    BROKEN = "broken"
    """The signature does not fit the signed bytes: one of the two was changed."""
    ALTERED = "altered"
    """Signed, and then something was added."""
    OTHER_KEY = "other_key"
    """Whole, but signed by somebody else."""
    UNREADABLE = "unreadable"
    """Damaged, cut short, encrypted or larger than any letter could be."""


@dataclass(frozen=True, slots=True)
class SignatureCheck:
    """The verdict, and what the document says of itself: to be believed only if GOOD."""

    verdict: SignatureVerdict
    folio: str | None = None
    signer: str | None = None
    signed_at: datetime | None = None


def check_signature(pdf: bytes, trusted: Collection[bytes]) -> SignatureCheck:
    """
    The verdict on a document from anybody; `trusted` are certificates (DER) of our keys.

    NotADocumentError if it is no PDF. Made-up documents can cost much time and memory: let a
    process of its own, with limits, look at what comes from strangers.
    """
    if MAGIC not in pdf[:MAGIC_WITHIN]:
        raise NotADocumentError
    if len(pdf) > MAX_BYTES:
        return SignatureCheck(SignatureVerdict.UNREADABLE)
    # the parser fails in as many ways as a document can be broken
    try:
        reader = PdfFileReader(BytesIO(pdf))
        folio = _folio(reader)
        is_readable = not reader.encrypted and reader.root is not None
    except Exception:  # noqa: BLE001
        is_readable = False
    if not is_readable:
        return SignatureCheck(SignatureVerdict.UNREADABLE)
    try:
        return _check(pdf, reader, folio, trusted)
    except Exception:  # noqa: BLE001
        return SignatureCheck(SignatureVerdict.BROKEN, folio)


def _check(
    pdf: bytes, reader: PdfFileReader, folio: str | None, trusted: Collection[bytes]
) -> SignatureCheck:
    signatures = reader.embedded_signatures
    if not signatures:
        return SignatureCheck(SignatureVerdict.ABSENT, folio)
    # ours is the first: it certifies the document, and any later one is an addition
    signature = signatures[0]
    return SignatureCheck(
        _verdict(pdf, signature, trusted),
        folio,
        str(signature.signer_cert.subject.native.get("common_name", "")) or None,
        signature.self_reported_timestamp,
    )


def _verdict(
    pdf: bytes, signature: EmbeddedPdfSignature, trusted: Collection[bytes]
) -> SignatureVerdict:
    if not _fits(signature):
        return SignatureVerdict.BROKEN
    if not _covers_all(pdf, signature):
        return SignatureVerdict.ALTERED
    if signature.signer_cert.dump() not in trusted:
        return SignatureVerdict.OTHER_KEY
    return SignatureVerdict.GOOD


def _fits(signature: EmbeddedPdfSignature) -> bool:
    """Whether the embedded certificate's key signed the bytes that the signature names."""
    is_intact, is_valid = validate_sig_integrity(
        signature.signer_info,
        signature.signer_cert,
        expected_content_type="data",
        actual_digest=signature.compute_digest(),
    )
    return is_intact and is_valid


def _covers_all(pdf: bytes, signature: EmbeddedPdfSignature) -> bool:
    """Whether every byte is signed but those of the signature itself, and no other hides there."""
    start, length, resumed_at, rest = map(int, signature.byte_range)
    gap = pdf[length:resumed_at]
    contents = signature.pkcs7_content
    padding = contents[parser.peek(contents) :]
    return (
        start == 0
        and resumed_at + rest == len(pdf)
        and _HEXADECIMAL.fullmatch(gap) is not None
        and bytes.fromhex(gap[1:-1].decode()) == contents
        and not any(padding)
    )


def _folio(reader: PdfFileReader) -> str | None:
    """The folio that the document says it has."""
    try:
        keywords = str(reader.trailer_view["/Info"]["/Keywords"])
    except KeyError:
        return None
    candidates = (read_folio(each) for each in re.split(r"[\s,;]+", keywords[:1000]))
    return next((each for each in candidates if each), None)
