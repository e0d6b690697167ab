from datetime import date
from decimal import Decimal

import pytest

from domain.loan import PaymentReversal
from domain.loan_position import LoanHistory
from storage.bulk import WriteCounts
from storage.indexes import ensure_indexes
from storage.loans import Loans
from tests.loan_builders import a_loan, a_payment


@pytest.fixture
def loans(database) -> Loans:
    ensure_indexes(database)
    return Loans(database)


def test_a_loan_comes_back_as_it_was_kept(loans):
    loan = a_loan(late_interest_daily_rate=Decimal("0.00150000001"), purpose="Ñandú ✅")
    payments = [a_payment(payment_id="P-1"), a_payment(payment_id="P-2", reference="R-9")]
    loans.save([loan])
    loans.save(payments)
    assert loans.find(loan.loan_id) == LoanHistory(loan, payments, version=1)


def test_an_unknown_loan_is_not_found(loans):
    assert loans.find("L-0") is None
    assert loans.list_of_borrower("B-0") == []


def test_loans_of_a_borrower_come_oldest_first_each_with_its_own_payments(loans):
    newer = a_loan(loan_id="L-1", granted_on=date(2025, 12, 20))
    older = a_loan(loan_id="L-2", granted_on=date(2025, 12, 1))
    foreign = a_loan(loan_id="L-3", borrower_id="B-2")
    paid = a_payment(loan_id="L-2", payment_id="P-2")
    loans.save([newer, older, foreign])
    loans.save([paid, a_payment(loan_id="L-3", payment_id="P-3")])
    assert loans.list_of_borrower("B-1") == [
        LoanHistory(older, [paid], version=1),
        LoanHistory(newer, []),
    ]


def test_saving_again_changes_nothing_and_saving_other_terms_changes_them(loans):
    assert loans.save([a_loan()]) == WriteCounts(created=1)
    assert loans.save([a_loan()]) == WriteCounts(unchanged=1)
    assert loans.save([a_loan(purpose="Lavarropas")]) == WriteCounts(changed=1)
    assert loans.find("L-2026-004821").loan.purpose == "Lavarropas"


def test_terms_saved_again_do_not_bring_back_a_cancelled_loan(loans):
    loans.save([a_loan()])
    loans.mark_cancelled("L-2026-004821", date(2026, 2, 1))
    loans.save([a_loan()])
    assert loans.find("L-2026-004821").loan.cancelled_on == date(2026, 2, 1)


def test_a_payment_saved_again_stays_reversed(loans):
    reversal = PaymentReversal(payment_id="P-1", reversed_on=date(2026, 1, 12), reason="bounced")
    loans.save([a_loan()])
    loans.save([a_payment()])
    assert loans.save([reversal]) == WriteCounts(changed=1)
    assert loans.save([reversal]) == WriteCounts(unchanged=1)
    loans.save([a_payment()])
    assert loans.find("L-2026-004821").payments[0].reversal == reversal


def test_a_reversal_of_an_unknown_payment_makes_none(loans):
    reversal = PaymentReversal(payment_id="P-0", reversed_on=date(2026, 1, 12), reason="bounced")
    assert loans.save([reversal]) == WriteCounts()
    assert loans.payments_by_id({"P-0"}) == {}


@pytest.mark.parametrize(
    ("collection", "query"),
    [
        ("loans", {"borrower_id": "B-1"}),
        ("loans", {"merchant_id": "M-1"}),
        ("payments", {"loan_id": {"$in": ["L-1", "L-2"]}}),
        ("borrowers", {"phone": "5491155550101"}),
        ("borrowers", {"document_number": "28123456", "document_type": "DNI"}),
        ("merchants", {"owner_phone": "5491155550201"}),
        ("salespeople", {"phone": "5491155550301"}),
        ("salespeople", {"merchant_id": "M-1"}),
        ("transactions", {"salesperson_id": "S-1", "occurred_at": {"$gt": 0}}),
        ("transactions", {"merchant_id": "M-1", "occurred_at": {"$gt": 0}}),
    ],
)
def test_an_index_serves_the_query(database, collection, query):
    ensure_indexes(database)
    plan = database[collection].find(query).explain()["queryPlanner"]["winningPlan"]
    assert plan["inputStage"]["stage"] == "IXSCAN"
