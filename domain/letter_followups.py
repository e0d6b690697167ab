"""What follows for letters from what happened to a loan: which end, which are offered."""

from datetime import date, timedelta
from enum import StrEnum

from domain.letter import Letter
from domain.letter_content import BalanceLetterContent, LetterKind, NoDebtLetterContent
from domain.letter_rules import LetterNotAvailable, LetterTerms, refuse_unless_available
from domain.letter_writing import balance_figures
from domain.loan import Payment
from domain.loan_position import LoanHistory

OFFERED_FOR = timedelta(days=7)


class RevocationReason(StrEnum):
    """Why the service takes a letter back by itself; agents give reasons in their own words."""

    CANCELLED = "cancelled"
    STILL_OWED = "still_owed"
    PAYMENT_REVERSED = "payment_reversed"
    FIGURES_CHANGED = "figures_changed"
    BORROWER_CHANGED = "borrower_changed"


def broken_by(letter: Letter, history: LoanHistory, today: date) -> RevocationReason | None:
    """
    Why the issued letter holds no longer; None while it does.

    A loan that turns out to be another borrower's breaks all its letters. A corrected name or
    document of the same borrower does not: whoever needs it on paper asks for a new letter.

    A balance letter tells figures of its own day, so that paying does not break it. It is broken
    while it may be presented once they follow no more from the loan and the payments that were
    counted: one of these was reversed, or what is on record of them was corrected. A no-debt
    letter is broken once something is owed, or will be when a reversal known today takes effect,
    and once a reversal makes untrue by which payment, or since when, all was paid; a payment that
    has yet to clear, or an open request, may still end well.
    """
    if letter.borrower_id != history.loan.borrower_id:
        return RevocationReason.BORROWER_CHANGED
    if history.position(today).is_cancelled:
        return RevocationReason.CANCELLED
    if isinstance(letter.content, NoDebtLetterContent):
        return _no_debt_broken_by(letter.content, history, today)
    is_over = letter.valid_until < today
    return None if is_over else _balance_broken_by(letter.content, history)


def _balance_broken_by(
    content: BalanceLetterContent, history: LoanHistory
) -> RevocationReason | None:
    counted = [each for each in history.payments if _is_counted(each, content)]
    if any(each.reversal for each in counted):
        return RevocationReason.PAYMENT_REVERSED
    if content.counted_payment_ids is None:
        # what was paid before and told after it cannot be told apart from what was counted
        return None
    position = LoanHistory(history.loan, counted).position(content.issued_on)
    is_owed = position.unpaid_minor > 0
    if is_owed and balance_figures(position, content.payoff_until) == content.figures:
        return None
    return RevocationReason.FIGURES_CHANGED


def _is_counted(payment: Payment, content: BalanceLetterContent) -> bool:
    if content.counted_payment_ids is None:
        return payment.counts_on(content.issued_on)
    return payment.payment_id in content.counted_payment_ids


def _no_debt_broken_by(
    content: NoDebtLetterContent, history: LoanHistory, today: date
) -> RevocationReason | None:
    paid_off_on = history.standing.position(today).paid_off_on
    was_reversed = any(each.reversal for each in history.payments)
    if paid_off_on is None:
        return RevocationReason.PAYMENT_REVERSED if was_reversed else RevocationReason.STILL_OWED
    settling = [each for each in history.payments if _is_settling(each, content)]
    is_settling_gone = bool(settling) and all(each.reversal for each in settling)
    if is_settling_gone or (was_reversed and paid_off_on > content.paid_off_on):
        return RevocationReason.PAYMENT_REVERSED
    return None


def _is_settling(payment: Payment, content: NoDebtLetterContent) -> bool:
    """Whether the letter says that this payment settled the loan, or one of the same name did."""
    if content.settling_payment_id is None:
        return payment.name == content.last_payment_reference
    return payment.payment_id == content.settling_payment_id


def payment_to_offer_for(history: LoanHistory, today: date, terms: LetterTerms) -> Payment | None:
    """
    The payment that settled the loan, if the no-debt letter came to be available this last week.

    It is available from the day on which all payments have cleared.
    """
    position = history.position(today)
    try:
        refuse_unless_available(LetterKind.NO_DEBT, history, position, terms)
    except LetterNotAvailable:
        return None
    settling = history.settling_payment(today)
    if settling is None:
        return None
    cleared_on = [terms.cleared_on(each) for each in history.payments if each.counts_on(today)]
    is_fresh = today - max(settling.paid_on, *cleared_on) < OFFERED_FOR
    return settling if is_fresh else None


def next_change_on(history: LoanHistory, today: date, terms: LetterTerms) -> date | None:
    """The first day after `today` on which something known already takes effect by itself."""
    days = {each.reversal.reversed_on for each in history.payments if each.reversal}
    for payment in history.payments:
        days |= {payment.paid_on, terms.cleared_on(payment)}
    if history.loan.cancelled_on is not None:
        days.add(history.loan.cancelled_on)
    return min((day for day in days if day > today), default=None)
