"""Signatures: any reader can tell who signed, and any change shows."""

import io
import os
import pickle
import re
import shutil
import subprocess
import sys
import time
import zlib
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from pypdf import PdfReader, PdfWriter

from pdfs.letter_signer import LetterSigner
from pdfs.letters import render_letter
from pdfs.signature_check import (
    MAX_BYTES,
    NotADocumentError,
    SignatureVerdict,
    check_signature,
)
from pdfs.signing import sign
from pdfs.signing_key import (
    SELF_MADE_UNTIL,
    SigningKey,
    SigningKeyError,
    load_signing_key,
    self_made_key,
)
from pdfs.strangers import check_from_stranger
from tests.letter_builders import a_draft

AT = datetime(2026, 2, 5, 13, 15, tzinfo=UTC)
FOLIO = "AR-LS-2026-000123"
NAME = "Fiado Créditos S.A."
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def content():
    return a_draft().content(FOLIO)


@pytest.fixture(scope="module")
def unsigned(content) -> bytes:
    return render_letter(content, logo=None)


@pytest.fixture(scope="module")
def key(tmp_path_factory) -> SigningKey:
    return self_made_key(tmp_path_factory.mktemp("key") / "letter_signing.p12", NAME)


@pytest.fixture(scope="module")
def other_key(tmp_path_factory) -> SigningKey:
    return self_made_key(tmp_path_factory.mktemp("other") / "letter_signing.p12", NAME)


@pytest.fixture(scope="module")
def signed(unsigned, content, key) -> bytes:
    return LetterSigner(key)(unsigned, content)


def verdict(pdf: bytes, key: SigningKey) -> SignatureVerdict:
    return check_signature(pdf, {key.certificate}).verdict


def test_a_signed_letter_is_good_and_names_its_folio_signer_and_hour(signed, key):
    check = check_signature(signed, {key.certificate})
    assert check.verdict is SignatureVerdict.GOOD
    assert (check.folio, check.signer, check.signed_at) == (FOLIO, NAME, AT)


def test_nothing_of_the_letter_is_changed_by_signing(signed, unsigned):
    assert signed.startswith(unsigned)
    before, after = (PdfReader(io.BytesIO(each)) for each in (unsigned, signed))
    assert after.metadata == before.metadata
    assert len(after.pages) == len(before.pages)
    assert after.pages[0].extract_text() == before.pages[0].extract_text()


def test_the_signature_certifies_and_forbids_every_change(signed):
    root = PdfReader(io.BytesIO(signed)).trailer["/Root"]
    signature = root["/Perms"]["/DocMDP"]
    assert signature["/SubFilter"] == "/ETSI.CAdES.detached"
    assert signature["/Reference"][0]["/TransformParams"]["/P"] == 1
    assert signature["/Reason"] == f"Carta de saldo {FOLIO}"
    assert signature["/Location"] == "Ciudad Autónoma de Buenos Aires"
    assert signature["/ContactInfo"] == "cartas@fiado.example"


# --- every way to tamper


def flipped(pdf: bytes, at: int) -> bytes:
    return pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :]


def flip_in_content(pdf: bytes) -> bytes:
    return flipped(pdf, pdf.index(b"stream\n") + 40)


def flip_in_signed_value(pdf: bytes) -> bytes:
    return flipped(pdf, pdf.index(b"/Contents <") + 200)


def flip_in_padding(pdf: bytes) -> bytes:
    return flipped(pdf, pdf.index(b">", pdf.index(b"/Contents <")) - 2)


def move_the_byte_range(pdf: bytes) -> bytes:
    """Sign less: the last ten bytes are left out."""
    found = re.search(rb"/ByteRange \[0 (\d+) (\d+) (\d+)\]", pdf)
    shorter = b"/ByteRange [0 %s %s %d]" % (found[1], found[2], int(found[3]) - 10)
    return pdf.replace(found[0], shorter.ljust(len(found[0])))


