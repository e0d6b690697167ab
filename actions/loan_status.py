"""What a borrower owes: status, what the balance is made of, instalments, payoff at a date."""

from datetime import date, timedelta
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions._loans import ACTION, back_to_question, find_loan, loan_facts
from actions._questions import Question
from actions._turn import Events, TurnContext, in_thread, say
from bot.dialogue.dates_es import AmbiguousDate, ImpossibleDate, read_date
from bot.services.loan_accounts import LoanAccount
from bot.site import Site
from domain.country import format_date, format_money
from domain.loan_position import InstallmentPosition

PAYOFF_FORM = "payoff_form"
MAX_DAYS_AHEAD = timedelta(days=366)
MAX_ROWS = 80
QUESTION = Question(
    first="utter_ask_payoff_date",
    again=("utter_ask_payoff_date_again", "utter_ask_payoff_date_example"),
    later="utter_ask_payoff_date_later",
)
SHOW_STATUS = "action_show_loan_status"
AFTER_CHOICE = {
    SHOW_STATUS,
    "action_show_balance_breakdown",
    "action_show_installments",
    "action_show_payoff_amount",
    "action_show_how_to_pay",
    "action_request_balance_letter",
    "action_request_no_debt_letter",
    "action_wish_letter",
}


class AboutOneLoan:
    """Asks who and which loan first; `tell` answers."""

    may_reuse = True

    def name(self) -> str:
        """The action's name, to come back to after a question."""
        raise NotImplementedError

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        account, asked = await find_loan(self.name(), dispatcher, tracker, may_reuse=self.may_reuse)
        if account is None:
            return asked
        site = await in_thread(lambda s: s.site)
        self.tell(dispatcher, account, site)
        return [SlotSet("loan_id", account.loan_id), *back_to_question(tracker)]

    def tell(self, dispatcher: CollectingDispatcher, account: LoanAccount, site: Site) -> None:
        """Say it."""
        raise NotImplementedError


class ShowLoanStatus(AboutOneLoan, Action):
    """Where the loan stands, with every figure that people ask for."""

    may_reuse = False

    def name(self) -> str:
        return SHOW_STATUS

    def tell(self, dispatcher: CollectingDispatcher, account: LoanAccount, site: Site) -> None:
        state = account.position.state
        say(dispatcher, f"utter_loan_{state.value}", **loan_facts(account, site))


class ShowBalanceBreakdown(AboutOneLoan, Action):
    """What the balance is made of, and the rule of the late interest in one line."""

    def name(self) -> str:
        return "action_show_balance_breakdown"

    def tell(self, dispatcher: CollectingDispatcher, account: LoanAccount, site: Site) -> None:
        owes = account.position.left_to_pay_minor > 0
        response = "utter_balance_breakdown" if owes else f"utter_loan_{account.position.state}"
        say(dispatcher, response, **loan_facts(account, site))


class ShowInstallments(AboutOneLoan, Action):
    """Every instalment with its date, amount and state."""

    def name(self) -> str:
        return "action_show_installments"

    def tell(self, dispatcher: CollectingDispatcher, account: LoanAccount, site: Site) -> None:
        rows = [
            _installment_row(each, account, site) for each in _shown(account.position.installments)
        ]
        say(dispatcher, "utter_installments", rows="\n".join(rows), **loan_facts(account, site))


class ShowPayoffAmount(Action):
    """What settles the loan on a day, today unless the words or the form named another."""

    def name(self) -> str:
        return "action_show_payoff_amount"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        account, asked = await find_loan(self.name(), dispatcher, tracker, may_reuse=True)
        if account is None:
            return asked
        site = await in_thread(lambda s: s.site)
        ended = [SlotSet("payoff_date", None), SlotSet("loan_id", account.loan_id)]
        if account.position.unpaid_minor == 0:
            say(dispatcher, "utter_payoff_nothing_owed", **loan_facts(account, site))
            return ended
        today = site.local_date(account.as_of)
        on = _asked_date(TurnContext.of(tracker), today, site)
        refusal = _refusal(on, today)
        if isinstance(on, date) and refusal is None:
            _tell_payoff(dispatcher, account, site, on)
            return ended
        if refusal is not None:
            say(dispatcher, refusal)
        return [*ended, *_ask_payoff_date()]


