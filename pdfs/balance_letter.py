"""The balance letter: what is owed, and what settles it. Not a word that could pass for more."""

from domain.country import format_date
from domain.letter_content import BalanceLetterContent, LetterKind
from domain.merchant import PaymentAccount
from pdfs.letter_facts import LetterFacts, Row, strong


class BalanceLetterFacts(LetterFacts[BalanceLetterContent]):
    kind = LetterKind.BALANCE

    @property
    def balance(self) -> list[Row]:
        """What the total is made of."""
        content, say = self.content, self.say
        return [
            (say("balance_principal"), self.money(content.principal_minor)),
            (say("balance_interest"), self.money(content.interest_minor)),
            (self.pack.words.charges, self.money(content.charges_minor)),
            (say("balance_late_interest"), self.money(content.late_interest_minor)),
        ]

    @property
    def installments(self) -> list[Row]:
        content, say = self.content, self.say
        rows: list[Row] = [
            (say("state"), say("state_overdue" if content.days_past_due else "state_up_to_date")),
            (say("paid"), str(content.installments_paid)),
            (say("overdue"), str(content.installments_overdue)),
            (say("to_come"), str(content.installments_to_come)),
        ]
        if content.next_due_on is not None:
            rows.append((say("next_due"), say("next_due_amount")))
        return rows

    def account_kind(self, account: PaymentAccount) -> str:
        name = self.pack.words.payment_accounts.get(account.kind, account.kind)
        return name[0].upper() + name[1:]

    def _own(self) -> dict[str, str]:
        content, pack = self.content, self.pack
        days, (one_day, several_days) = content.days_past_due, pack.words.days
        next_due_on = content.next_due_on
        return {
            "total": strong(self.money(content.total_minor)),
            "total_words": self.words(content.total_minor),
            "days_past_due": one_day if days == 1 else several_days.format(count=days),
            "next_due_on": format_date(next_due_on, pack) if next_due_on else "",
            "next_amount": self.money(content.next_amount_minor),
            "payoff_until": strong(self.day(content.payoff_until)),
            "increase": self.money(content.increase_per_day_minor),
        }
