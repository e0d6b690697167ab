"""Builders of portfolio records and files: name only what the test is about."""

import io
import json

MERCHANT = {"type": "merchant", "merchant_id": "M-100", "name": "Casa Norte"}
SALESPERSON = {
    "type": "salesperson",
    "salesperson_id": "S-1",
    "merchant_id": "M-100",
    "name": "Juan Pérez",
    "phone": "5491155550301",
}
BORROWER = {
    "type": "borrower",
    "borrower_id": "B-1",
    "name": "Ramona Díaz",
    "document_type": "DNI",
    "document_number": "28123456",
    "birth_date": "1980-05-02",
    "phone": "5491155550101",
}
INSTALLMENT = {
    "number": 1,
    "due_on": "2026-10-10",
    "principal": "25000.00",
    "interest": "20300.00",
    "amount": "45300.00",
}
LOAN = {
    "type": "loan",
    "loan_id": "L-2026-004821",
    "borrower_id": "B-1",
    "merchant_id": "M-100",
    "currency": "ARS",
    "principal": "300000.00",
    "granted_on": "2026-09-10",
    "purpose": "Heladera",
    "installments": [INSTALLMENT],
    "late_interest_daily_rate": "0.0015",
}
PAYMENT = {
    "type": "payment",
    "payment_id": "P-1",
    "loan_id": "L-2026-004821",
    "amount": "45300.00",
    "paid_on": "2026-10-08",
    "method": "cash",
    "reference": "R-99",
}
REVERSAL = {
    "type": "payment_reversal",
    "payment_id": "P-1",
    "reversed_on": "2026-10-12",
    "reason": "bounced",
}
TRANSACTION = {
    "type": "transaction",
    "transaction_id": "T-1",
    "merchant_id": "M-100",
    "salesperson_id": "S-1",
    "kind": "sale",
    "amount": "15000.00",
    "currency": "ARS",
    "description": "Ventilador",
    "payment_method": "cash",
    "loan_id": None,
    "occurred_at": "2026-11-22T10:15:00-03:00",
    "voided": False,
}
PORTFOLIO = [MERCHANT, SALESPERSON, BORROWER, LOAN, PAYMENT, REVERSAL, TRANSACTION]


def without(record: dict, name: str) -> dict:
    return {key: value for key, value in record.items() if key != name}


def as_bytes(records) -> bytes:
    """JSON Lines; a `bytes` item stands as it is."""
    lines = (
        each if isinstance(each, bytes) else json.dumps(each, ensure_ascii=False).encode()
        for each in records
    )
    return b"".join(line + b"\n" for line in lines)


def as_file(records) -> io.BytesIO:
    return io.BytesIO(as_bytes(records))
