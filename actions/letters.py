"""Asking for a letter: which, for which loan, for whom, and the yes that issues it."""

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions._letters import (
    ADDRESSEE_FORM,
    CONFIRMATION_FORM,
    REQUESTS,
    LetterDraft,
    account_of,
    kind_name,
    letter_facts,
    say_letter,
    say_refusal,
    start_draft,
)
from actions._loans import find_loan
from actions._questions import Question
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
from bot.dialogue.addressee_es import TO_ANYONE, Doubt, addressee_in_request
from bot.dialogue.letters_es import names_no_kind
from bot.services.loan_accounts import NotTheirLoanError
from bot.site import Site
from domain.country import format_date
from domain.letter import Letter
from domain.letter_content import LetterKind
from domain.letter_rules import LetterNotAvailable

FORMS = {ADDRESSEE_FORM, CONFIRMATION_FORM}
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


class RequestLetter(Action):
    """A letter, not said which: one that waits for them, or the question."""

    def name(self) -> str:
        return "action_request_letter"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        turn = TurnContext.of(tracker)
        borrower_id = await verified_borrower(turn)
        if borrower_id is None:
            return [*_fresh(turn), *ask_identity(self.name(), turn)]
        waiting = await _find_waiting(turn, tracker, borrower_id)
        if waiting is not None:
            return [*_fresh(turn), *await _offer(dispatcher, waiting)]
        say(dispatcher, "utter_ask_letter_kind")
        return _fresh(turn)


class RequestBalanceLetter(Action):
    """A letter that says what is still owed."""

    def name(self) -> str:
        return REQUESTS[LetterKind.BALANCE]

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        return await _request(LetterKind.BALANCE, dispatcher, tracker)


class RequestNoDebtLetter(Action):
    """A letter that says that nothing is owed."""

    def name(self) -> str:
        return REQUESTS[LetterKind.NO_DEBT]

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        return await _request(LetterKind.NO_DEBT, dispatcher, tracker)


class WishLetter(Action):
    """Note that the no-debt letter is wanted as soon as it can be had."""

    def name(self) -> str:
        return "action_wish_letter"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        account, asked = await find_loan(self.name(), dispatcher, tracker, may_reuse=True)
        if account is None:
            return asked
        turn = TurnContext.of(tracker)
        borrower_id = account.position.loan.borrower_id
        await in_thread(
            lambda s: s.letter_wishes.add(
                LetterKind.NO_DEBT,
                account.loan_id,
                conversation_id=turn.conversation_id,
                borrower_id=borrower_id,
                addressee=None,
                cause_id=turn.message_id,
            )
        )
        say(dispatcher, "utter_letter_wished", last4=account.position.loan.last4)
        return [SlotSet("loan_id", account.loan_id)]


class AskLetterAddressee(Action):
    """Ask for whom it is, in words that fit what the last answer was instead of a name."""

    def name(self) -> str:
        return "action_ask_letter_addressee"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        formula = await in_thread(lambda s: s.site.pack.letters.formula)
        doubt = TurnContext.of(tracker).entities.get("addressee_doubt")
        instead = DOUBTS[Doubt(doubt)] if doubt else None
        if instead == last_response(tracker):
            # the same once more would help nobody
            instead = ADDRESSEE.again[0]
        to_anyone = button(formula, "inform", letter_addressee=TO_ANYONE)
        return ADDRESSEE.ask(dispatcher, tracker, instead=instead, buttons=[to_anyone])


class AskLetterConfirmation(Action):
    """What would be issued, then yes, no or another name; in short after an answer that is none."""

    def name(self) -> str:
        return "action_ask_letter_confirmation"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        draft, turn = LetterDraft.of(tracker), TurnContext.of(tracker)
        borrower_id = await verified_borrower(turn)
        if draft is None or borrower_id is None:
            say(dispatcher, "utter_letter_draft_gone")
            return leave_form()
        times = int(tracker.get_slot("times_asked") or 0)
        if times and turn.is_lost:
            say(dispatcher, "utter_confirm_letter_again")
            return [SlotSet("times_asked", times + 1)]
        refused = await _summarise(dispatcher, draft, borrower_id)
        return leave_form() if refused else [SlotSet("times_asked", times + 1)]


class ChangeLetterAddressee(Action):
    """Another name for the same letter, said already or asked for."""

    def name(self) -> str:
        return "action_change_letter_addressee"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        draft = LetterDraft.of(tracker)
        if draft is None:
            say(dispatcher, "utter_letter_draft_gone")
            return leave_form()
        name = TurnContext.of(tracker).entities.get("letter_addressee")
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
            say(dispatcher, "utter_letter_draft_gone")
            return leave_form()
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


async def _request(kind: LetterKind, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    """Who, which loan, whether it can be had, and only then for whom."""
    turn = TurnContext.of(tracker)
    if names_no_kind(turn.words):
        return [FollowupAction("action_request_letter")]
    account, asked = await find_loan(
        REQUESTS[kind],
        dispatcher,
        tracker,
        may_reuse=False,
        question="utter_choose_loan_for_letter",
    )
    if account is None:
        return [*_fresh(turn), *asked]
    borrower_id = account.position.loan.borrower_id
    waiting = await _find_waiting(turn, tracker, borrower_id)
    if waiting is not None and (waiting.kind, waiting.loan_id) == (kind, account.loan_id):
        return [*_fresh(turn), *await _offer(dispatcher, waiting)]
    try:
        await in_thread(
            lambda s: s.letters.refuse_unless_available(
                kind, account.loan_id, borrower_id=borrower_id
            )
        )
    except LetterNotAvailable as refusal:
        site = await in_thread(lambda s: s.site)
        say_refusal(dispatcher, refusal, account, site)
        return [*_fresh(turn), SlotSet("loan_id", account.loan_id)]
    return start_draft(kind, account.loan_id, addressee_in_request(turn.words))


def _fresh(turn: TurnContext) -> Events:
    """The end of a letter that was being asked for before this one."""
    return leave_form() if turn.active_form in FORMS else []


async def _find_waiting(turn: TurnContext, tracker: Tracker, borrower_id: str) -> Letter | None:
    """A letter that was issued and never came here, unless it was just offered."""
    letter = await in_thread(
        lambda s: s.letter_delivery.find_unreceived(borrower_id, turn.conversation_id)
    )
    is_offered = letter is not None and letter.folio == tracker.get_slot("offered_folio")
    return None if is_offered else letter


async def _offer(dispatcher: CollectingDispatcher, letter: Letter) -> Events:
    site = await in_thread(lambda s: s.site)
    say(dispatcher, "utter_letter_waiting", **letter_facts(letter, site))
    return [SlotSet("offered_folio", letter.folio)]


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
