"""The no-debt letter: that everything was paid, and that nothing can be claimed any more."""

from domain.letter_content import LetterKind, NoDebtLetterContent
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

    def _own(self) -> dict[str, str]:
        return {"paid_off_on_words": self.day_in_words(self.content.paid_off_on)}
