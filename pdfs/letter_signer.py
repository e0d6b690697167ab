"""How a printed letter is signed. Cheap to import: what signs is loaded in the press alone."""

from dataclasses import dataclass

from domain.country import country_pack
from domain.letter_content import AnyLetterContent
from pdfs.signing_key import SigningKey


@dataclass(frozen=True, slots=True)
class LetterSigner:
    """Signs printed letters with one key; can be pickled into the processes that print them."""

    key: SigningKey

    def __call__(self, pdf: bytes, content: AnyLetterContent) -> bytes:
        """The letter signed as of its issue, naming its title and folio as the reason."""
        from pdfs.signing import sign  # noqa: PLC0415 - takes 20 MB that only printers need

        title = country_pack(content.country).letters.kinds[content.kind].title
        return sign(
            pdf,
            self.key,
            at=content.issued_local,
            reason=f"{title} {content.folio}",
            location=content.issuer.city,
            contact=content.issuer.contact,
        )
