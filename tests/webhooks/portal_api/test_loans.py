"""Loans and payments over HTTP: the import's rules, one record at a time."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.portfolio_builders import without
from tests.webhooks.portal_api.records import ACTIVE, NEW_LOAN, NEW_PAYMENT, REVERSAL

PAYMENTS = "/loans/L-1/payments"
REVERSE = f"{PAYMENTS}/P-1/reversal"


def test_a_loan_is_its_terms_and_where_it_stands(portal):
    loan = portal.get("/loans/L-1").json
    assert {name: loan[name] for name in ("loan_id", "currency", "principal", "granted_on")} == {
        "loan_id": "L-1",
        "currency": "ARS",
        "principal": "300000.00",
        "granted_on": "2026-01-10",
    }
    assert loan["late_interest_daily_rate"] == "0.0015"
    assert [each["state"] for each in loan["installments"]] == ["paid", "next", "pending"]
    assert loan["installments"][0] == {
        "number": 1,
        "due_on": "2026-02-10",
        "principal": "25000.00",
        "interest": "20000.00",
        "charges": "300.00",
        "amount": "45300.00",
        "state": "paid",
        "unpaid": "0.00",
        "paid_on": "2026-02-09",
        "days_past_due": 0,
    }
    assert loan["position"] == {
        "as_of": "2026-03-02T15:00:00Z",
        "on": "2026-03-02",
        "state": "up_to_date",
        "days_past_due": 0,
        "installments_paid": 1,
        "left_to_pay": "90600.00",
        "balance": {
            "principal": "50000.00",
            "interest": "40000.00",
            "charges": "600.00",
            "late_interest": "0.00",
        },
        "overdue": "0.00",
        "to_bring_up_to_date": "0.00",
        "overpaid": "0.00",
        "next_installment": {"number": 2, "due_on": "2026-03-10", "unpaid": "45300.00"},
        "payoff": {
            "on": "2026-03-02",
            "amount": "90600.00",
            "late_interest": "0.00",
            "increase_per_day": "0.00",
        },
        "paid_off_on": None,
    }


def test_a_loan_in_arrears_tells_what_each_day_adds(portal):
    portal.post(REVERSE, REVERSAL)
    position = portal.get("/loans/L-1").json["position"]
    assert (position["state"], position["days_past_due"]) == ("overdue", 20)
    # 45,300.00 x 0.0015 x 20 days
    assert position["balance"]["late_interest"] == "1359.00"
    assert position["to_bring_up_to_date"] == "46659.00"
    assert position["payoff"]["increase_per_day"] == "67.95"


def test_a_paid_loan_owes_nothing(portal):
    position = portal.get("/loans/L-2").json["position"]
    assert (position["state"], position["paid_off_on"]) == ("paid_in_full", "2026-01-09")
    assert (position["payoff"], position["next_installment"]) == (None, None)


def test_a_borrowers_loans_come_in_pages_oldest_first(portal):
    first = portal.get("/borrowers/B-1/loans?limit=1").json
    second = portal.get(f"/borrowers/B-1/loans?limit=1&cursor={first['next_cursor']}").json
    whole = portal.get("/borrowers/B-1/loans").json
    assert [each["loan_id"] for each in first["items"] + second["items"]] == ["L-2", "L-1"]
    assert (second["next_cursor"], whole["next_cursor"]) == (None, None)
    assert whole["items"] == first["items"] + second["items"]


def test_a_loan_is_made_changed_and_left_as_it_is(ingest, portal):
    made = ingest.put("/loans/L-9", NEW_LOAN)
    same = ingest.put("/loans/L-9", without(NEW_LOAN, "loan_id") | {"type": "loan"})
    changed = ingest.put("/loans/L-9", NEW_LOAN | {"purpose": "Lavarropas"})
    assert [each.status_code for each in (made, same, changed)] == [201, 200, 200]
    assert portal.get("/loans/L-9").json == changed.json
    assert changed.json["purpose"] == "Lavarropas"


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        pytest.param({"loan_id": "L-8"}, "loan_id", "is not the one in the path", id="another id"),
        pytest.param({"borrower_id": "B-404"}, "", "B-404 is not known", id="unknown borrower"),
        pytest.param({"merchant_id": "M-404"}, "", "M-404 is not known", id="unknown merchant"),
        pytest.param({"principal": "1.005"}, "principal", "decimals", id="three decimals"),
        pytest.param({"principal": 300000}, "principal", "must be a string", id="a number"),
        pytest.param({"installments": []}, "installments", "", id="no instalment"),
        pytest.param({"status": "ok"}, "status", "unknown field", id="an unknown field"),
        pytest.param({"type": "payment"}, "type", "", id="another record"),
    ],
)
def test_terms_that_cannot_be(ingest, change, field, message):
    answer = ingest.put("/loans/L-9", NEW_LOAN | change)
    assert answer.status_code == 422
    assert [each for each in answer.json["errors"] if each["field"] == field]
    assert message in str(answer.json["errors"])


def test_the_currency_of_a_loan_stays(ingest):
    answer = ingest.put("/loans/L-1", without(ACTIVE, "type") | {"currency": "USD"})
    assert answer.status_code == 422
    assert "cannot change" in answer.text


def test_a_payment_is_taken_once(ingest, portal):
    new = ingest.post(PAYMENTS, NEW_PAYMENT)
    again = ingest.post(PAYMENTS, NEW_PAYMENT | {"loan_id": "L-1"})
    assert [new.status_code, again.status_code] == [201, 200]
    assert new.json == again.json == NEW_PAYMENT | {"loan_id": "L-1", "reversal": None}
    assert portal.get("/loans/L-1").json["position"]["installments_paid"] == 2


@pytest.mark.parametrize(
    ("path", "change"),
    [
        pytest.param("/loans/L-1/payments", {"amount": "45300.01"}, id="another amount"),
        pytest.param("/loans/L-1/payments", {"paid_on": "2026-02-28"}, id="another day"),
        pytest.param("/loans/L-1/payments", {"reference": None}, id="another reference"),
        pytest.param("/loans/L-2/payments", {}, id="another loan"),
    ],
)
def test_a_payment_known_with_other_facts_is_not_rewritten(ingest, portal, path, change):
    ingest.post(PAYMENTS, NEW_PAYMENT)
    before = portal.get("/loans/L-1").json
    answer = ingest.post(path, NEW_PAYMENT | change)
    assert (answer.status_code, answer.json["type"]) == (409, "urn:fiado:problem:payment_conflict")
    assert portal.get("/loans/L-1").json == before


def test_a_payment_for_no_loan_is_refused(ingest):
    assert ingest.post("/loans/L-404/payments", NEW_PAYMENT).status_code == 404


def test_a_payment_is_reversed_once(ingest, portal):
    first = ingest.post(REVERSE, REVERSAL)
    again = ingest.post(REVERSE, REVERSAL | {"payment_id": "P-1"})
    other = ingest.post(REVERSE, REVERSAL | {"reason": "fraud"})
    assert [each.status_code for each in (first, again, other)] == [201, 200, 409]
    assert first.json["reversal"] == again.json["reversal"] == REVERSAL
    assert portal.get("/loans/L-1").json["position"]["installments_paid"] == 0


def test_a_reversed_payment_posted_again_stays_reversed(ingest):
    ingest.post(PAYMENTS, NEW_PAYMENT)
    ingest.post(f"{PAYMENTS}/P-9/reversal", REVERSAL | {"reversed_on": "2026-03-02"})
    again = ingest.post(PAYMENTS, NEW_PAYMENT)
    assert (again.status_code, again.json["reversal"]["reason"]) == (200, "bounced")


@pytest.mark.parametrize(
    ("path", "change", "status"),
    [
        pytest.param("/loans/L-1/payments/P-404/reversal", {}, 404, id="no such payment"),
        pytest.param("/loans/L-2/payments/P-1/reversal", {}, 404, id="another loan's"),
        pytest.param("/loans/L-404/payments/P-1/reversal", {}, 404, id="no such loan"),
        pytest.param(REVERSE, {"reversed_on": "2026-02-08"}, 422, id="before it was paid"),
        pytest.param(REVERSE, {"payment_id": "P-2"}, 422, id="another id than the path's"),
        pytest.param(REVERSE, {"reason": "a\nb"}, 422, id="a reason of two lines"),
    ],
)
def test_reversals_that_cannot_be(ingest, path, change, status):
    assert ingest.post(path, REVERSAL | change).status_code == status


def test_of_two_payments_under_one_id_at_once_one_is_taken(world, ingest):
    amounts = [f"{amount}.00" for amount in range(1, 9)]
    with ThreadPoolExecutor(8) as crowd:
        answers = list(
            crowd.map(lambda each: ingest.post(PAYMENTS, NEW_PAYMENT | {"amount": each}), amounts)
        )
    assert sorted(each.status_code for each in answers) == [201] + [409] * 7
    [taken] = [each.json["amount"] for each in answers if each.status_code == 201]
    assert ingest.post(PAYMENTS, NEW_PAYMENT | {"amount": taken}).status_code == 200


def test_every_change_of_a_loan_is_a_new_version_of_it(world, ingest):
    def version():
        return world.services.database["loans"].find_one({"_id": "L-1"}).get("version", 0)

    versions = [version()]
    for path, body in [
        (PAYMENTS, NEW_PAYMENT),
        (PAYMENTS, NEW_PAYMENT),
        (REVERSE, REVERSAL),
        (REVERSE, REVERSAL),
        (REVERSE, REVERSAL | {"reason": "fraud"}),
    ]:
        ingest.post(path, body)
        versions.append(version())
    assert [each - versions[0] for each in versions] == [0, 1, 1, 2, 2, 2]
