"""What a stranger with a letter in hand is shown of it: enough to compare, too little to learn."""

from dataclasses import dataclass
from datetime import date

from bot.services.letter_checks import CheckedLetter
from domain.country import (
    country_pack,
    format_date,
    format_money,
    mask_document,
    mask_loan,
    mask_name,
)
from domain.letter_content import AnyLetterContent, BalanceLetterContent


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """A checked letter as its page names it; names, documents and loans are masked."""

    kind: str
    title: str
    folio: str
    state: str
    legal_name: str
    issued_on: str
    valid_until: str
    ended_on: str | None
    holder: str
    document_type: str
    document: str
    loan: str
    loan_word: str
    total: str | None
    """What was owed; None of a loan that is paid."""
    paid_off_on: str | None


def letter_facts(checked: CheckedLetter) -> LetterFacts:
    """The facts that may be told to whoever knows folio and code."""
    content: AnyLetterContent = checked.letter.content
    pack = country_pack(content.country)
    holder, operation = content.holder, content.operation

    def day(value: date) -> str:
        return format_date(value, pack)

    if isinstance(content, BalanceLetterContent):
        total = format_money(content.total_minor, operation.currency, pack)
        paid_off_on = None
    else:
        total, paid_off_on = None, day(content.paid_off_on)
    return LetterFacts(
        kind=content.kind.value,
        title=pack.letters.kinds[content.kind].title,
        folio=content.folio,
        state=checked.state.value,
        legal_name=content.issuer.legal_name,
        issued_on=day(content.issued_on),
        valid_until=day(content.valid_until),
        ended_on=day(checked.ended_on) if checked.ended_on else None,
        holder=mask_name(holder.name),
        document_type=holder.document_type,
        document=mask_document(holder.document_number, pack),
        loan=mask_loan(operation.loan_id),
        loan_word=pack.words.loan,
        total=total,
        paid_off_on=paid_off_on,
    )
