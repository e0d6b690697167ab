from datetime import date

import pytest

from tests.letter_builders import CODE, PAID, a_draft, a_no_debt_draft
from tests.loan_builders import DUE_DATES, a_payment


def test_a_balance_letter_says_what_is_owed_and_what_settles_it():
    content = a_draft().content("AR-LS-2026-000123")
    assert content.folio == "AR-LS-2026-000123"
    assert content.verify_url == f"https://fiado.example/verificar/AR-LS-2026-000123?c={CODE}"
    assert (content.principal_minor, content.interest_minor) == (16000, 3000)
    assert (content.charges_minor, content.late_interest_minor) == (1000, 0)
    assert content.total_minor == 20000
    assert (content.installments_paid, content.installments_to_come) == (1, 2)
    assert (content.next_due_on, content.next_amount_minor) == (DUE_DATES[1], 10000)
    # the second instalment is due on the last day of validity: late interest runs after it
    assert (content.payoff_until, content.payoff_minor) == (content.valid_until, 20000)
    assert content.valid_until == DUE_DATES[1]
    assert content.increase_per_day_minor == 100


def test_an_overdue_loan_counts_its_days_and_its_late_interest_to_the_last_day_of_validity():
    content = a_draft(payments=()).content("F")
    assert (content.days_past_due, content.installments_overdue) == (26, 1)
    assert content.installments_to_come == 2
    assert content.late_interest_minor == 2600
    # 31 days at 1 % of the first instalment
    assert (content.payoff_until, content.payoff_minor) == (DUE_DATES[1], 33100)


@pytest.mark.parametrize(
    ("payments", "paid_off_on", "reference"),
    [
        pytest.param(PAID, DUE_DATES[2], "R-3", id="receipt's number"),
        pytest.param(
            [*PAID[:2], a_payment(10000, date(2026, 3, 8), payment_id="P-9")],
            date(2026, 3, 8),
            "P-9",
            id="no receipt: the payment's own id",
        ),
        pytest.param(
            [*PAID, a_payment(500, date(2026, 3, 11), payment_id="P-9")],
            DUE_DATES[2],
            "R-3",
            id="paid too much afterwards",
        ),
    ],
)
def test_a_no_debt_letter_names_the_payment_that_closed_the_loan(payments, paid_off_on, reference):
    draft = a_no_debt_draft()
    history = type(draft.history)(draft.history.loan, payments)
    position = history.position(draft.position.as_of)
    content = a_no_debt_draft(history=history, position=position).content("F")
    assert content.paid_off_on == paid_off_on
    assert content.last_payment_reference == reference
    settling = next(each for each in payments if each.name == reference)
    assert content.settling_payment_id == settling.payment_id


def test_a_loan_that_is_not_paid_gets_no_release():
    with pytest.raises(ValueError, match="not paid in full"):
        a_no_debt_draft(position=a_draft().position).content("F")


def test_the_hour_of_issue_is_the_sites_own():
    assert f"{a_draft().content('F').issued_local:%d/%m/%Y %H:%M}" == "05/02/2026 10:15"
