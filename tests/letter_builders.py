"""Builders of letters: name only what the test is about."""

from datetime import UTC, datetime

from domain.borrower import Borrower
from domain.letter import Letter
from domain.letter_content import Issuer, LetterKind
from domain.letter_rules import LetterTerms
from domain.letter_writing import LetterDraft, Letterhead
from domain.loan_position import LoanHistory
from domain.merchant import Merchant, PaymentAccount
from tests.loan_builders import DUE_DATES, a_loan, a_payment

# 10:15 in Buenos Aires, five days before the second instalment of `a_loan` is due
ISSUED_AT = datetime(2026, 2, 5, 13, 15, tzinfo=UTC)
CODE = "ABCDEFGH23456789"

TERMS = LetterTerms(
    valid_days={LetterKind.BALANCE: 10, LetterKind.NO_DEBT: 30}, clearing_days={"cheque": 3}
)
HEAD = Letterhead(
    country="AR",
    time_zone="America/Argentina/Buenos_Aires",
    issuer=Issuer(
        legal_name="Fiado Créditos S.A.",
        trade_name="Fiado",
        tax_id="30-71555019-5",
        address="Av. Corrientes 1234, piso 5",
        city="Ciudad Autónoma de Buenos Aires",
        contact="cartas@fiado.example",
        signatory_name="Lucía Benítez",
        signatory_position="Responsable de Atención al Cliente",
    ),
    payment_accounts=(
        PaymentAccount(kind="cbu", number="0110599540000001234563", holder="Fiado Créditos S.A."),
    ),
    terms=TERMS,
    verify_url="https://fiado.example/verificar/{folio}?c={code}",
)
PAID = tuple(
    a_payment(10000, day, payment_id=f"P-{number}", reference=f"R-{number}")
    for number, day in enumerate(DUE_DATES, start=1)
)
FIRST_PAID = PAID[:1]


def a_history(payments=FIRST_PAID, **loan) -> LoanHistory:
    """The loan of `a_loan` with its first instalment paid."""
    return LoanHistory(a_loan(**loan), payments)


def a_draft(
    kind=LetterKind.BALANCE, payments=FIRST_PAID, issued_at=ISSUED_AT, **changes
) -> LetterDraft:
    """A letter about the loan of `a_loan`, to nobody in particular."""
    history = a_history(payments)
    defaults = {
        "code": CODE,
        "addressee": None,
        "head": HEAD,
        "history": history,
        "position": history.position(issued_at.date()),
        "borrower": Borrower(
            borrower_id="B-1",
            name="Ramona Díaz",
            document_type="DNI",
            document_number="28123456",
        ),
        "merchant": Merchant(merchant_id="M-100", name="Casa Norte"),
    }
    return LetterDraft(kind=kind, issued_at=issued_at, **(defaults | changes))


def a_no_debt_draft(**changes) -> LetterDraft:
    """A letter about the same loan once all three instalments are paid."""
    after = datetime(2026, 3, 11, 13, 15, tzinfo=UTC)
    return a_draft(LetterKind.NO_DEBT, PAID, **({"issued_at": after} | changes))


def a_letter(draft: LetterDraft | None = None, **changes) -> Letter:
    """The balance letter of `a_draft` as issued, or another draft's letter."""
    draft = draft or a_draft()
    content = draft.content("AR-LS-2026-000123")
    fields = {
        "folio": content.folio,
        "kind": draft.kind,
        "loan_id": draft.history.loan.loan_id,
        "borrower_id": draft.history.loan.borrower_id,
        "merchant_id": draft.history.loan.merchant_id,
        "code": content.code,
        "content": content,
        "issued_at": content.issued_at,
        "valid_until": content.valid_until,
    }
    return Letter(**(fields | changes))
