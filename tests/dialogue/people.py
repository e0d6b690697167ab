"""People to be in a chat: what is on file about them, told as import records."""

from datetime import date
from itertools import count

from domain.days import add_months
from tests.running_service import Phone, Record, RunningService

CBU = {
    "kind": "cbu",
    "number": "0170099220000067797370",
    "holder": "Casa Norte SRL",
    "bank": "BBVA",
}
DOCUMENT = "28123456"
LAST4 = "3456"

_ids = count(1)


def a_merchant(name="Casa Norte", **changes) -> Record:
    merchant_id = f"M-{next(_ids)}"
    defaults = {"merchant_id": merchant_id, "name": name, "payment_accounts": [CBU]}
    return {"type": "merchant"} | defaults | changes


def a_borrower(phone: Phone, document=DOCUMENT, **changes) -> Record:
    defaults = {
        "borrower_id": f"B-{next(_ids)}",
        "name": "Ramona Díaz",
        "document_type": "DNI",
        "document_number": document,
        "phone": phone.number,
    }
    return {"type": "borrower"} | defaults | changes


def a_salesperson(phone: Phone, merchant: Record) -> Record:
    person = {"salesperson_id": f"S-{next(_ids)}", "name": "Juan Pérez", "phone": phone.number}
    return {"type": "salesperson", "merchant_id": merchant["merchant_id"]} | person


def a_loan(
    borrower: Record, merchant: Record, *, first_due_on=date(2025, 11, 20), count=12, **changes
) -> Record:
    """Monthly instalments of 45300.00 (25000.00 of principal, 20300.00 of interest)."""
    number = next(_ids)
    amounts = {"principal": "25000.00", "interest": "20300.00", "amount": "45300.00"}
    installments = [
        {"number": n + 1, "due_on": add_months(first_due_on, n).isoformat()} | amounts
        for n in range(count)
    ]
    defaults = {
        "loan_id": f"L-2026-{number:06}",
        "borrower_id": borrower["borrower_id"],
        "merchant_id": merchant["merchant_id"],
        "currency": "ARS",
        "principal": f"{25000 * count}.00",
        "granted_on": add_months(first_due_on, -1).isoformat(),
        "purpose": "Heladera",
        "installments": installments,
        "late_interest_daily_rate": "0.0015",
    }
    return {"type": "loan"} | defaults | changes


def payments(loan: Record, paid: int, *, on: str | None = None) -> list[Record]:
    """The first `paid` instalments, each on its due date or all on the day `on`."""
    return [
        {
            "type": "payment",
            "payment_id": f"P-{next(_ids)}",
            "loan_id": loan["loan_id"],
            "amount": each["amount"],
            "paid_on": on or each["due_on"],
            "method": "cash",
        }
        for each in loan["installments"][:paid]
    ]


def last4(loan: Record) -> str:
    return loan["loan_id"][-4:]


def borrowing(
    service: RunningService, phone: Phone, *, paid=4, document=DOCUMENT, **loan_changes
) -> Record:
    """Put a borrower with one loan of Casa Norte's on file; the loan's record."""
    merchant = a_merchant()
    borrower = a_borrower(phone, document)
    loan = a_loan(borrower, merchant, **loan_changes)
    service.load(merchant, borrower, loan, *payments(loan, paid))
    return loan
