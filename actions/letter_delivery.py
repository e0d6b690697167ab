"""A letter that was issued: receiving it, why it does not hold, and when it did not come."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions._holders import ask_holder
from actions._letters import account_of, letter_facts, say_letter
from actions._turn import Events, TurnContext, ask_identity, in_thread, say, verified_borrower
from actions.handoff import open_ticket
from bot.dialogue.letters_es import kind_in
from bot.services.letter_delivery import Journey, Way
from bot.services.loan_accounts import NotTheirLoanError
from bot.site import Site
from domain.country import format_instant, format_money
from domain.letter import Letter, LetterState
from domain.letter_content import LetterKind
from domain.letter_followups import RevocationReason
from domain.ticket import TicketReason

SENDS_BEFORE_LINK = 2
REVOKED: dict[LetterKind, dict[str, str]] = {
    LetterKind.BALANCE: {
        RevocationReason.PAYMENT_REVERSED: "utter_balance_letter_revoked_reversed",
        RevocationReason.FIGURES_CHANGED: "utter_balance_letter_revoked_changed",
        RevocationReason.CANCELLED: "utter_letter_revoked_cancelled",
    },
    LetterKind.NO_DEBT: {
        RevocationReason.PAYMENT_REVERSED: "utter_letter_revoked_reversed",
        RevocationReason.STILL_OWED: "utter_letter_revoked_owing",
        RevocationReason.CANCELLED: "utter_letter_revoked_cancelled",
    },
}
WHILE_OWED = {"utter_letter_revoked_reversed", "utter_letter_revoked_owing"}
SENT_AGAIN = {
    Way.ARRIVED: "utter_letter_has_arrived",
    Way.SENT: "utter_letter_was_sent",
    Way.FAILED: "utter_letter_failed",
}


class ReceiveLetter(Action):
    """The document of a letter that a notice told of, or what became of the letter."""

    def name(self) -> str:
        return "action_receive_letter"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        turn = TurnContext.of(tracker)
        borrower_id = await verified_borrower(turn)
        if borrower_id is None:
            return ask_identity(self.name(), turn)
        # the notice may have named it before the identity question
        folio = turn.entities.get("folio") or tracker.get_slot("folio") or ""
        letter = await in_thread(lambda s: s.letter_delivery.find(folio, borrower_id))
        if letter is not None:
            await _tell(dispatcher, letter, was_replaced=letter.folio != folio)
            return [SlotSet("folio", None)]
        named = await in_thread(lambda s: s.letters.find(folio))
        owner = named.borrower_id if named else None
        asked = await ask_holder(self.name(), dispatcher, turn, owner)
        if asked is not None:
            return asked
        say(dispatcher, "utter_letter_unknown")
        return [SlotSet("folio", None)]


class ReportLetterNotReceived(Action):
    """Where the letter is; then once more, then a link, then a person."""

    def name(self) -> str:
        return "action_report_letter_not_received"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        turn = TurnContext.of(tracker)
        borrower_id = await verified_borrower(turn)
        if borrower_id is None:
            return ask_identity(self.name(), turn)
        kind = kind_in(turn.words)
        letter = await in_thread(lambda s: s.letter_delivery.find_newest(borrower_id, kind))
        if letter is None:
            say(dispatcher, "utter_no_letter_yet")
            return []
        site, today = await in_thread(lambda s: (s.site, s.loan_accounts.today()))
        if letter.state(today) is not LetterState.VALID:
            await _tell(dispatcher, letter)
            return []
        journey = await in_thread(lambda s: s.letter_delivery.journey(turn.conversation_id, letter))
        if journey.was_linked:
            _, facts = await open_ticket(turn, TicketReason.LETTER_NOT_RECEIVED)
            say(dispatcher, "utter_letter_to_agent", **facts)
        elif journey.way is Way.ON_ITS_WAY:
            say(dispatcher, "utter_letter_on_its_way", **_facts(letter, journey, site))
        elif journey.times_sent >= SENDS_BEFORE_LINK:
            url = await in_thread(lambda s: s.letter_delivery.link(letter))
            say(dispatcher, "utter_letter_link", url=url, folio=letter.folio)
        else:
            if journey.way in SENT_AGAIN:
                say(dispatcher, SENT_AGAIN[journey.way], **_facts(letter, journey, site))
            say_letter(dispatcher, letter, site)
        return []


async def _tell(
    dispatcher: CollectingDispatcher, letter: Letter, *, was_replaced: bool = False
) -> None:
    """The document if the letter holds; else why not, and what can be done now."""
    site = await in_thread(lambda s: s.site)
    facts = letter_facts(letter, site)
    try:
        account, _ = await account_of(letter.borrower_id, letter.loan_id)
    except NotTheirLoanError:
        say(dispatcher, "utter_letter_not_theirs", **facts)
        return
    state = letter.state(site.local_date(account.as_of))
    if state is LetterState.VALID:
        if was_replaced:
            say(dispatcher, "utter_letter_newer", **facts)
        say_letter(dispatcher, letter, site)
    elif state is LetterState.EXPIRED and letter.kind is LetterKind.BALANCE:
        say(dispatcher, "utter_balance_letter_expired", **facts)
    elif state is LetterState.EXPIRED:
        say(dispatcher, "utter_no_debt_letter_expired", **facts)
    else:
        owed_minor = account.position.left_to_pay_minor
        amount = format_money(owed_minor, account.currency, site.pack)
        say(dispatcher, _revoked(letter, owed_minor), amount=amount, **facts)


def _revoked(letter: Letter, owed_minor: int) -> str:
    """The response that says why the letter holds no longer; an agent's own reason is not told."""
    response = REVOKED[letter.kind].get(letter.revoked_reason or "", "utter_letter_revoked")
    is_paid_again = response in WHILE_OWED and not owed_minor
    return "utter_letter_revoked_settled" if is_paid_again else response


def _facts(letter: Letter, journey: Journey, site: Site) -> dict[str, Any]:
    sent_at = format_instant(journey.sent_at, site.zone, site.pack) if journey.sent_at else ""
    return letter_facts(letter, site) | {"sent_at": sent_at}
