"""Until when credit bureaus hear of a payment, and so what a letter may still promise about it."""

from datetime import date, timedelta
from typing import Self

from pydantic import Field, model_validator

from domain.days import add_months, month_end
from domain.fields import DomainModel


class ReportTerm(DomainModel):
    """The country's time limit for reporting a full payment: one of the two."""

    days: int | None = Field(None, ge=1, le=366, description="calendar days after the payment")
    months: int | None = Field(
        None, ge=1, le=12, description="whole months after that of the payment, to the end of them"
    )

    @model_validator(mode="after")
    def _one_way_to_count(self) -> Self:
        if (self.days is None) is (self.months is None):
            raise ValueError("needs either days or months")
        return self

    def last_day(self, paid_off_on: date) -> date:
        """The day by whose end a payment of `paid_off_on` must have been reported."""
        if self.months is not None:
            return month_end(add_months(paid_off_on, self.months))
        return paid_off_on + timedelta(days=self.days or 0)


def report_to_promise(term: ReportTerm, *, paid_off_on: date, letter_on: date) -> date | None:
    """Last day of the report that a letter of `letter_on` may promise; None once it is past."""
    last_day = term.last_day(paid_off_on)
    return last_day if letter_on <= last_day else None
