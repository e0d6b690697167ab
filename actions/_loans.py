"""Which of a borrower's loans a turn is about, and its figures as people read them."""

from datetime import date
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions._holders import ask_holder
from actions._letters import letter_form
from actions._turn import (
    Events,
    TurnContext,
    ask_identity,
    button,
    in_thread,
    say,
    verified_borrower,
)
from bot.dialogue.replies import MAX_ROW_TITLE, shorten
from bot.services.loan_accounts import LoanAccount
from bot.site import Site
from domain.choice import match_choice
from domain.conversation import OfferedOption
from domain.country import format_date, format_instant, format_money
from domain.loan_position import InstallmentPosition, InstallmentState, LoanPosition
from domain.text import fold

ACTION = "action_"
MAX_OFFERED = 10
CHOICES = {"utter_choose_loan", "utter_choose_loan_for_letter"}
"""Responses that offer the loans to choose from."""


async def find_loan(
    action_name: str,
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    *,
    may_reuse: bool,
    question: str = "utter_choose_loan",
) -> tuple[LoanAccount | None, Events]:
    """
    The loan this turn is about; or None and the events of having asked who, or which (`question`).

    In order: the one a button named, the only one, the one the words name, and with `may_reuse`
    the one talked about before. Only loans of the borrower that the contact proved to be: no other
    takes the place of one that a button named and that is not theirs.
    """
    turn = TurnContext.of(tracker)
    borrower_id = await verified_borrower(turn)
    if borrower_id is None:
        return None, ask_identity(action_name, turn)
    accounts = await in_thread(lambda s: s.loan_accounts.list_of(borrower_id))
    named = _named_by_button(turn, tracker)
    if named is not None:
        account = next((each for each in accounts if each.loan_id == named), None)
        refused = [] if account else await _refuse(action_name, dispatcher, turn, named)
        return account, refused
    if not accounts:
        say(dispatcher, "utter_no_loans")
        return None, []
    site = await in_thread(lambda s: s.site)
    remembered = tracker.get_slot("loan_id") if may_reuse else None
    account = _select(accounts, turn, remembered, site)
    if account is None:
        if turn.is_lost:
            say(dispatcher, "utter_which_loan")
        buttons = _rows(accounts, action_name, site)
        say(dispatcher, question, count=len(accounts), buttons=buttons)
        return None, [SlotSet("asked_text", turn.words), SlotSet("choosing_for", action_name)]
    return account, []


def back_to_question(tracker: Tracker) -> Events:
    """Back to what was being asked when something else first needed to know who, or which loan."""
    turn = TurnContext.of(tracker)
    if turn.intent != "choose_loan" and not turn.tells_identity:
        return []
    form = turn.active_form or letter_form(tracker)
    return [FollowupAction(form)] if form else []


def loan_facts(account: LoanAccount, site: Site) -> dict[str, Any]:
    """Every figure of the status message, written as the country writes it."""
    position, pack = account.position, site.pack
    shown = _shown_installment(position)
    balance = position.balance
    days = position.days_past_due

    def money(minor: int) -> str:
        return format_money(minor, account.currency, pack)

    facts: dict[str, Any] = {
        "loan_id": account.loan_id,
        "last4": position.loan.last4,
        "merchant": account.merchant.name,
        "state": pack.words.loan_states[position.state.value],
        "total": len(position.installments),
        "paid_count": position.installments_paid,
        "left_to_pay": money(position.left_to_pay_minor),
        "overdue": money(position.overdue_minor),
        "overdue_installments": _overdue_installments(position, site),
        "late_interest": money(balance.late_interest_minor),
        "bring_up_to_date": money(position.amount_to_bring_up_to_date_minor),
        "days_late": pack.words.days[days != 1].format(count=days),
        "principal": money(balance.principal_minor),
        "interest": money(balance.interest_minor),
        "charges_line": f"\n{pack.words.charges}: {money(balance.charges_minor)}"
        if balance.charges_minor
        else "",
        "daily_rate": _percent(account, pack.money.decimal),
        "as_of": format_instant(account.as_of, site.zone, pack),
        "paid_off_on": _date(position.paid_off_on, site),
        "cancelled_on": _date(position.loan.cancelled_on, site),
    }
    if shown is not None:
        facts |= {
            "number": shown.installment.number,
            "amount": money(shown.unpaid_minor),
            "due_on": _date(shown.installment.due_on, site),
        }
    return facts


