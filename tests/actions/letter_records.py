"""A loan of B-1's, the draft of its letter, and the records that settle it."""

from datetime import date

from tests.loan_builders import a_payment

LOAN = "L-2026-004821"
DRAFT = {"letter_kind": "balance", "letter_loan_id": LOAN, "letter_addressee": "UBA"}
GONE = {"letter_kind": None, "letter_loan_id": None, "letter_addressee": None}
ALL_PAID = [a_payment(), a_payment(20600, date(2026, 2, 16), payment_id="P-2")]
