from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal

import pytest
from pymongo.errors import PyMongoError

from domain.loan import PaymentReversal
from domain.loan_position import LoanHistory
from storage.bulk import WriteCounts
from storage.loan_reviews import LoanReviews
from storage.loans import Loans
from tests.loan_builders import a_loan, a_payment


@pytest.fixture
def loans(indexed) -> Loans:
    return Loans(indexed)


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


REVERSAL = PaymentReversal(payment_id="P-1", reversed_on=date(2026, 1, 12), reason="bounced")
TODAY = date(2026, 3, 10)


def version(loans, loan_id="L-2026-004821"):
    return loans.find(loan_id).version


@pytest.fixture
def reviews(loans, indexed) -> LoanReviews:
    """Of one paid loan and one that is not, neither of them marked."""
    loans.save([a_loan(), a_loan(loan_id="L-2"), a_payment()])
    reviews = LoanReviews(indexed)
    reviews.note_done((mark, None) for mark in reviews.list_due(TODAY, 10))
    return reviews


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param([a_loan(purpose="Lavarropas")], id="terms"),
        pytest.param([a_payment(payment_id="P-2")], id="payment"),
        pytest.param([a_payment(amount_minor=9000)], id="payment corrected"),
        pytest.param([REVERSAL], id="reversal"),
        pytest.param(
            [a_loan(purpose="Lavarropas"), a_payment(payment_id="P-2"), REVERSAL], id="all"
        ),
    ],
)
def test_a_change_makes_the_version_grow_and_marks_the_loan_once(loans, reviews, changes):
    loans.save(changes)
    assert (version(loans), version(loans, "L-2")) == (2, 0)
    assert [mark.loan_id for mark in reviews.list_due(TODAY, 10)] == ["L-2026-004821"]
    reviews.note_done((mark, None) for mark in reviews.list_due(TODAY, 10))
    loans.save(changes)
    assert version(loans) == 2
    assert reviews.list_due(TODAY, 10) == []


def test_a_cancellation_makes_the_version_grow_and_marks_the_loan_once(loans, reviews):
    for _ in range(2):
        loans.mark_cancelled("L-2", TODAY)
        assert version(loans, "L-2") == 1
        [mark] = reviews.list_due(TODAY, 10)
    reviews.note_done([(mark, None)])
    loans.mark_cancelled("L-2", TODAY)
    assert reviews.list_due(TODAY, 10) == []


def test_a_new_loan_is_not_marked(loans, indexed):
    loans.save([a_loan()])
    assert LoanReviews(indexed).list_due(TODAY, 10) == []


def test_a_change_and_its_mark_are_stored_together(loans, reviews, monkeypatch):
    def fail(*_args):
        raise PyMongoError

    with monkeypatch.context() as patched:
        patched.setattr(Loans, "_note_changed", fail)
        with pytest.raises(PyMongoError):
            loans.save([a_loan(purpose="Lavarropas"), a_payment(payment_id="P-2"), REVERSAL])
    assert loans.find("L-2026-004821") == LoanHistory(a_loan(), [a_payment()], version=1)
    assert reviews.list_due(TODAY, 10) == []


def test_a_mark_set_anew_survives_the_end_of_an_earlier_review(loans, reviews):
    loans.save([REVERSAL])
    [seen] = reviews.list_due(TODAY, 10)
    loans.save([a_payment(payment_id="P-2")])
    reviews.note_done([(seen, None)])
    [mark] = reviews.list_due(TODAY, 10)
    reviews.note_done([(mark, None)])
    assert reviews.list_due(TODAY, 10) == []


def test_changes_are_reviewed_in_their_order_and_before_what_the_day_brings(loans, reviews):
    loans.save([a_loan(loan_id=f"L-{number}") for number in (3, 4)])
    reviews.mark("L-3")
    [mark] = reviews.list_due(TODAY, 10)
    reviews.note_done([(mark, TODAY)])
    loans.save([a_payment(payment_id="P-4", loan_id="L-4")])
    loans.save([a_payment(payment_id="P-2", loan_id="L-2")])
    due = [mark.loan_id for mark in reviews.list_due(TODAY, 10)]
    assert due == ["L-4", "L-2", "L-3"]
    assert [mark.loan_id for mark in reviews.list_due(TODAY, 2)] == due[:2]
    assert len(reviews.list_due(TODAY - timedelta(days=1), 10)) == 2


def test_a_change_on_the_very_day_is_not_lost_to_the_days_review(loans, reviews):
    reviews.mark("L-2")
    [mark] = reviews.list_due(TODAY, 10)
    reviews.note_done([(mark, TODAY)])
    [of_the_day] = reviews.list_due(TODAY, 10)
    loans.save([a_payment(payment_id="P-2", loan_id="L-2")])
    reviews.note_done([(of_the_day, None)])
    assert [mark.loan_id for mark in reviews.list_due(TODAY, 10)] == ["L-2"]


def test_many_writers_of_the_same_records_at_once_all_get_through(loans):
    loans.save([a_loan()])
    payments = [a_payment(payment_id=f"P-{number}") for number in range(50)]
    with ThreadPoolExecutor(4) as writers:
        counts = list(writers.map(lambda _: loans.save(payments), range(4)))
    assert sorted(counts) == [WriteCounts(unchanged=50)] * 3 + [WriteCounts(created=50)]
    assert version(loans) == 1


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
def test_an_index_serves_the_query(indexed, collection, query):
    plan = indexed[collection].find(query).explain()["queryPlanner"]["winningPlan"]
    assert plan["inputStage"]["stage"] == "IXSCAN"