def _shown_installment(position: LoanPosition) -> InstallmentPosition | None:
    """The one to pay first: the oldest overdue, else the next."""
    unpaid = (each for each in position.installments if each.unpaid_minor)
    return next(unpaid, None)


def _named_by_button(turn: TurnContext, tracker: Tracker) -> str | None:
    """The loan's id on the button that was tapped, now or before the identity question."""
    named: str | None = turn.entities.get("loan_id")
    return tracker.get_slot("loan_id") if turn.tells_identity else named


async def _refuse(
    action_name: str, dispatcher: CollectingDispatcher, turn: TurnContext, loan_id: str
) -> Events:
    """The loan is not theirs: ask again who it is if that may be somebody else's of this phone."""
    found = await in_thread(lambda s: s.loan_accounts.find(loan_id))
    owner = found.position.loan.borrower_id if found else None
    asked = await ask_holder(action_name, dispatcher, turn, owner)
    if asked is None:
        say(dispatcher, "utter_loan_unknown")
    return asked or []


def _select(
    accounts: list[LoanAccount], turn: TurnContext, remembered: str | None, site: Site
) -> LoanAccount | None:
    if len(accounts) == 1:
        return accounts[0]
    named = _named(accounts, turn.words, site)
    return named or next((each for each in accounts if each.loan_id == remembered), None)


def _named(accounts: list[LoanAccount], words: str, site: Site) -> LoanAccount | None:
    """The one loan whose shop, purpose or last digits stand in the words, or that they choose."""
    if not words:
        return None
    options = [_option(account, accounts, "", site) for account in accounts]
    said = f" {fold(words)} "
    named = [
        account
        for account, option in zip(accounts, options, strict=True)
        if any(f" {fold(name)} " in said for name in (account.merchant.name, *option.keywords))
    ]
    if len(named) == 1:
        return named[0]
    index = match_choice(words, options, site.pack.choice)
    return accounts[index] if isinstance(index, int) else None


def _rows(accounts: list[LoanAccount], action_name: str, site: Site) -> list[dict[str, Any]]:
    """What the loans look like in a list to choose from."""
    rows = []
    for account in accounts[:MAX_OFFERED]:
        option = _option(account, accounts, action_name, site)
        row = button(option.title, option.intent, **option.entities)
        rows.append(row | {"description": option.description, "keywords": option.keywords})
    return rows


def _option(
    account: LoanAccount, accounts: list[LoanAccount], action_name: str, site: Site
) -> OfferedOption:
    loan = account.position.loan
    state = site.pack.words.loan_states[account.position.state.value]
    facts = [_date(loan.granted_on, site), f"••{loan.last4}", state, loan.purpose]
    return OfferedOption(
        title=_title(account, accounts),
        description=" · ".join(fact for fact in facts if fact),
        keywords=[word for word in (loan.last4, loan.purpose) if word],
        intent="choose_loan",
        entities={"loan_id": account.loan_id, "next": action_name.removeprefix(ACTION)},
    )


def _title(account: LoanAccount, accounts: list[LoanAccount]) -> str:
    """The shop's name, with the loan's last digits where a shop has several of the loans."""
    name = account.merchant.name
    if [each.merchant.name for each in accounts].count(name) == 1:
        return name
    suffix = f" ••{account.position.loan.last4}"
    return shorten(name, MAX_ROW_TITLE - len(suffix)) + suffix


def _overdue_installments(position: LoanPosition, site: Site) -> str:
    count = sum(each.state is InstallmentState.OVERDUE for each in position.installments)
    words = site.pack.words
    return words.installment if count == 1 else f"{count} {words.installments}"


def _percent(account: LoanAccount, decimal: str) -> str:
    percent = account.position.loan.late_interest_daily_rate * 100
    return f"{percent.normalize():f}%".replace(".", decimal)


def _date(day: date | None, site: Site) -> str:
    return format_date(day, site.pack) if day else ""