def swap_a_keyword(pdf: bytes) -> bytes:
    return pdf.replace(FOLIO.encode(), b"AR-LS-2026-000124")


def swap_the_hour(pdf: bytes) -> bytes:
    at = pdf.index(b"2026", pdf.index(b"/M ("))
    return pdf[:at] + b"2036" + pdf[at + 4 :]


def append_a_comment(pdf: bytes) -> bytes:
    return pdf + b"% seen\n"


def append_an_update(pdf: bytes) -> bytes:
    """As an editor saves: what was signed stays, and another first page comes after it."""
    writer = PdfWriter(io.BytesIO(pdf), incremental=True)
    writer.add_metadata({"/Keywords": "AR-LS-2026-000999"})
    output = io.BytesIO()
    writer.write(output)
    assert output.getvalue().startswith(pdf)
    return output.getvalue()


def pad_a_copied_signature(pdf: bytes) -> bytes:
    """An update whose signature repeats ours, padded until the lengths add up to the whole file."""
    found = re.search(rb"/ByteRange \[0 (\d+) (\d+) (\d+)\]", pdf)
    first, resumed, rest = map(int, found.groups())
    cms = pdf[first + 1 : resumed - 1]
    number = re.search(rb"/DocMDP (\d+) 0 R", pdf)[1]
    startxref = re.findall(rb"startxref\s+(\d+)", pdf)[-1]
    root = re.findall(rb"/Root (\d+ 0 R)", pdf)[-1]
    size = re.findall(rb"/Size (\d+)", pdf)[-1]

    def update(padding: int) -> bytes:
        body = (
            b"\n%s 0 obj\n<</Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached "
            % (number)
        )
        body += b"/ByteRange [0 %d %d %d] " % (first, resumed, rest)
        body += b"/Contents <%s>>>\nendobj\n" % (cms + b"0" * padding)
        table = b"xref\n%s 1\n%010d 00000 n \n" % (number, len(pdf) + 1)
        trailer = b"trailer\n<</Size %s /Root %s /Prev %s>>\nstartxref\n%d\n%%%%EOF\n" % (
            size,
            root,
            startxref,
            len(pdf) + len(body),
        )
        return body + table + trailer

    # the copy stands in for everything that was added, itself included
    overhead = len(update(0)) - len(cms)
    padding = overhead + len(cms) + overhead % 2
    return pdf + update(padding)


def strip_the_signature(pdf: bytes) -> bytes:
    """As a printer driver or a merging tool writes it anew."""
    writer = PdfWriter()
    for each in PdfReader(io.BytesIO(pdf)).pages:
        writer.add_page(each)
    writer.add_metadata({"/Keywords": FOLIO})
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