class StartPayoffDate(Action):
    """Ask for the day."""

    def name(self) -> str:
        return "action_start_payoff_date"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        return [SlotSet("payoff_date", None), *_ask_payoff_date()]


class AskPayoffDate(Action):
    """Ask for the day, in other words when the last answer held none."""

    def name(self) -> str:
        return "action_ask_payoff_date"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        site = await in_thread(lambda s: s.site)
        today = await in_thread(lambda s: s.loan_accounts.today())
        turn = TurnContext.of(tracker)
        answer = read_date(turn.words, today, site.pack) if turn.active_form else None
        is_no_day = isinstance(answer, ImpossibleDate)
        return QUESTION.ask(
            dispatcher, tracker, instead="utter_ask_payoff_date_existing" if is_no_day else None
        )


class ChooseLoan(Action):
    """Go on with what the choice was for, now about the chosen loan."""

    def name(self) -> str:
        return "action_choose_loan"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        following = ACTION + TurnContext.of(tracker).entities.get("next", "")
        return [FollowupAction(following if following in AFTER_CHOICE else SHOW_STATUS)]


def _ask_payoff_date() -> Events:
    return [SlotSet("times_asked", 0), FollowupAction(PAYOFF_FORM)]


def _asked_date(
    turn: TurnContext, today: date, site: Site
) -> date | AmbiguousDate | ImpossibleDate:
    """The day from the form's answer, else from the words that asked, else today."""
    answered = turn.entities.get("payoff_date")
    if answered:
        return date.fromisoformat(answered)
    return read_date(turn.words, today, site.pack) or today


def _refusal(on: date | AmbiguousDate | ImpossibleDate, today: date) -> str | None:
    """The response that says why there is no amount for `on`, if there is none."""
    if isinstance(on, ImpossibleDate):
        return "utter_payoff_date_impossible"
    if isinstance(on, AmbiguousDate):
        return None
    if on > today + MAX_DAYS_AHEAD:
        return "utter_payoff_date_too_far"
    return "utter_payoff_date_passed" if on < today else None


def _tell_payoff(
    dispatcher: CollectingDispatcher, account: LoanAccount, site: Site, on: date
) -> None:
    facts: dict[str, Any] = loan_facts(account, site)
    payoff = account.position.payoff(on)

    def money(minor: int) -> str:
        return format_money(minor, account.currency, site.pack)

    phrases = site.pack.words.payoff
    late = phrases.late.format(amount=money(payoff.late_interest_minor))
    increase = phrases.increase.format(amount=money(payoff.increase_per_day_minor))
    facts |= {
        "on": format_date(on, site.pack),
        "amount": money(payoff.amount_minor),
        "late_line": late if payoff.late_interest_minor else "",
        "increase_line": increase if payoff.increase_per_day_minor else "",
    }
    say(dispatcher, "utter_payoff_amount", **facts)


def _shown(installments: tuple[InstallmentPosition, ...]) -> tuple[InstallmentPosition, ...]:
    """All of them, or the ones around the next unpaid when there are more than a message holds."""
    first_unpaid = next((place for place, each in enumerate(installments) if each.unpaid_minor), 0)
    start = max(0, min(first_unpaid - 3, len(installments) - MAX_ROWS))
    return installments[start : start + MAX_ROWS]


def _installment_row(each: InstallmentPosition, account: LoanAccount, site: Site) -> str:
    words = site.pack.words
    state = words.installment_states[each.state.value]
    if each.is_partially_paid:
        state = f"{state}, {words.partially_paid}"
    amount_minor = each.unpaid_minor or each.installment.amount_minor
    amount = format_money(amount_minor, account.currency, site.pack)
    due_on = format_date(each.installment.due_on, site.pack)
    return f"{each.installment.number}. {due_on} · {amount} · {state}"
