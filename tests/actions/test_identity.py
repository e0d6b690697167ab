"""The identity question: how it is worded, what an answer leads to."""

import pytest

from actions.identity import AfterIdentity, AskIdentityDigits, ValidateIdentityForm

FORM = "identity_form"


@pytest.mark.parametrize(
    ("times", "intent", "expected"),
    [
        pytest.param(0, "ask_loan_status", "utter_ask_identity", id="first"),
        pytest.param(1, "nlu_fallback", "utter_ask_identity_again", id="not an answer"),
        pytest.param(2, "deny", "utter_ask_identity_why", id="not an answer again"),
        pytest.param(3, "nlu_fallback", "utter_ask_identity_again", id="and again"),
        pytest.param(1, "thank", "utter_ask_identity_later", id="after something else"),
    ],
)
def test_question(caller, times, intent, expected):
    outcome = caller.run(AskIdentityDigits(), intent, slots={"times_asked": times})
    assert outcome.said == [expected]
    assert outcome.slots == {"times_asked": times + 1}


def test_the_verdict_on_wrong_digits_has_asked_already(caller):
    outcome = caller.run(AskIdentityDigits(), "inform", entities={"identity_digits": "1111"})
    assert outcome.messages == []
    assert outcome.events == []


@pytest.mark.parametrize(
    ("digits", "said", "slot"),
    [
        pytest.param("3456", [], "verified", id="right"),
        pytest.param("1111", ["utter_identity_wrong"], None, id="wrong"),
    ],
)
def test_one_answer(borrower, digits, said, slot):
    entities = {"identity_digits": digits}
    outcome = borrower.run(ValidateIdentityForm(), "inform", entities=entities, active_form=FORM)
    assert outcome.said == said
    assert outcome.slots == {"identity_digits": slot}


def test_a_replayed_answer_costs_no_try(borrower):
    for _ in range(5):
        entities = {"identity_digits": "1111"}
        outcome = borrower.run(ValidateIdentityForm(), "inform", entities=entities)
        assert outcome.messages[0]["attempts_left"] == 2


def test_the_third_wrong_answer_locks_and_then_nothing_is_asked(service, borrower):
    for attempt in range(2):
        service.identity.check(borrower.contact_id, "1111", attempt_id=f"try-{attempt}")
    outcome = borrower.run(ValidateIdentityForm(), "inform", entities={"identity_digits": "2222"})
    assert outcome.slots == {"identity_digits": "locked"}
    assert borrower.run(ValidateIdentityForm(), "ask_loan_status").slots == {"requested_slot": None}


@pytest.mark.parametrize(
    ("verdict", "said", "followed_by"),
    [
        pytest.param("verified", [], "action_show_installments", id="verified"),
        pytest.param("shared", ["utter_identity_shared"], None, id="fits two people"),
        pytest.param("locked", ["utter_identity_locked"], None, id="just locked"),
        pytest.param(None, ["utter_identity_still_locked"], None, id="locked before"),
    ],
)
def test_what_follows(borrower, verdict, said, followed_by):
    slots = {"identity_digits": verdict, "after_identity": "action_show_installments"}
    outcome = borrower.run(AfterIdentity(), "inform", slots=slots)
    assert outcome.said == said
    assert outcome.followed_by == followed_by
    assert outcome.slots == {"identity_digits": None}
