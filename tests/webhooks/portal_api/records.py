"""Two loans of one borrower on 2026-03-02: one being paid, one paid in full."""

from tests.portfolio_builders import LOAN, PAYMENT, without


def an_installment(number, due_on):
    return {
        "number": number,
        "due_on": due_on,
        "principal": "25000.00",
        "interest": "20000.00",
        "amount": "45300.00",
    }


ACTIVE = LOAN | {
    "loan_id": "L-1",
    "granted_on": "2026-01-10",
    "installments": [
        an_installment(1, "2026-02-10"),
        an_installment(2, "2026-03-10"),
        an_installment(3, "2026-04-10"),
    ],
}
PAID = LOAN | {
    "loan_id": "L-2",
    "granted_on": "2025-12-10",
    "installments": [an_installment(1, "2026-01-10")],
}
LOANS = [ACTIVE, PAID]
PAYMENTS = [
    PAYMENT | {"payment_id": "P-1", "loan_id": "L-1", "paid_on": "2026-02-09"},
    PAYMENT | {"payment_id": "P-2", "loan_id": "L-2", "paid_on": "2026-01-09"},
]
NEW_LOAN = without(PAID, "type") | {"loan_id": "L-9"}
NEW_PAYMENT = {
    "payment_id": "P-9",
    "amount": "45300.00",
    "paid_on": "2026-03-01",
    "method": "cash",
    "reference": "R-9",
}
REVERSAL = {"reversed_on": "2026-02-20", "reason": "bounced"}
