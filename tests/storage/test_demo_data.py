from collections import Counter
from datetime import date, timedelta

import pytest
from stdnum.ar import cbu, cuit

from domain.loan_position import LoanState
from storage.demo_data import build, demo_people, load_demo_data
from storage.portfolio_batch import Portfolio
from storage.portfolio_import import ImportResult

TODAY = date(2026, 11, 22)

ARGENTINA = {
    "DEMO-2026-004821": (LoanState.UP_TO_DATE, 0, 4),
    "DEMO-2026-003310": (LoanState.DUE_SOON, 0, 7),
    "DEMO-2026-004102": (LoanState.OVERDUE, 6, 3),
    "DEMO-2026-002977": (LoanState.OVERDUE, 40, 4),
    "DEMO-2026-005044": (LoanState.UP_TO_DATE, 0, 2),
    "DEMO-2025-009120": (LoanState.PAID_IN_FULL, 0, 6),
    "DEMO-2026-001707": (LoanState.UP_TO_DATE, 0, 8),
    "DEMO-2026-004950": (LoanState.OVERDUE, 3, 1),
    "DEMO-2025-008815": (LoanState.PAID_IN_FULL, 0, 3),
    "DEMO-2026-004466": (LoanState.CANCELLED, 0, 1),
    "DEMO-2026-000512": (LoanState.PAID_IN_FULL, 0, 4),
    "DEMO-2026-003688": (LoanState.OVERDUE, 12, 4),
    "DEMO-2026-002211": (LoanState.UP_TO_DATE, 0, 2),
    "DEMO-2026-004733": (LoanState.OVERDUE, 15, 2),
    "DEMO-2026-003999": (LoanState.DUE_SOON, 0, 3),
}
PANAMA = {
    "PA-2026-004821": (LoanState.UP_TO_DATE, 0, 4),
    "PA-2026-003107": (LoanState.DUE_SOON, 0, 5),
    "PA-2026-002654": (LoanState.OVERDUE, 8, 2),
    "PA-2025-009903": (LoanState.PAID_IN_FULL, 0, 6),
    "PA-2026-001288": (LoanState.UP_TO_DATE, 0, 3),
    "PA-2026-004377": (LoanState.OVERDUE, 5, 1),
    "PA-2026-003845": (LoanState.OVERDUE, 11, 3),
    "PA-2026-004012": (LoanState.UP_TO_DATE, 0, 1),
}


@pytest.mark.parametrize(("country", "expected"), [("AR", ARGENTINA), ("PA", PANAMA)])
def test_every_loan_shows_its_state_on_the_day_of_loading(database, country, expected):
    load_demo_data(database, country, TODAY)
    loans = Portfolio.of(database).loans
    found = {}
    for loan_id in expected:
        position = loans.find(loan_id).position(TODAY)
        found[loan_id] = (position.state, position.days_past_due, position.installments_paid)
    assert found == expected


def test_special_cases(database):
    load_demo_data(database, "AR", TODAY)
    loans = Portfolio.of(database).loans
    assert loans.find("DEMO-2026-000512").position(TODAY).overpaid_minor == 250000
    [bounced] = [p for p in loans.find("DEMO-2026-003688").payments if p.reversal]
    assert bounced.reversal.reversed_on == TODAY - timedelta(days=10)
    early = loans.find("DEMO-2026-005044").position(TODAY).next_installment
    assert early.is_partially_paid
    late = loans.find("DEMO-2026-002977").position(TODAY).installments[4]
    assert late.is_partially_paid
    assert late.days_past_due == 40
    assert {each.loan.merchant_id for each in loans.list_of_borrower("DEMO-B7")} == {
        "DEMO-M100",
        "DEMO-M200",
        "DEMO-M300",
    }


def test_loading_again_changes_nothing_and_next_day_it_moves(database):
    load_demo_data(database, "AR", TODAY)
    again = load_demo_data(database, "AR", TODAY)
    assert (again.created, again.changed) == (0, 0)
    tomorrow = TODAY + timedelta(days=1)
    load_demo_data(database, "AR", tomorrow)
    loans = Portfolio.of(database).loans
    assert loans.find("DEMO-2026-004102").position(tomorrow).days_past_due == 6


def test_the_packs_live_side_by_side(database):
    load_demo_data(database, "AR", TODAY)
    result = load_demo_data(database, "PA", TODAY)
    assert result == ImportResult(created=50, changed=1)


@pytest.mark.parametrize("country", ["AR", "PA"])
def test_the_calendar_never_breaks_a_schedule(country):
    for day in range(366 * 4):
        today = date(2027, 1, 1) + timedelta(days=day)
        for record in build(country, today):
            if record["type"] == "loan":
                due_dates = [each["due_on"] for each in record["installments"]]
                assert due_dates == sorted(set(due_dates))
                assert record["granted_on"] < due_dates[0]
            if record["type"] == "payment":
                assert record["paid_on"] <= today.isoformat()


@pytest.mark.parametrize("country", ["AR", "PA"])
def test_people_are_those_on_file(database, country):
    load_demo_data(database, country, TODAY)
    stored = Portfolio.of(database)
    for person in demo_people(country):
        borrowers = stored.borrowers.list_by_phone(person.phone)
        if person.document_last4:
            assert (person.name, person.document_last4) in {
                (each.name, each.document_last4) for each in borrowers
            }
        else:
            known = [each.name for each in stored.salespeople.list_by_phone(person.phone)]
            known += [
                each.owner_name for each in stored.merchants.list_by_owner_phone(person.phone)
            ]
            assert known == ([] if "no one" in person.about else [person.name])
    phones = Counter(person.phone for person in demo_people("AR"))
    assert phones["5491144440111"] == 2


def test_account_and_tax_numbers_have_valid_check_digits():
    merchants = [each for each in build("AR", TODAY) if each["type"] == "merchant"]
    accounts = [account for each in merchants for account in each["payment_accounts"]]
    numbers = [each["number"] for each in accounts if each["kind"] in {"cbu", "cvu"}]
    assert len(numbers) == 3
    assert all(cbu.is_valid(number) for number in numbers)
    assert all(cuit.is_valid(each["tax_id"]) for each in merchants)
