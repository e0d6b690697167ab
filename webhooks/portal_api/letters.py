"""Letters: asked for, looked up and fetched."""

from flask import Response
from pydantic import Field

from domain.api_key import Scope
from domain.fields import DomainModel
from domain.letter import InvalidAddressee, Letter, clean_addressee
from domain.letter_content import LetterKind
from domain.letter_rules import LetterNotAvailable
from domain.money import format_amount
from domain.text import fold
from webhooks.portal_api.answers import AnyLetterAnswer, LetterAnswer
from webhooks.portal_api.authentication import READERS
from webhooks.portal_api.endpoints import PDF_TYPE, Answer, Call, Endpoints
from webhooks.portal_api.letter_views import letter_answer, register_letter_answer, with_fresh_link
from webhooks.portal_api.problems import ApiProblem, come_back, invalid_field, not_found

PRINT_WAIT_SECONDS = 3.0
"""Printing takes a fraction of it: who is given a letter can nearly always fetch it at once."""
RETRY_AFTER_SECONDS = 2
NO_LETTER = {404: "There is no such letter"}
NOT_AVAILABLE = (
    "The loan gets no such letter now: `reason` says why, `amount` is what would have to be paid"
    " today for it, `available_on` the first day on which it can be had"
)

endpoints = Endpoints("Letters")


class LetterBody(DomainModel):
    """Which letter, and for whom."""

    kind: LetterKind
    addressee: str | None = Field(
        None,
        description="name of the institution, up to 80 characters once cleaned of markup and line"
        " breaks; null or the country's formula: to whom it may concern",
    )


@endpoints.add(
    "POST",
    "/loans/<loan_id>/letters",
    scopes=READERS,
    answers={200: LetterAnswer, 201: LetterAnswer},
    refusals={404: "There is no such loan", 409: NOT_AVAILABLE},
    body=LetterBody,
    renew=with_fresh_link,
)
def issue_letter(call: Call, loan_id: str, body: LetterBody) -> Answer:
    """A letter about the loan (201); the same day, facts and addressee give the same (200)."""
    addressee = _addressee(call, body.addressee)
    account = call.services.loan_accounts.find(loan_id)
    if account is None:
        raise not_found("loan")
    try:
        letter, is_new = call.services.letters.issue(
            body.kind,
            loan_id,
            addressee=addressee,
            cause_id=call.cause_id,
            actor=call.key.actor,
        )
    except LetterNotAvailable as refusal:
        raise not_available(refusal, account.currency) from None
    return issued(call, letter, is_new=is_new)


@endpoints.add(
    "GET",
    "/letters/<folio>",
    scopes=READERS,
    answers={200: AnyLetterAnswer},
    refusals=NO_LETTER,
)
def get_letter(call: Call, folio: str) -> Answer:
    """A letter, whether it still holds, and a fresh link to its document."""
    letter = _letter(call, folio)
    answer = register_letter_answer if call.key.scope is Scope.AGENT else letter_answer
    return Answer(AnyLetterAnswer(answer(call.services, letter)))


@endpoints.add(
    "GET",
    "/letters/<folio>.pdf",
    scopes=READERS,
    answers={200: PDF_TYPE},
    refusals=NO_LETTER,
)
def get_letter_document(call: Call, folio: str) -> Response:
    """The letter itself. 503 with Retry-After while it is being printed."""
    letter = _letter(call, folio)
    register = call.services.letter_register
    register.wait_printed(letter, seconds=PRINT_WAIT_SECONDS)
    document = register.open_document(letter, actor=call.key.actor)
    if document is None:
        raise come_back("not_printed", "The letter is not printed yet", RETRY_AFTER_SECONDS)
    with document.stream:
        content = document.stream.read()
    disposition = f'inline; filename="{document.name}"'
    return Response(
        content, headers={"Content-Disposition": disposition}, content_type=document.content_type
    )


def issued(call: Call, letter: Letter, *, is_new: bool) -> Answer:
    """The answer to who asked for a letter, once its document can be fetched or is late."""
    call.services.letter_register.wait_printed(letter, seconds=PRINT_WAIT_SECONDS)
    location = f"/api/v1/letters/{letter.folio}"
    return Answer(
        letter_answer(call.services, letter), 201 if is_new else 200, {"Location": location}
    )


def not_available(refusal: LetterNotAvailable, currency: str) -> ApiProblem:
    """Why there is none, and since when there can be one."""
    amount = format_amount(refusal.amount_minor, currency) if refusal.amount_minor else None
    return ApiProblem(
        409,
        refusal.code,
        "The loan gets no such letter now",
        kind=refusal.kind,
        reason=refusal.refusal,
        amount=amount,
        currency=currency,
        available_on=refusal.available_on,
    )


def _addressee(call: Call, text: str | None) -> str | None:
    """The institution as it will stand there; None for the formula, or for nothing at all."""
    if text is None or fold(text) == fold(call.services.site.pack.letters.formula):
        return None
    try:
        return clean_addressee(text)
    except InvalidAddressee as error:
        raise invalid_field("addressee", error.reason) from None


def _letter(call: Call, folio: str) -> Letter:
    letter = call.services.letter_register.read(folio, actor=call.key.actor)
    if letter is None:
        raise not_found("letter")
    return letter