@pytest.mark.parametrize(
    ("tamper", "expected"),
    [
        pytest.param(flip_in_content, "broken", id="a byte of the content"),
        pytest.param(flip_in_signed_value, "broken", id="a byte of the signature"),
        pytest.param(flip_in_padding, "altered", id="a byte beside the signature"),
        pytest.param(move_the_byte_range, "broken", id="less is signed"),
        pytest.param(swap_a_keyword, "broken", id="another folio in the metadata"),
        pytest.param(swap_the_hour, "broken", id="another hour"),
        pytest.param(append_a_comment, "altered", id="something after the end"),
        pytest.param(append_an_update, "altered", id="an incremental update"),
        pytest.param(pad_a_copied_signature, "altered", id="a padded copy of the signature"),
        pytest.param(strip_the_signature, "absent", id="signature stripped"),
        pytest.param(lambda pdf: pdf[: len(pdf) // 2], "unreadable", id="cut in half"),
    ],
)
def test_every_change_shows(signed, key, tamper, expected):
    tampered = tamper(signed)
    assert tampered != signed
    assert verdict(tampered, key) == expected


def test_no_byte_of_the_document_can_be_changed_unseen(signed, key):
    """The signature's own envelope names versions and algorithms a second time: nobody reads it."""
    envelope = re.search(rb"/Contents *<[0-9A-Fa-f]+>", signed)
    assert envelope
    every = range(0, len(signed), len(signed) // 150)
    document = [at for at in every if at > 1024 and not envelope.start() <= at < envelope.end()]
    assert len(document) > 100
    assert [at for at in document if verdict(flipped(signed, at), key) == "good"] == []


def test_signed_again_by_another_key_it_is_not_ours(unsigned, content, signed, key, other_key):
    imitation = LetterSigner(other_key)(unsigned, content)
    assert verdict(imitation, key) is SignatureVerdict.OTHER_KEY
    assert verdict(imitation, other_key) is SignatureVerdict.GOOD
    assert verdict(sign(strip_the_signature(signed), other_key, at=AT), key) == "other_key"


def test_our_certificate_with_another_key_is_no_signature(unsigned, key, other_key):
    forged = SigningKey(certificate=key.certificate, private_key=other_key.private_key)
    assert verdict(sign(unsigned, forged, at=AT), key) is SignatureVerdict.BROKEN


def test_a_signed_document_is_not_signed_twice(signed, key):
    with pytest.raises(Exception, match=r"[Ss]ign"):
        sign(signed, key, at=AT)


# --- an independent reader


@pytest.fixture
def pdfsig(tmp_path):
    if shutil.which("pdfsig") is None:
        pytest.skip("no pdfsig on this machine (poppler-utils)")

    def run(pdf: bytes) -> str:
        file = tmp_path / "letter.pdf"
        file.write_bytes(pdf)
        command = ["pdfsig", "-nocert", str(file)]
        return subprocess.run(command, capture_output=True, text=True, timeout=30).stdout

    return run


def test_another_reader_agrees(pdfsig, signed):
    told = pdfsig(signed)
    assert "Signature is Valid." in told
    assert "Total document signed" in told
    assert "ETSI.CAdES.detached" in told
    assert NAME in told


@pytest.mark.parametrize(
    ("tamper", "told"),
    [
        pytest.param(flip_in_content, "Digest Mismatch", id="content"),
        pytest.param(append_an_update, "Not total document signed", id="update"),
        pytest.param(strip_the_signature, "", id="stripped"),
    ],
)
def test_another_reader_sees_the_change(pdfsig, signed, tamper, told):
    said = pdfsig(tamper(signed))
    assert told in said
    assert not ("Signature is Valid." in said and "Total document signed" in said)


# --- hostile documents


def encrypted() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt("secret")
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def prev_loop() -> bytes:
    body = b"%PDF-1.7\n1 0 obj\n<</Type /Catalog>>\nendobj\n"
    table = b"xref\n0 2\n0000000000 65535 f \n0000000009 00000 n \n"
    trailer = b"trailer\n<</Size 2 /Root 1 0 R /Prev %d>>\nstartxref\n%d\n%%%%EOF\n"
    return body + table + trailer % (len(body), len(body))


def huge_xref() -> bytes:
    body = b"%PDF-1.7\n"
    table = b"xref\n0 999999999\n0000000000 65535 f \n"
    return body + table + b"trailer\n<</Size 999999999>>\nstartxref\n%d\n%%%%EOF\n" % len(body)


def deflate_bomb() -> bytes:
    """A cross-reference stream that unpacks to half a gigabyte."""
    packed = zlib.compress(bytes(512 * 1024 * 1024), 9)
    head = b"<</Type /XRef /Size 9 /W [1 4 2] /Root 1 0 R /Filter /FlateDecode /Length %d>>"
    stream = b"9 0 obj\n" + head % len(packed) + b"\nstream\n" + packed + b"\nendstream\nendobj\n"
    return b"%PDF-1.7\n" + stream + b"startxref\n9\n%%EOF\n"


def deep_nesting() -> bytes:
    deep = b"[" * 200_000
    return (
        b"%PDF-1.7\n1 0 obj\n" + deep + b"\nendobj\ntrailer\n<</Root 1 0 R>>\nstartxref\n9\n%%EOF"
    )


HOSTILE = {
    "encrypted": encrypted,
    "a header alone": lambda: b"%PDF-1.7\n",
    "a table that repeats itself": prev_loop,
    "a table of a thousand million rows": huge_xref,
    "half a gigabyte unpacked": deflate_bomb,
    "brackets without end": deep_nesting,
    "noise": lambda: b"%PDF-1.7\n" + os.urandom(50_000),
    "too large": lambda: b"%PDF-1.7\n" + bytes(MAX_BYTES),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_documents_are_unreadable_within_limits(key, name):
    check = check_from_stranger(HOSTILE[name](), {key.certificate}, seconds=10)
    assert check.verdict in {SignatureVerdict.UNREADABLE, SignatureVerdict.BROKEN}


def test_what_is_no_pdf_is_told_apart(key):
    for data in (b"", b"hello", b"PK\x03\x04" + bytes(5000), bytes(2000) + b"%PDF-1.7"):
        with pytest.raises(NotADocumentError):
            check_signature(data, {key.certificate})
    with pytest.raises(NotADocumentError):
        check_from_stranger(b"hello", set())


def test_a_check_that_takes_too_long_ends(key):
    rows = b"0000000009 00000 n \n" * 900_000
    slow = b"%%PDF-1.7\nxref\n0 900000\n%strailer\n<</Size 900000>>\nstartxref\n9\n%%%%EOF\n" % rows
    started = time.monotonic()
    check = check_from_stranger(slow, {key.certificate}, seconds=0.2)
    assert check.verdict is SignatureVerdict.UNREADABLE
    assert time.monotonic() - started < 15


# --- the key


def a_certificate(key, *, begins=AT - timedelta(days=1), ends=AT + timedelta(days=365)):
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Prestamista S.A.")])
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .sign(key, algorithm)
    )


def pkcs12_file(path, private, certificate, password=None, chain=None):
    encryption = (
        serialization.BestAvailableEncryption(password.encode())
        if password
        else serialization.NoEncryption()
    )
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(b"x", private, certificate, chain, encryption)
    )
    return path


@pytest.mark.parametrize(
    "private",
    [
        pytest.param(rsa.generate_private_key(65537, 2048), id="RSA"),
        pytest.param(ec.generate_private_key(ec.SECP256R1()), id="P-256"),
    ],
)
@pytest.mark.parametrize("password", [None, "contraseña"], ids=["open", "with a password"])
def test_the_lenders_own_key_signs(tmp_path, unsigned, pdfsig, private, password):
    issuer = rsa.generate_private_key(65537, 2048)
    file = pkcs12_file(
        tmp_path / "own.p12", private, a_certificate(private), password, [a_certificate(issuer)]
    )
    own = load_signing_key(file, password, now=AT)
    assert own.signer == "Prestamista S.A."
    assert len(own.chain) == 1
    signed = sign(unsigned, own, at=AT)
    assert verdict(signed, own) is SignatureVerdict.GOOD
    assert "Signature is Valid." in pdfsig(signed)


def wrong_password(path):
    private = ec.generate_private_key(ec.SECP256R1())
    return pkcs12_file(path, private, a_certificate(private), "right")


def expired(path):
    private = ec.generate_private_key(ec.SECP256R1())
    ended = a_certificate(private, begins=AT - timedelta(days=9), ends=AT - timedelta(days=2))
    return pkcs12_file(path, private, ended)


def not_yet(path):
    private = ec.generate_private_key(ec.SECP256R1())
    return pkcs12_file(path, private, a_certificate(private, begins=AT + timedelta(days=2)))


def without_key(path):
    private = ec.generate_private_key(ec.SECP256R1())
    return pkcs12_file(path, None, None, chain=[a_certificate(private)])


def of_another_kind(path):
    private = ed25519.Ed25519PrivateKey.generate()
    return pkcs12_file(path, private, a_certificate(private))


def no_pkcs12(path):
    path.write_bytes(b"-----BEGIN CERTIFICATE-----")
    return path


@pytest.mark.parametrize(
    ("make", "cause", "cure"),
    [
        pytest.param(lambda path: path, "No such file", "LETTER_SIGNING_KEY_FILE", id="missing"),
        pytest.param(lambda path: path.parent, "directory", "PKCS #12", id="a folder"),
        pytest.param(wrong_password, "password", "LETTER_SIGNING_KEY_PASSWORD", id="password"),
        pytest.param(no_pkcs12, "not a PKCS #12 file", "openssl", id="another format"),
        pytest.param(expired, "expired on 2026-02-03", "renewed", id="expired"),
        pytest.param(not_yet, "not valid before 2026-02-07", "clock", id="not yet valid"),
        pytest.param(without_key, "no private key", "export both", id="without the key"),
        pytest.param(of_another_kind, "only RSA", "use one", id="a key of another kind"),
    ],
)
def test_an_unusable_key_names_cause_and_cure(tmp_path, make, cause, cure):
    file = make(tmp_path / "own.p12")
    with pytest.raises(SigningKeyError) as refusal:
        load_signing_key(file, "wrong" if make is wrong_password else None, now=AT)
    message = str(refusal.value)
    assert str(file) in message
    assert cause in message
    assert cure in message
    assert "\n" not in message


def test_a_private_key_is_never_printed(key):
    assert "private_key" not in repr(key)


def test_the_self_made_key_is_for_us_alone_and_stays(tmp_path):
    file = tmp_path / "var" / "letter_signing.p12"
    first = self_made_key(file, NAME)
    assert file.stat().st_mode & 0o777 == 0o600
    assert self_made_key(file, "Another name") == first
    assert [each.name for each in file.parent.iterdir()] == [file.name]


def test_its_certificate_covers_shifted_clocks(key):
    certificate = x509.load_der_x509_certificate(key.certificate)
    assert certificate.not_valid_before_utc <= datetime(2020, 1, 1, tzinfo=UTC)
    assert certificate.not_valid_after_utc == SELF_MADE_UNTIL


def test_a_long_name_fits(tmp_path):
    name = "Cooperativa de Crédito, Vivienda y Consumo " * 4
    assert self_made_key(tmp_path / "key.p12", name).signer == name.encode()[:64].decode(
        errors="ignore"
    )


def test_a_damaged_one_is_told_and_not_replaced(tmp_path):
    file = tmp_path / "letter_signing.p12"
    file.write_bytes(b"half a key")
    with pytest.raises(SigningKeyError, match="damaged; restore it"):
        self_made_key(file, NAME)
    assert file.read_bytes() == b"half a key"


def test_a_data_directory_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(SigningKeyError, match="data directory must be writable"):
        self_made_key(tmp_path / "file" / "letter_signing.p12", NAME)


def sign_in_child(key, pdf, content):
    return LetterSigner(key)(pdf, content)


def test_processes_that_start_together_end_with_one_key(tmp_path):
    program = (
        "import sys; from pathlib import Path; from pdfs.signing_key import self_made_key;"
        "print(self_made_key(Path(sys.argv[1]), 'x').certificate.hex())"
    )
    file = tmp_path / "letter_signing.p12"
    command = [sys.executable, "-c", program, str(file)]
    together = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) for _ in range(6)]
    certificates = {each.communicate(timeout=60)[0] for each in together}
    assert len(certificates) == 1
    assert b"" not in certificates
    assert [each.name for each in tmp_path.iterdir()] == [file.name]


def test_a_signer_works_in_another_process(key, unsigned, content):
    assert pickle.loads(pickle.dumps(LetterSigner(key))) == LetterSigner(key)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        signed = pool.submit(sign_in_child, key, unsigned, content).result()
    assert verdict(signed, key) is SignatureVerdict.GOOD
