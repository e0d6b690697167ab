"""What a country decides about letters: names, numbering, validity, paper, and every sentence."""

from enum import StrEnum

from pydantic import Field

from domain.bureau_report import ReportTerm
from domain.fields import DomainModel
from domain.letter_content import LetterKind
from domain.letter_rules import LetterTerms
from domain.money import Currency
from domain.text import fold


class Paper(StrEnum):
    A4 = "A4"
    LETTER = "letter"


class CurrencyWords(DomainModel):
    """How an amount of a currency is spoken."""

    unit: str
    units: str


class LetterKindRules(DomainModel):
    """One kind of letter in one country."""

    name: str = Field(description="what people call it, in the middle of a sentence")
    title: str = Field(description="what stands above the letter")
    folio_code: str = Field(pattern="^[A-Z]{2}$")
    file_stem: str = Field(pattern="^[a-z-]+$")
    valid_days: int = Field(ge=1, le=365)


class LetterRules(DomainModel):
    """All letters of one country."""

    paper: Paper
    formula: str = Field(description="the addressee where no institution is named")
    kinds: dict[LetterKind, LetterKindRules]
    currencies: dict[Currency, CurrencyWords]
    texts: dict[str, str] = Field(
        description="labels and sentences by name, filled with the facts that stand in braces"
    )
    clearing_days: dict[str, int] = Field(
        {}, description="days until a payment is final, by method; others are final at once"
    )
    bureau_report: ReportTerm

    @property
    def terms(self) -> LetterTerms:
        return LetterTerms(
            valid_days={kind: each.valid_days for kind, each in self.kinds.items()},
            clearing_days={fold(method): days for method, days in self.clearing_days.items()},
        )

    def file_name(self, kind: LetterKind, folio: str) -> str:
        """A name that says what it is: "libre-deuda_AR-LD-2026-000123.pdf"."""
        return f"{self.kinds[kind].file_stem}_{folio}.pdf"
