"""The no-debt letter: that everything was paid, and that nothing can be claimed any more."""

from datetime import date

from markupsafe import Markup

from domain.bureau_report import report_to_promise
from domain.letter_content import LetterKind, NoDebtLetterContent
from pdfs.formatting_es import month_in_words
from pdfs.letter_facts import LetterFacts, Row


class NoDebtLetterFacts(LetterFacts[NoDebtLetterContent]):
    kind = LetterKind.NO_DEBT

    @property
    def payment(self) -> list[Row]:
        """What is owed, since when, and the payment that settled it."""
        content, say = self.content, self.say
        rows: list[Row] = [
            (say("paid_balance"), f"{self.money(0)} ({self.words(0)})"),
            (say("paid_off_on"), self.day(content.paid_off_on)),
        ]
        if content.last_payment_reference is not None:
            rows.append((say("last_payment"), content.last_payment_reference))
        return rows

    @property
    def bureau(self) -> Markup:
        """That the payment will be reported; once its time is past, what is done if it was not."""
        return self.say("no_debt_bureau_ahead" if self._reported_by else "no_debt_bureau_past")

    @property
    def _reported_by(self) -> date | None:
        content = self.content
        return report_to_promise(
            self.pack.letters.bureau_report,
            paid_off_on=content.paid_off_on,
            letter_on=content.issued_on,
        )

    def _own(self) -> dict[str, str]:
        paid_off_on, reported_by = self.content.paid_off_on, self._reported_by
        return {
            "paid_off_on_words": self.day_in_words(paid_off_on),
            "paid_off_month": month_in_words(paid_off_on, self.pack),
            "reported_by_words": self.day_in_words(reported_by) if reported_by else "",
        }
