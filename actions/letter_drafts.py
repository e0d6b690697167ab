"""A letter on its way to being issued: for whom it is, the summary, and the yes that issues it."""

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions._letters import (
    CONFIRMATION_FORM,
    LetterDraft,
    account_of,
    end_lapsed,
    kind_name,
    say_letter,
    say_refusal,
    start_draft,
)
from actions._questions import Question, is_asked_otherwise
from actions._turn import (
    Events,
    TurnContext,
    ask_identity,
    button,
    in_thread,
    last_response,
    leave_form,
    say,
    verified_borrower,
)
from bot.bootstrap import Services
from bot.dialogue.addressee_es import TO_ANYONE, Doubt
from bot.services.loan_accounts import NotTheirLoanError
from bot.site import Site
from domain.country import format_date, mask_loan
from domain.letter import Letter
from domain.letter_rules import LetterNotAvailable

ADDRESSEE = Question(
    first="utter_ask_letter_addressee",
    again=("utter_ask_letter_addressee_again", "utter_ask_letter_addressee_example"),
    later="utter_ask_letter_addressee_later",
)
DOUBTS = {
    Doubt.WHY: "utter_ask_letter_addressee_why",
    Doubt.UNSURE: "utter_ask_letter_addressee_unsure",
    Doubt.NO_NAME: "utter_ask_letter_addressee_no_name",
    Doubt.TOO_LONG: "utter_ask_letter_addressee_shorter",
    Doubt.NOT_WORDS: "utter_ask_letter_addressee_in_words",
}


class AskLetterAddressee(Action):
    """Ask for whom it is, in words that fit what the last answer was instead of a name."""

    def name(self) -> str:
        return "action_ask_letter_addressee"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        draft, turn = LetterDraft.of(tracker), TurnContext.of(tracker)
        if draft is None:
            return end_lapsed(dispatcher, turn)
        rules = await in_thread(lambda s: s.site.pack.letters)
        return ADDRESSEE.ask(
            dispatcher,
            tracker,
            instead=_instead(turn, tracker),
            buttons=[button(rules.formula, "address_to_anyone", letter_draft=draft.token)],
            kind=rules.kinds[draft.kind].name,
            loan=mask_loan(draft.loan_id),
        )


class AskLetterConfirmation(Action):
    """What would be issued, then yes, no or another name; in short after an answer that is none."""

    def name(self) -> str:
        return "action_ask_letter_confirmation"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        if is_asked_otherwise(tracker):
            return []
        draft, turn = LetterDraft.of(tracker), TurnContext.of(tracker)
        if draft is None:
            return end_lapsed(dispatcher, turn)
        borrower_id = await verified_borrower(turn)
        if borrower_id is None:
            return ask_identity(CONFIRMATION_FORM, turn)
        times = int(tracker.get_slot("times_asked") or 0)
        if times and turn.is_lost:
            say(dispatcher, "utter_confirm_letter_again", draft=draft.token)
            return [SlotSet("times_asked", times + 1)]
        try:
            refused = await _summarise(dispatcher, draft, borrower_id)
        except NotTheirLoanError:
            # another borrower of this phone asked for it
            say(dispatcher, "utter_letter_draft_gone")
            return leave_form()
        return leave_form() if refused else [SlotSet("times_asked", times + 1)]


class ChangeLetterAddressee(Action):
    """Another name for the same letter, said already or asked for."""

    def name(self) -> str:
        return "action_change_letter_addressee"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        draft, turn = LetterDraft.of(tracker), TurnContext.of(tracker)
        if draft is None:
            return end_lapsed(dispatcher, turn)
        is_to_anyone = turn.intent == "address_to_anyone"
        name = TO_ANYONE if is_to_anyone else turn.entities.get("letter_addressee")
        return start_draft(draft.kind, draft.loan_id, name)


class DropLetter(Action):
    """No: nothing is issued."""

    def name(self) -> str:
        return "action_drop_letter"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        say(dispatcher, "utter_letter_dropped")
        return leave_form()


class IssueLetter(Action):
    """Yes: issue it, and send its document."""

    def name(self) -> str:
        return "action_issue_letter"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        draft, turn = LetterDraft.of(tracker), TurnContext.of(tracker)
        if draft is None:
            return end_lapsed(dispatcher, turn)
        borrower_id = await verified_borrower(turn)
        if borrower_id is None:
            return ask_identity(self.name(), turn)
        try:
            letter, was_sent, site = await in_thread(lambda s: _issue(s, draft, borrower_id, turn))
        except NotTheirLoanError:
            say(dispatcher, "utter_letter_draft_gone")
        except LetterNotAvailable as refusal:
            account, site = await account_of(borrower_id, draft.loan_id)
            say_refusal(dispatcher, refusal, account, site)
        else:
            say_letter(
                dispatcher, letter, site, "utter_letter_again" if was_sent else "utter_letter"
            )
        return leave_form()


def _instead(turn: TurnContext, tracker: Tracker) -> str | None:
    """The question for whom it is as it fits what was said instead of a name, if anything was."""
    if turn.intent == "change_letter_addressee":
        return "utter_ask_letter_addressee_other"
    doubt = turn.entities.get("addressee_doubt")
    fitting = DOUBTS[Doubt(doubt)] if doubt else None
    # the same once more would help nobody
    return ADDRESSEE.again[0] if fitting and fitting == last_response(tracker) else fitting


async def _summarise(
    dispatcher: CollectingDispatcher, draft: LetterDraft, borrower_id: str
) -> bool:
    """Say what would be issued; True if there is no such letter any more, which is said too."""
    account, site = await account_of(borrower_id, draft.loan_id)
    try:
        preview = await in_thread(
            lambda s: s.letters.preview(
                draft.kind, draft.loan_id, addressee=draft.addressee, borrower_id=borrower_id
            )
        )
    except LetterNotAvailable as refusal:
        say_refusal(dispatcher, refusal, account, site)
        return True
    say(
        dispatcher,
        "utter_confirm_letter_replacing" if preview.replaces else "utter_confirm_letter",
        kind=kind_name(draft.kind, site),
        last4=account.position.loan.last4,
        merchant=account.merchant.name,
        addressee=draft.addressee or site.pack.letters.formula,
        valid_until=format_date(preview.valid_until, site.pack),
        replaced=preview.replaces,
        draft=draft.token,
    )
    return False


def _issue(
    services: Services, draft: LetterDraft, borrower_id: str, turn: TurnContext
) -> tuple[Letter, bool, Site]:
    """The letter, and whether its document was put into this chat before."""
    letter, _ = services.letters.issue(
        draft.kind,
        draft.loan_id,
        borrower_id=borrower_id,
        addressee=draft.addressee,
        cause_id=turn.message_id,
        actor=turn.contact_id,
    )
    journey = services.letter_delivery.journey(turn.conversation_id, letter)
    return letter, journey.times_sent > 0, services.site
