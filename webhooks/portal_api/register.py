"""The register of letters, for agents: search, issue again, revoke."""

from datetime import datetime

from bot.services.letters import LoanNotFoundError
from domain.fields import DomainModel, Identifier, ShortText
from domain.letter import Letter, LetterState, read_folio
from domain.letter_content import LetterKind
from domain.letter_followups import RevocationReason
from domain.letter_rules import LetterNotAvailable
from storage.letter_register import Place
from storage.portfolio_records import Day
from webhooks.portal_api.answers import LetterAnswer, LetterPage
from webhooks.portal_api.authentication import AGENTS
from webhooks.portal_api.endpoints import Answer, Call, Endpoints
from webhooks.portal_api.letter_views import letter_answer, register_letter_answer, with_fresh_link
from webhooks.portal_api.letters import (
    NO_LETTER,
    NOT_AVAILABLE,
    issued,
    not_available,
)
from webhooks.portal_api.paging import PageQuery, bad_cursor, cursor_at
from webhooks.portal_api.problems import ApiProblem, not_found

endpoints = Endpoints("Register of letters")


class RegisterQuery(PageQuery):
    """Which letters; days are local ones, the last included."""

    loan_id: Identifier | None = None
    borrower_id: Identifier | None = None
    kind: LetterKind | None = None
    state: LetterState | None = None
    issued_from: Day | None = None
    issued_to: Day | None = None


class ReasonBody(DomainModel):
    """Why: it stands in the audit log. Nothing personal belongs into it."""

    reason: ShortText


@endpoints.add(
    "GET",
    "/letters",
    scopes=AGENTS,
    answers={200: LetterPage},
    refusals={},
    query=RegisterQuery,
)
def search_letters(call: Call, query: RegisterQuery) -> Answer:
    """Letters ever issued, newest first."""
    page = call.services.letter_register.search(
        actor=call.key.actor,
        after=_place(query),
        **query.model_dump(exclude={"cursor"}),
    )
    next_place = page.next_place
    return Answer(
        LetterPage(
            items=[register_letter_answer(call.services, each) for each in page.letters],
            next_cursor=next_place
            and cursor_at(next_place.issued_at.isoformat(), next_place.folio),
        )
    )


@endpoints.add(
    "POST",
    "/letters/<folio>/reissue",
    scopes=AGENTS,
    answers={201: LetterAnswer},
    refusals=NO_LETTER
    | {409: f"{NOT_AVAILABLE}; `borrower_changed` if the loan is another borrower's by now"},
    body=ReasonBody,
    renew=with_fresh_link,
)
def reissue_letter(call: Call, folio: str, body: ReasonBody) -> Answer:
    """
    A new letter, with the facts of now and another code, in the place of this one.

    Its borrower is told in the chat that it is there.
    """
    old = call.services.letters.find(folio)
    if old is None:
        raise not_found("letter")
    try:
        letter = call.services.letters.reissue(
            folio, body.reason, cause_id=call.cause_id, actor=call.key.actor
        )
    except LetterNotAvailable as refusal:
        raise not_available(refusal, old.content.operation.currency) from None
    except LoanNotFoundError:
        raise _of_another(old) from None
    return issued(call, letter, is_new=True)


@endpoints.add(
    "POST",
    "/letters/<folio>/revoke",
    scopes=AGENTS,
    answers={200: LetterAnswer},
    refusals=NO_LETTER,
    body=ReasonBody,
    renew=with_fresh_link,
)
def revoke_letter(call: Call, folio: str, body: ReasonBody) -> Answer:
    """
    Take the letter back, and have its borrower told in the chat; never your own words.

    One that was revoked before stays as it is, with its first reason.
    """
    letters = call.services.letters
    letter = letters.revoke(folio, body.reason, actor=call.key.actor) or letters.find(folio)
    if letter is None:
        raise not_found("letter")
    return Answer(letter_answer(call.services, letter))


def _of_another(letter: Letter) -> ApiProblem:
    """The loan is another borrower's by now: the letter of this one gets no successor."""
    return ApiProblem(
        409,
        LetterNotAvailable.code,
        "The loan gets no such letter now",
        kind=letter.kind,
        reason=RevocationReason.BORROWER_CHANGED,
        amount=None,
        currency=letter.content.operation.currency,
        available_on=None,
    )


def _place(query: RegisterQuery) -> Place | None:
    """Where the page before ended."""
    place = query.place(2)
    if place is None:
        return None
    try:
        issued_at = datetime.fromisoformat(place[0])
    except ValueError:
        raise bad_cursor() from None
    folio = read_folio(place[1])
    if folio is None or issued_at.tzinfo is None:
        raise bad_cursor()
    return Place(issued_at, folio)
