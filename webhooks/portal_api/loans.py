"""Loans and their payments: read, and kept up to date by the systems that know."""

from datetime import date
from typing import Literal

from pydantic import Field

from bot.services.loan_accounts import LoanAccount
from bot.services.portfolio import PaymentConflict, PaymentNotFoundError
from domain.fields import Identifier
from storage.portfolio_records import LoanRecord, PaymentRecord, PaymentReversalRecord
from webhooks.portal_api.answers import LoanAnswer, LoanPage, PaymentAnswer
from webhooks.portal_api.authentication import READERS, WRITERS
from webhooks.portal_api.endpoints import Answer, Call, Endpoints
from webhooks.portal_api.loan_views import loan_answer, payment_answer
from webhooks.portal_api.paging import PageQuery, bad_cursor, cursor_at
from webhooks.portal_api.problems import ApiProblem, invalid_field, not_found

IN_THE_PATH = "in the path already; if given, the same"

endpoints = Endpoints("Loans")


class LoanBody(LoanRecord):
    """A loan's terms, as in the import."""

    type: Literal["loan"] = "loan"
    loan_id: Identifier | None = Field(None, description=IN_THE_PATH)  # type: ignore[assignment]


class PaymentBody(PaymentRecord):
    """A payment, as in the import."""

    type: Literal["payment"] = "payment"
    loan_id: Identifier | None = Field(None, description=IN_THE_PATH)  # type: ignore[assignment]


class ReversalBody(PaymentReversalRecord):
    """A payment turned out not to be one, as in the import."""

    type: Literal["payment_reversal"] = "payment_reversal"
    payment_id: Identifier | None = Field(None, description=IN_THE_PATH)  # type: ignore[assignment]


@endpoints.add(
    "GET",
    "/loans/<loan_id>",
    scopes=READERS,
    answers={200: LoanAnswer},
    refusals={404: "There is no such loan"},
)
def get_loan(call: Call, loan_id: str) -> Answer:
    """A loan's terms, and where it stands now."""
    return Answer(loan_answer(_account(call, loan_id)))


@endpoints.add(
    "GET",
    "/borrowers/<borrower_id>/loans",
    scopes=READERS,
    answers={200: LoanPage},
    refusals={404: "There is no such borrower"},
    query=PageQuery,
)
def list_loans_of_borrower(call: Call, borrower_id: str, query: PageQuery) -> Answer:
    """The borrower's loans, oldest first."""
    after = _place(query)
    if not call.services.portfolio.has_borrower(borrower_id):
        raise not_found("borrower")
    found = call.services.loan_accounts.page_of(borrower_id, after=after, limit=query.limit + 1)
    items = [loan_answer(each) for each in found[: query.limit]]
    last = items[-1] if len(found) > query.limit else None
    next_cursor = cursor_at(last.granted_on.isoformat(), last.loan_id) if last else None
    return Answer(LoanPage(items=items, next_cursor=next_cursor))


@endpoints.add(
    "PUT",
    "/loans/<loan_id>",
    scopes=WRITERS,
    answers={200: LoanAnswer, 201: LoanAnswer},
    refusals={},
    body=LoanBody,
)
def put_loan(call: Call, loan_id: str, body: LoanBody) -> Answer:
    """Make a loan (201) or change its terms (200); the same again changes nothing."""
    _refuse_other("loan_id", body.loan_id, loan_id)
    record = LoanRecord.model_construct(**dict(body) | {"loan_id": loan_id})
    is_new = call.services.portfolio.put_loan(record)
    return Answer(loan_answer(_account(call, loan_id)), 201 if is_new else 200)


@endpoints.add(
    "POST",
    "/loans/<loan_id>/payments",
    scopes=WRITERS,
    answers={200: PaymentAnswer, 201: PaymentAnswer},
    refusals={
        404: "There is no such loan",
        409: "The payment is known with other facts, or for another loan",
    },
    body=PaymentBody,
)
def add_payment(call: Call, loan_id: str, body: PaymentBody) -> Answer:
    """Record a payment (201); the same again is answered with 200 and changes nothing."""
    _refuse_other("loan_id", body.loan_id, loan_id)
    account = _account(call, loan_id)
    record = PaymentRecord.model_construct(**dict(body) | {"loan_id": loan_id})
    try:
        payment, is_new = call.services.portfolio.add_payment(record)
    except PaymentConflict:
        raise _conflict("The payment is known with other facts") from None
    return Answer(payment_answer(payment, account.currency), 201 if is_new else 200)


@endpoints.add(
    "POST",
    "/loans/<loan_id>/payments/<payment_id>/reversal",
    scopes=WRITERS,
    answers={200: PaymentAnswer, 201: PaymentAnswer},
    refusals={
        404: "The loan has no such payment",
        409: "The payment was reversed before, on another day or for another reason",
    },
    body=ReversalBody,
)
def reverse_payment(call: Call, loan_id: str, payment_id: str, body: ReversalBody) -> Answer:
    """Take a payment back (201): from that day on it counts as never made; 200 if it was."""
    _refuse_other("payment_id", body.payment_id, payment_id)
    account = _account(call, loan_id)
    record = PaymentReversalRecord.model_construct(**dict(body) | {"payment_id": payment_id})
    try:
        payment, is_new = call.services.portfolio.reverse_payment(loan_id, record)
    except PaymentNotFoundError:
        raise not_found("payment") from None
    except PaymentConflict:
        raise _conflict("The payment was reversed before with other facts") from None
    return Answer(payment_answer(payment, account.currency), 201 if is_new else 200)


def _account(call: Call, loan_id: str) -> LoanAccount:
    account = call.services.loan_accounts.find(loan_id)
    if account is None:
        raise not_found("loan")
    return account


def _place(query: PageQuery) -> tuple[date, str] | None:
    """Where the page before ended."""
    place = query.place(2)
    if place is None:
        return None
    try:
        return date.fromisoformat(place[0]), place[1]
    except ValueError:
        raise bad_cursor() from None


def _refuse_other(field: str, given: str | None, in_path: str) -> None:
    if given not in {None, in_path}:
        raise invalid_field(field, "is not the one in the path")


def _conflict(title: str) -> ApiProblem:
    return ApiProblem(409, PaymentConflict.code, title)
