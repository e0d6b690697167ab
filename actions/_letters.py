"""What the letters' actions share: the draft, why there is none yet, and the document itself."""

from dataclasses import dataclass
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions._turn import Events, TurnContext, in_thread, leave_form, say
from bot.bootstrap import Services
from bot.dialogue.addressee_es import TO_ANYONE
from bot.services.loan_accounts import LoanAccount
from bot.site import Site
from domain.country import format_date, format_money, mask_loan
from domain.letter import Letter
from domain.letter_content import LetterKind
from domain.letter_rules import LetterNotAvailable, Refusal

ADDRESSEE_FORM = "letter_form"
CONFIRMATION_FORM = "letter_confirmation_form"
REQUESTS = {
    LetterKind.BALANCE: "action_request_balance_letter",
    LetterKind.NO_DEBT: "action_request_no_debt_letter",
}
LAPSED = {
    LetterKind.BALANCE: "utter_balance_letter_lapsed",
    LetterKind.NO_DEBT: "utter_no_debt_letter_lapsed",
}
REFUSALS = {
    Refusal.PAID_IN_FULL: "utter_letter_paid_in_full",
    Refusal.CANCELLED: "utter_letter_loan_cancelled",
    Refusal.CANCELLATION_OPEN: "utter_letter_cancellation_open",
    Refusal.STILL_OWED: "utter_letter_still_owed",
    Refusal.PAYMENT_REVERSED: "utter_letter_payment_reversed",
    Refusal.PAYMENT_UNCLEARED: "utter_letter_payment_uncleared",
}


@dataclass(frozen=True)
class LetterDraft:
    """The letter being asked for; `addressee` None is the formula."""

    kind: LetterKind
    loan_id: str
    addressee: str | None

    @property
    def token(self) -> str:
        """What buttons carry, so that the letter is still known when the slots are forgotten."""
        return f"{self.kind}:{self.loan_id}"

    @classmethod
    def of(cls, tracker: Tracker) -> "LetterDraft | None":
        """The draft as far as the slots hold it; None once it was issued, dropped or forgotten."""
        kind, loan_id = tracker.get_slot("letter_kind"), tracker.get_slot("letter_loan_id")
        if kind is None or loan_id is None:
            return None
        addressee = tracker.get_slot("letter_addressee")
        return cls(LetterKind(kind), loan_id, None if addressee == TO_ANYONE else addressee)


def start_draft(kind: LetterKind, loan_id: str, addressee: str | None) -> Events:
    """Ask for whom the letter is, or go on to the summary if that was said already."""
    return [
        SlotSet("letter_kind", kind.value),
        SlotSet("letter_loan_id", loan_id),
        SlotSet("letter_addressee", addressee),
        SlotSet("times_asked", 0),
        FollowupAction(CONFIRMATION_FORM if addressee else ADDRESSEE_FORM),
    ]


def letter_form(tracker: Tracker) -> str | None:
    """The question that a letter still being asked for is at; None if there is no such letter."""
    if LetterDraft.of(tracker) is None:
        return None
    return CONFIRMATION_FORM if tracker.get_slot("letter_addressee") else ADDRESSEE_FORM


def end_lapsed(dispatcher: CollectingDispatcher, turn: TurnContext) -> Events:
    """Nothing was issued; with a way to begin the same letter again, if it is known which."""
    token = turn.entities.get("letter_draft") or turn.lapsed_letter
    if token is None:
        say(dispatcher, "utter_letter_draft_gone")
    else:
        kind, _, loan_id = token.partition(":")
        say(dispatcher, LAPSED[LetterKind(kind)], loan_id=loan_id)
    return leave_form()


def kind_name(kind: LetterKind, site: Site) -> str:
    """What people call it, as the first words of a line."""
    name = site.pack.letters.kinds[kind].name
    return name[:1].upper() + name[1:]


def say_refusal(
    dispatcher: CollectingDispatcher, refusal: LetterNotAvailable, account: LoanAccount, site: Site
) -> None:
    """Why not, since or until when, and what can be done about it."""
    facts: dict[str, Any] = {
        "loan_id": account.loan_id,
        "last4": account.position.loan.last4,
        "merchant": account.merchant.name,
        "case": account.position.loan.open_case,
        "amount": format_money(refusal.amount_minor, account.currency, site.pack),
    }
    if refusal.available_on is not None:
        facts["available_on"] = format_date(refusal.available_on, site.pack)
    say(dispatcher, _refusal_response(refusal, account, site), **facts)


def say_letter(
    dispatcher: CollectingDispatcher, letter: Letter, site: Site, response: str = "utter_letter"
) -> None:
    """The document, its caption the response's text."""
    say(
        dispatcher,
        response,
        file_id=letter.file_id,
        file_name=site.pack.letters.file_name(letter.kind, letter.folio),
        verify_page=letter.content.verify_url.partition(f"/{letter.folio}")[0],
        **letter_facts(letter, site),
    )


def letter_facts(letter: Letter, site: Site) -> dict[str, Any]:
    """A letter as it is named to its holder."""
    return {
        "folio": letter.folio,
        "kind": kind_name(letter.kind, site),
        "loan_id": letter.loan_id,
        "loan": mask_loan(letter.loan_id),
        "addressee": letter.content.addressee or site.pack.letters.formula,
        "valid_until": format_date(letter.valid_until, site.pack),
    }


async def account_of(borrower_id: str, loan_id: str) -> tuple[LoanAccount, Site]:
    """The loan of a letter as it stands now; NotTheirLoanError if it is not the borrower's."""

    def work(services: Services) -> tuple[LoanAccount, Site]:
        return services.loan_accounts.get(borrower_id, loan_id), services.site

    return await in_thread(work)


def _refusal_response(refusal: LetterNotAvailable, account: LoanAccount, site: Site) -> str:
    if refusal.refusal is Refusal.PAYMENT_REVERSED and not refusal.amount_minor:
        return "utter_letter_payment_reversing"
    is_due_already = refusal.available_on == site.local_date(account.as_of)
    if refusal.refusal is Refusal.STILL_OWED and is_due_already:
        return "utter_letter_still_owed_overdue"
    return REFUSALS[refusal.refusal]
