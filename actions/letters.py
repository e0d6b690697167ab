"""Asking for a letter: which, for which loan, and whether it can be had."""

from collections.abc import Callable

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions._letters import REQUESTS, LetterDraft, letter_facts, say_refusal, start_draft
from actions._loans import find_loan
from actions._turn import (
    Events,
    TurnContext,
    ask_identity,
    in_thread,
    leave_form,
    say,
    verified_borrower,
)
from bot.bootstrap import Services
from bot.dialogue.addressee_es import TO_ANYONE, addressee_in_request
from bot.dialogue.letters_es import names_no_kind
from domain.letter import Letter
from domain.letter_content import LetterKind
from domain.letter_rules import LetterNotAvailable
from domain.text import fold


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
            return [*_fresh(tracker), *ask_identity(self.name(), turn)]
        waiting = await _find_waiting(turn, tracker, borrower_id, lambda _: True)
        if waiting is not None:
            return [*_fresh(tracker), *await _offer(dispatcher, waiting)]
        say(dispatcher, "utter_ask_letter_kind")
        return _fresh(tracker)


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
        return [*_fresh(tracker), *asked]
    borrower_id = account.position.loan.borrower_id
    reader = addressee_in_request(turn.words)

    def is_wanted(letter: Letter) -> bool:
        is_same = (letter.kind, letter.loan_id) == (kind, account.loan_id)
        return is_same and _is_for(letter, reader)

    waiting = await _find_waiting(turn, tracker, borrower_id, is_wanted)
    if waiting is not None:
        return [*_fresh(tracker), *await _offer(dispatcher, waiting)]
    try:
        await in_thread(
            lambda s: s.letters.refuse_unless_available(
                kind, account.loan_id, borrower_id=borrower_id
            )
        )
    except LetterNotAvailable as refusal:
        site = await in_thread(lambda s: s.site)
        say_refusal(dispatcher, refusal, account, site)
        return [*_fresh(tracker), SlotSet("loan_id", account.loan_id)]
    return start_draft(kind, account.loan_id, reader)


def _fresh(tracker: Tracker) -> Events:
    """The end of a letter that was being asked for before this one."""
    return leave_form() if LetterDraft.of(tracker) else []


async def _find_waiting(
    turn: TurnContext, tracker: Tracker, borrower_id: str, is_wanted: Callable[[Letter], bool]
) -> Letter | None:
    """A letter that never came here and is as good as a new one, unless it was just offered."""

    def work(services: Services) -> Letter | None:
        unreceived = services.letter_delivery.unreceived(borrower_id, turn.conversation_id)
        is_good = services.letters.is_up_to_date
        return next((each for each in unreceived if is_wanted(each) and is_good(each)), None)

    letter = await in_thread(work)
    is_offered = letter is not None and letter.folio == tracker.get_slot("offered_folio")
    return None if is_offered else letter


def _is_for(letter: Letter, reader: str | None) -> bool:
    """Whether it is directed to whom the words named, if they named anybody."""
    return reader is None or fold(reader) == fold(letter.content.addressee or TO_ANYONE)


async def _offer(dispatcher: CollectingDispatcher, letter: Letter) -> Events:
    site = await in_thread(lambda s: s.site)
    say(dispatcher, "utter_letter_waiting", **letter_facts(letter, site))
    return [SlotSet("offered_folio", letter.folio)]
