"""From a loan as it stands to what its letter says. No wording here: see pdfs and the packs."""

from dataclasses import dataclass
from datetime import date, datetime

from domain.borrower import Borrower
from domain.letter_content import (
    AnyLetterContent,
    BalanceFigures,
    BalanceLetterContent,
    Holder,
    Issuer,
    LetterContent,
    LetterKind,
    NoDebtLetterContent,
    Operation,
)
from domain.letter_rules import LetterTerms, valid_until
from domain.loan_position import InstallmentState, LoanHistory, LoanPosition
from domain.merchant import Merchant, PaymentAccount


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What a site puts on all its letters."""

    country: str
    time_zone: str
    issuer: Issuer
    payment_accounts: tuple[PaymentAccount, ...]
    terms: LetterTerms
    verify_url: str
    """Where a letter is checked; `{folio}` and `{code}` are filled in."""


@dataclass(frozen=True, slots=True)
class LetterDraft:
    """Everything a letter will say but its number."""

    kind: LetterKind
    code: str
    addressee: str | None
    issued_at: datetime
    head: Letterhead
    history: LoanHistory
    position: LoanPosition
    borrower: Borrower
    merchant: Merchant

    def content(self, folio: str) -> AnyLetterContent:
        """The letter under this number. Its kind must be available: see `letter_rules`."""
        common = self._common(folio)
        if self.kind is LetterKind.BALANCE:
            return self._balance(common)
        return self._no_debt(common)

    def _common(self, folio: str) -> LetterContent:
        loan, head = self.history.loan, self.head
        return LetterContent(
            folio=folio,
            code=self.code,
            verify_url=head.verify_url.format(folio=folio, code=self.code),
            country=head.country,
            time_zone=head.time_zone,
            issued_at=self.issued_at,
            valid_until=valid_until(self.kind, self.position, head.terms),
            issuer=head.issuer,
            addressee=self.addressee,
            holder=Holder(
                name=self.borrower.name,
                document_type=self.borrower.document_type,
                document_number=self.borrower.document_number,
            ),
            operation=Operation(
                loan_id=loan.loan_id,
                merchant_name=self.merchant.name,
                purpose=loan.purpose,
                granted_on=loan.granted_on,
                principal_minor=loan.principal_minor,
                currency=loan.currency,
                installments=len(loan.installments),
            ),
        )

    def _balance(self, common: LetterContent) -> BalanceLetterContent:
        position = self.position
        counted = [each for each in self.history.payments if each.counts_on(position.as_of)]
        return BalanceLetterContent(
            **dict(common),
            **dict(balance_figures(position, common.valid_until)),
            payment_accounts=self.head.payment_accounts,
            counted_payment_ids=tuple(sorted(each.payment_id for each in counted)),
        )

    def _no_debt(self, common: LetterContent) -> NoDebtLetterContent:
        settling = self.history.settling_payment(self.position.as_of)
        if settling is None:
            raise ValueError(f"loan {self.history.loan.loan_id} is not paid in full")
        return NoDebtLetterContent(
            **dict(common),
            paid_off_on=settling.paid_on,
            last_payment_reference=settling.name,
            settling_payment_id=settling.payment_id,
        )


def balance_figures(position: LoanPosition, until: date) -> BalanceFigures:
    """What a balance letter says of a loan that is not paid in full; payoff good until a day."""
    balance, payoff = position.balance, position.payoff(until)
    overdue = sum(each.state is InstallmentState.OVERDUE for each in position.installments)
    upcoming = position.next_installment
    return BalanceFigures(
        days_past_due=position.days_past_due,
        installments_paid=position.installments_paid,
        installments_overdue=overdue,
        installments_to_come=len(position.installments) - position.installments_paid - overdue,
        next_due_on=upcoming.installment.due_on if upcoming else None,
        next_amount_minor=upcoming.unpaid_minor if upcoming else 0,
        principal_minor=balance.principal_minor,
        interest_minor=balance.interest_minor,
        charges_minor=balance.charges_minor,
        late_interest_minor=balance.late_interest_minor,
        total_minor=balance.total_minor,
        payoff_minor=payoff.amount_minor,
        payoff_until=payoff.on,
        increase_per_day_minor=payoff.increase_per_day_minor,
    )
