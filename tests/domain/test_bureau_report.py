"""Until when a full payment is reported, and until which day a letter may promise that."""

from datetime import date

import pytest
from pydantic import ValidationError

from domain.bureau_report import ReportTerm, report_to_promise
from domain.country import country_pack

THREE_DAYS, NEXT_MONTH = ReportTerm(days=3), ReportTerm(months=1)


@pytest.mark.parametrize(
    ("term", "paid_off_on", "letter_on", "promised"),
    [
        pytest.param(THREE_DAYS, "2026-02-20", "2026-02-20", "2026-02-23", id="days: same day"),
        pytest.param(THREE_DAYS, "2026-02-20", "2026-02-23", "2026-02-23", id="days: the last"),
        pytest.param(THREE_DAYS, "2026-02-20", "2026-02-24", None, id="days: one too late"),
        pytest.param(THREE_DAYS, "2026-02-20", "2026-03-10", None, id="days: weeks later"),
        pytest.param(THREE_DAYS, "2025-12-30", "2026-01-02", "2026-01-02", id="days: a new year"),
        pytest.param(NEXT_MONTH, "2026-02-04", "2026-02-05", "2026-03-31", id="months: same month"),
        pytest.param(NEXT_MONTH, "2026-01-31", "2026-02-28", "2026-02-28", id="months: the last"),
        pytest.param(NEXT_MONTH, "2026-01-31", "2026-03-01", None, id="months: one day too late"),
        pytest.param(NEXT_MONTH, "2025-12-01", "2026-01-31", "2026-01-31", id="months: a new year"),
        pytest.param(NEXT_MONTH, "2023-06-10", "2026-03-02", None, id="months: years later"),
    ],
)
def test_a_letter_promises_only_what_is_still_to_come(term, paid_off_on, letter_on, promised):
    found = report_to_promise(
        term,
        paid_off_on=date.fromisoformat(paid_off_on),
        letter_on=date.fromisoformat(letter_on),
    )
    assert found == (promised and date.fromisoformat(promised))


@pytest.mark.parametrize(
    "term", [{}, {"days": 3, "months": 1}, {"days": 0}, {"months": 13}], ids=repr
)
def test_a_term_is_counted_in_one_way(term):
    with pytest.raises(ValidationError):
        ReportTerm(**term)


def test_what_differs_between_countries():
    terms = {code: country_pack(code).letters.bureau_report for code in ("AR", "PA")}
    assert terms == {"AR": NEXT_MONTH, "PA": THREE_DAYS}
