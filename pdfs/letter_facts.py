"""The facts of a letter as its country writes them, and its country's sentences about them."""

from datetime import date
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from domain.country import (
    country_pack,
    format_date,
    format_document,
    format_instant,
    format_money,
)
from domain.letter import grouped_code
from domain.letter_content import LetterContent, LetterKind
from pdfs.fonts import printable
from pdfs.formatting_es import amount_in_words, date_in_words, day_in_words
from pdfs.metadata import Metadata

Content = TypeVar("Content", bound=LetterContent)

Row = tuple[str, str]
"""A label and what stands beside it."""

NOTHING = "—"


class LetterFacts(Generic[Content]):
    """What all kinds of letters say. Everything that comes from people is made printable first."""

    kind: LetterKind

    def __init__(self, content: Content) -> None:
        self.pack = country_pack(content.country)
        self._texts = self.pack.letters.texts
        self.content = _printable(content, self._texts["unprintable"])
        self._facts = self._common() | self._own()

    def say(self, name: str, **more: str) -> Markup:
        """The country's sentence of that name, its facts escaped, the weighty ones in bold."""
        return escape(self._texts[name].strip()).format(**self._facts, **more)

    @property
    def metadata(self) -> Metadata:
        """Nothing personal: a file's properties are shown in lists and search results."""
        return Metadata(
            title=f"{self.title} {self.content.folio}",
            author=self.content.issuer.legal_name,
            subject=self.pack.letters.kinds[self.kind].name,
            keywords=self.content.folio,
            language=self.language,
            created_at=self.content.issued_local,
        )

    @property
    def language(self) -> str:
        return f"{self.pack.language}-{self.pack.code}"

    @property
    def paper(self) -> str:
        return self.pack.letters.paper.lower()

    @property
    def title(self) -> str:
        return self.pack.letters.kinds[self.kind].title

    @property
    def formula(self) -> str:
        return self.pack.letters.formula

    @property
    def code(self) -> str:
        return grouped_code(self.content.code)

    @property
    def operation(self) -> list[tuple[Row, Row]]:
        """What the letter is about, two facts a line."""
        operation, say = self.content.operation, self.say
        currency = operation.currency
        units = self.pack.letters.currencies[currency].units
        plan = "plan_single" if operation.installments == 1 else "plan_count"
        left = [
            (say("loan_id"), operation.loan_id),
            (say("loan_type"), say("loan_type_name")),
            (say("merchant"), operation.merchant_name),
            (say("purpose"), operation.purpose or NOTHING),
        ]
        right = [
            (say("granted_on"), self.day(operation.granted_on)),
            (say("principal"), self.money(operation.principal_minor)),
            (say("currency"), f"{units.capitalize()} ({currency})"),
            (say("plan"), say(plan)),
        ]
        return list(zip(left, right, strict=True))

    def money(self, amount_minor: int) -> str:
        """In figures; the sign never parts from its number at the end of a line."""
        amount = format_money(amount_minor, self.content.operation.currency, self.pack)
        return amount.replace(" ", "\N{NO-BREAK SPACE}")

    def words(self, amount_minor: int) -> str:
        return amount_in_words(amount_minor, self.content.operation.currency, self.pack)

    def day(self, day: date) -> str:
        return format_date(day, self.pack)

    def day_in_words(self, day: date) -> str:
        return date_in_words(day, self.pack)

    def _own(self) -> dict[str, str]:
        """What only sentences of this kind of letter speak of."""
        return {}

    def _common(self) -> dict[str, str]:
        content, pack, texts = self.content, self.pack, self._texts
        issuer, holder, operation = content.issuer, content.holder, content.operation
        document = format_document(holder.document_type, holder.document_number, pack)
        zone = ZoneInfo(content.time_zone)
        return {
            "legal_name": strong(issuer.legal_name),
            "city": issuer.city or "",
            "in_city": texts["in_city"].format(city=issuer.city) if issuer.city else "",
            "tax_id": issuer.tax_id or "",
            "reader": content.addressee or texts["reader"],
            "holder": strong(holder.name),
            "document": strong(document),
            "issued_on_words": self.day_in_words(content.issued_on),
            "day_words": day_in_words(content.issued_on, pack),
            "cut_off": format_instant(content.issued_at, zone, pack),
            "utc_offset": _utc_offset(content),
            "valid_until": self.day(content.valid_until),
            "loan_id": operation.loan_id,
            "installments": str(operation.installments),
            "verify_address": content.verify_url.partition(f"/{content.folio}")[0],
            "complaint_name": pack.complaint_body.name,
            "complaint_url": pack.complaint_body.url,
        }


def strong(text: str) -> Markup:
    return Markup("<b>{}</b>").format(text)


def _utc_offset(content: LetterContent) -> str:
    """Hours and minutes: "-03:00"."""
    offset = f"{content.issued_local:%z}"
    return f"{offset[:3]}:{offset[3:]}"


def _printable(content: Content, nothing_left: str) -> Content:
    def clean(value: Any) -> Any:
        if isinstance(value, str):
            return printable(value) or nothing_left
        if isinstance(value, dict):
            return {key: clean(each) for key, each in value.items()}
        return [clean(each) for each in value] if isinstance(value, list | tuple) else value

    return type(content).model_validate(clean(content.model_dump()))
