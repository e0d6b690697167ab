"""Paying: where and how, and what to do about a payment that is not seen yet."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions._loans import back_to_question, find_loan, loan_facts
from actions._turn import Events, TurnContext, in_thread, say
from actions.handoff import open_ticket
from bot.site import Site
from domain.merchant import PaymentAccount
from domain.ticket import TicketReason


class ShowHowToPay(Action):
    """The merchant's accounts for the loan, and what to do afterwards."""

    def name(self) -> str:
        return "action_show_how_to_pay"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        account, asked = await find_loan(self.name(), dispatcher, tracker, may_reuse=True)
        if account is None:
            return asked
        site = await in_thread(lambda s: s.site)
        facts: dict[str, Any] = loan_facts(account, site)
        accounts = account.merchant.payment_accounts
        facts["accounts"] = "\n".join(_account_line(each, site) for each in accounts)
        if account.position.left_to_pay_minor == 0:
            say(dispatcher, "utter_nothing_to_pay", **facts)
        elif accounts:
            say(dispatcher, "utter_how_to_pay", **facts)
        else:
            say(dispatcher, "utter_how_to_pay_at_merchant", **facts)
        return [SlotSet("loan_id", account.loan_id), *back_to_question(tracker)]


class ReportPayment(Action):
    """Say how long a payment takes to be seen, and ask for the receipt; or take the one sent."""

    def name(self) -> str:
        return "action_report_payment"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        turn = TurnContext.of(tracker)
        if turn.has_file:
            return await take_receipt(dispatcher, turn, turn.message_id)
        say(dispatcher, "utter_report_payment")
        return [SlotSet("awaits_receipt", True)]


class ReceivedImage(Action):
    """A photo or file without words, or with words that ask for nothing."""

    def name(self) -> str:
        return "action_received_image"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        return await receive_file(dispatcher, tracker, TurnContext.of(tracker))


class TakeReceipt(Action):
    """The person says that what they sent before is a receipt."""

    def name(self) -> str:
        return "action_take_receipt"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        turn = TurnContext.of(tracker)
        return await take_receipt(dispatcher, turn, turn.entities["attachment_id"])


async def receive_file(
    dispatcher: CollectingDispatcher, tracker: Tracker, turn: TurnContext
) -> Events:
    """Take the turn's file for the receipt that was asked for, or else ask what it is."""
    if tracker.get_slot("awaits_receipt"):
        return await take_receipt(dispatcher, turn, turn.message_id)
    say(dispatcher, "utter_is_it_a_receipt", attachment_id=turn.message_id)
    return []


async def take_receipt(
    dispatcher: CollectingDispatcher, turn: TurnContext, attachment_id: str
) -> Events:
    """Put the receipt before a person, under a number."""
    _, facts = await open_ticket(turn, TicketReason.PAYMENT_REPORTED, attachment_id=attachment_id)
    say(dispatcher, "utter_receipt_taken", **facts)
    return [SlotSet("awaits_receipt", False)]


def _account_line(account: PaymentAccount, site: Site) -> str:
    kind = site.pack.words.payment_accounts.get(account.kind, account.kind)
    bank = f" · {account.bank}" if account.bank else ""
    return f"{kind}: *{account.number}*{bank} · {account.holder}"
