"""The facts of a letter as its country writes them, and its country's sentences about them."""

from datetime import date
from typing import Any
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
from domain.letter_content import AnyLetterContent, BalanceLetterContent
from domain.merchant import PaymentAccount
from pdfs.fonts import printable
from pdfs.formatting_es import amount_in_words, date_in_words, day_in_words
from pdfs.renderer import Metadata


class LetterFacts:
    """One letter's facts in words. Everything that comes from people is made printable first."""

    def __init__(self, content: AnyLetterContent) -> None:
        self.pack = country_pack(content.country)
        self._texts = self.pack.letters.texts
        self.content = _printable(content, self._texts["unprintable"])
        self._facts = self._common()
        if isinstance(self.content, BalanceLetterContent):
            self._facts |= self._balance(self.content)
        else:
            self._facts["paid_off_on"] = format_date(self.content.paid_off_on, self.pack)
            self._facts["paid_off_on_words"] = date_in_words(self.content.paid_off_on, self.pack)

    def say(self, name: str, **more: str) -> Markup:
        """The country's sentence of that name, its facts escaped, the weighty ones in bold."""
        return escape(self._texts[name].strip()).format(**self._facts, **more)

    @property
    def metadata(self) -> Metadata:
        """Nothing personal: a file's properties are shown in lists and search results."""
        content = self.content
        kind = self.pack.letters.kinds[content.kind]
        return Metadata(
            title=f"{self.title} {content.folio}",
            author=content.issuer.legal_name,
            subject=kind.name,
            keywords=content.folio,
            language=self.language,
            created_at=content.issued_local,
        )

    def _common(self) -> dict[str, str]:
        content, pack = self.content, self.pack
        issuer, operation = content.issuer, content.operation
        day = content.issued_on
        zone = ZoneInfo(content.time_zone)
        return {
            "legal_name": _strong(issuer.legal_name),
            "city": issuer.city or "",
            "in_city": self._texts["in_city"].format(city=issuer.city) if issuer.city else "",
            "tax_id": issuer.tax_id or "",
            "reader": content.addressee or self._texts["reader"],
            "holder": _strong(content.holder.name),
            "document": _strong(self.document),
            "issued_on_words": date_in_words(day, pack),
            "day_words": day_in_words(day, pack),
            "cut_off": format_instant(content.issued_at, zone, pack),
            "utc_offset": _offset(content),
            "valid_until": format_date(content.valid_until, pack),
            "installments": str(operation.installments),
            "verify_address": content.verify_url.partition(f"/{content.folio}")[0],
            "complaint_name": pack.complaint_body.name,
            "complaint_url": pack.complaint_body.url,
        }

    def _balance(self, content: BalanceLetterContent) -> dict[str, str]:
        pack, one_day = self.pack, self.pack.words.days[0]
        days = content.days_past_due
        return {
            "total": _strong(self.money(content.total_minor)),
            "total_words": self.words(content.total_minor),
            "days_past_due": one_day if days == 1 else pack.words.days[1].format(count=days),
            "next_due_on": format_date(content.next_due_on, pack) if content.next_due_on else "",
            "next_amount": self.money(content.next_amount_minor),
            "payoff_until": _strong(format_date(content.payoff_until, pack)),
            "increase": self.money(content.increase_per_day_minor),
        }

    @property
    def document(self) -> str:
        holder = self.content.holder
        return format_document(holder.document_type, holder.document_number, self.pack)

    @property
    def code(self) -> str:
        return grouped_code(self.content.code)

    @property
    def language(self) -> str:
        return f"{self.pack.language}-{self.pack.code}"

    @property
    def title(self) -> str:
        return self.pack.letters.kinds[self.content.kind].title

    @property
    def formula(self) -> str:
        return self.pack.letters.formula

    @property
    def paper(self) -> str:
        return self.pack.letters.paper.lower()

    @property
    def loan_type(self) -> str:
        return self.pack.words.loan.capitalize()

    @property
    def currency(self) -> str:
        currency = self.content.operation.currency
        return f"{self.pack.letters.currencies[currency].units.capitalize()} ({currency})"

    @property
    def plan(self) -> str:
        return self.say("plan_single" if self.content.operation.installments == 1 else "plan_count")

    def account_kind(self, account: PaymentAccount) -> str:
        name = self.pack.words.payment_accounts.get(account.kind, account.kind)
        return name[0].upper() + name[1:]

    def money(self, amount_minor: int) -> str:
        """In figures; the sign never parts from its number at the end of a line."""
        amount = format_money(amount_minor, self.content.operation.currency, self.pack)
        return amount.replace(" ", "\N{NO-BREAK SPACE}")

    def words(self, amount_minor: int) -> str:
        return amount_in_words(amount_minor, self.content.operation.currency, self.pack)

    def day(self, day: date) -> str:
        return format_date(day, self.pack)


def _strong(text: str) -> Markup:
    return Markup("<b>{}</b>").format(text)


def _offset(content: AnyLetterContent) -> str:
    """Hours and minutes from UTC: "-03:00"."""
    offset = f"{content.issued_local:%z}"
    return f"{offset[:3]}:{offset[3:]}"


def _printable(content: AnyLetterContent, nothing_left: str) -> AnyLetterContent:
    def clean(value: Any) -> Any:
        if isinstance(value, str):
            return printable(value) or nothing_left
        if isinstance(value, dict):
            return {key: clean(each) for key, each in value.items()}
        return [clean(each) for each in value] if isinstance(value, list | tuple) else value

    return type(content).model_validate(clean(content.model_dump()))
