"""Builders of loans: name only what the test is about."""

from datetime import date
from decimal import Decimal

from domain.loan import Installment, Loan, Payment, PaymentReversal

DUE_DATES = (date(2026, 1, 10), date(2026, 2, 10), date(2026, 3, 10))


def an_installment(number=1, due_on=DUE_DATES[0], **changes) -> Installment:
    """100.00: 80.00 of principal, 15.00 of interest, 5.00 of other charges."""
    amounts = {"principal_minor": 8000, "interest_minor": 1500, "amount_minor": 10000}
    return Installment(number=number, due_on=due_on, **(amounts | changes))


def a_loan(**changes) -> Loan:
    """240.00 ARS in three instalments of 100.00, due on the 10th of January to March; 1 % a day."""
    defaults = {
        "loan_id": "L-2026-004821",
        "borrower_id": "B-1",
        "merchant_id": "M-100",
        "currency": "ARS",
        "principal_minor": 24000,
        "granted_on": date(2025, 12, 10),
        "purpose": "Heladera",
        "installments": [an_installment(n, day) for n, day in enumerate(DUE_DATES, start=1)],
        "late_interest_daily_rate": Decimal("0.01"),
    }
    return Loan(**(defaults | changes))


def a_payment(amount_minor=10000, paid_on=DUE_DATES[0], reversed_on=None, **changes) -> Payment:
    """One instalment paid in time, in cash."""
    defaults = {"payment_id": "P-1", "loan_id": "L-2026-004821", "method": "cash"}
    fields = defaults | changes
    if reversed_on:
        fields["reversal"] = PaymentReversal(
            payment_id=fields["payment_id"], reversed_on=reversed_on, reason="bounced"
        )
    return Payment(amount_minor=amount_minor, paid_on=paid_on, **fields)
