"""A person who took loans."""

from datetime import date

from domain.fields import DomainModel, Identifier, ShortText, last4
from domain.phone import Phone


class Borrower(DomainModel):
    """As on the document of identity. Several borrowers may share one phone."""

    borrower_id: Identifier
    name: ShortText
    document_type: ShortText
    document_number: ShortText
    birth_date: date | None = None
    phone: Phone | None = None

    @property
    def document_last4(self) -> str:
        """Last four digits of the document: what the person is asked for."""
        return last4(self.document_number)
