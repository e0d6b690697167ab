"""`fiado letter verify`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from bot.bootstrap import Services, build_services
from bot.commands.shared import checked_settings, data_dir_option, running_mongodb
from bot.services.letter_documents import Finding, by_register, by_signature
from bot.signing_key import own_certificates
from domain.letter import Letter, LetterState
from pdfs.signature_check import MAX_BYTES, NotADocumentError, SignatureCheck
from pdfs.signing_key import SigningKeyError
from pdfs.strangers import check_from_stranger
from storage.errors import StorageError

DOCUMENT = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
REASONS = {
    Finding.UNREADABLE: "the PDF is damaged, cut short, encrypted or larger than any letter",
    Finding.NOT_SIGNED: (
        "it carries no signature; of a scan, check folio and code at {address}/verificar"
    ),
    Finding.CHANGED: "it was changed after it was signed",
    Finding.SIGNED_BY_OTHERS: "it was not signed with a key of ours",
    Finding.NOT_IN_REGISTER: "it is signed with our key, but the register has no such letter",
    Finding.NOT_THE_ISSUED_DOCUMENT: (
        "it is signed with our key, but it is not the document issued under its folio"
    ),
}


class NotALetterFile(click.ClickException):
    """The file is not even a document: bad usage."""

    exit_code = 2


@click.command()
@click.argument("file", type=DOCUMENT)
@data_dir_option
def verify(file: Path) -> None:
    """Say whether the PDF FILE is a letter as it was issued, and its state.

    Exit 0 if it is, whatever its state; 1 if it is not; 2 if it is no PDF.
    """
    settings = checked_settings()
    pdf = read_document(file)
    signature = check_signature_of(file, pdf)
    check = by_signature(signature)
    if check is None:
        with running_mongodb(), readable_errors():
            services = build_services(checked_settings())
            check = by_register(pdf, signature, services.stored_letters)
            if check.letter is not None:
                tell_letter(check.letter, check.finding, services)
                return
    click.echo(f"NOT AUTHENTIC: {REASONS[check.finding]}".format(address=settings.base_url))
    raise click.exceptions.Exit(1)


def read_document(file: Path) -> bytes:
    """Its bytes, at most one more than a letter may have."""
    try:
        with file.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise NotALetterFile(f"{file}: {error.strerror}") from None


def check_signature_of(file: Path, pdf: bytes) -> SignatureCheck:
    try:
        return check_from_stranger(pdf, own_certificates(checked_settings()))
    except NotADocumentError:
        raise NotALetterFile(f"{file} is not a PDF") from None
    except SigningKeyError as error:
        raise click.ClickException(str(error)) from None


@contextmanager
def readable_errors() -> Iterator[None]:
    try:
        yield
    except StorageError:
        raise click.ClickException(
            "MongoDB does not answer, so the register cannot be asked; try again once it does"
        ) from None


def tell_letter(letter: Letter, finding: Finding, services: Services) -> None:
    content, site = letter.content, services.site
    key = "" if finding is Finding.AUTHENTIC else "; signed with an earlier key of ours"
    click.echo(f"AUTHENTIC: issued by {content.issuer.legal_name}, unchanged since{key}")
    lines = {
        "folio": letter.folio,
        "kind": site.pack.letters.kinds[letter.kind].title,
        "state": state(letter, services),
        "issued": f"{content.issued_local:%Y-%m-%d %H:%M} ({content.time_zone})",
        "valid until": letter.valid_until.isoformat(),
    }
    for name, value in lines.items():
        click.echo(f"  {name:12} {value}")


def state(letter: Letter, services: Services) -> str:
    """In words, with since when or by what."""
    today = services.site.local_date(services.clock.now())
    current = letter.state(today)
    if current is LetterState.REVOKED and letter.revoked_at:
        return f"revoked on {services.site.local_date(letter.revoked_at)}"
    if current is LetterState.SUPERSEDED:
        return f"superseded by {letter.superseded_by}"
    return current.value
