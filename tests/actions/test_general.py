"""Menu, greeting, leaving, repeating and the ladder."""

from datetime import timedelta

import pytest

from actions.general import ExitTask, Goodbye, Greet, NotUnderstood, Repeat, ShowMenu, Thank
from domain.contact import Role
from domain.merchant import Merchant
from storage.merchants import Merchants
from tests.actions.conftest import PHONE
from tests.actions.trackers import bot_event, user_event

SAID = {"content": {"kind": "text", "text": "..."}}


def own_a_shop(service):
    Merchants(service.database).save(
        [Merchant(merchant_id="M-9", name="Otra", owner_name="Ramona", owner_phone=PHONE)]
    )


def test_a_stranger_gets_the_borrowers_menu(caller):
    (message,) = caller.run(ShowMenu(), "ask_menu").messages
    assert message["response"] == "utter_menu_borrower"
    assert message["buttons"] == []


def test_the_role_chosen_last_has_its_menu_and_a_way_to_the_others(service, borrower):
    own_a_shop(service)
    service.contacts.set_active_role(borrower.contact_id, Role.OWNER)
    (message,) = borrower.run(ShowMenu(), "ask_menu").messages
    assert message["response"] == "utter_menu_owner"
    assert [button["payload"] for button in message["buttons"]] == ["/switch_profile"]


def test_a_role_that_was_lost_is_not_shown(service, borrower):
    service.contacts.set_active_role(borrower.contact_id, Role.OWNER)
    assert borrower.run(ShowMenu(), "ask_menu").said == ["utter_menu_borrower"]


@pytest.mark.parametrize(
    ("action", "form", "said", "leaves"),
    [
        pytest.param(ShowMenu, "payoff_form", ["utter_menu_borrower"], True, id="menu"),
        pytest.param(ExitTask, "payoff_form", ["utter_exit_task"], True, id="leave"),
        pytest.param(ExitTask, None, ["utter_nothing_to_exit"], True, id="nothing"),
        pytest.param(Goodbye, "payoff_form", ["utter_goodbye"], True, id="goodbye"),
        pytest.param(Greet, "payoff_form", ["utter_greet"], False, id="greeting in form"),
        pytest.param(Greet, None, ["utter_greet", "utter_menu_borrower"], False, id="hi"),
        pytest.param(Thank, "payoff_form", ["utter_thanks"], False, id="thanks"),
        pytest.param(NotUnderstood, "payoff_form", [], False, id="noise in form"),
        pytest.param(Repeat, "payoff_form", [], False, id="repeat in form"),
    ],
)
def test_in_and_out_of_a_form(caller, action, form, said, leaves):
    outcome = caller.run(action(), active_form=form)
    assert outcome.said == said
    assert outcome.leaves_form is leaves


def test_the_introduction_of_a_first_contact_has_the_hello(caller):
    assert caller.run(Greet(), "greet", is_first_contact=True).said == ["utter_menu_borrower"]


@pytest.mark.parametrize("action", [Greet, Thank, NotUnderstood])
@pytest.mark.parametrize(
    ("awaits", "said"), [(True, "utter_receipt_taken"), (False, "utter_is_it_a_receipt")]
)
def test_a_file_with_words_that_ask_for_nothing(caller, action, awaits, said):
    outcome = caller.run(action(), has_file=True, slots={"awaits_receipt": awaits})
    assert outcome.said == [said]


@pytest.mark.parametrize(
    ("before", "times", "intent", "said"),
    [
        pytest.param((), 0, "nlu_fallback", ["utter_not_understood_1"], id="first"),
        pytest.param((), 0, "out_of_scope", ["utter_out_of_scope"], id="not done here"),
        pytest.param(
            (user_event("nlu_fallback"),),
            1,
            "nlu_fallback",
            ["utter_not_understood_2", "utter_menu_borrower"],
            id="second",
        ),
        pytest.param(
            (user_event("out_of_scope"),), 2, "nlu_fallback", ["utter_not_understood_3"], id="third"
        ),
        pytest.param(
            (user_event("nlu_fallback"),), 3, "inform", ["utter_not_understood_4"], id="fourth"
        ),
        pytest.param(
            (user_event("nlu_fallback"),), 4, "nlu_fallback", ["utter_not_understood_1"], id="fifth"
        ),
        pytest.param(
            (user_event("thank"),), 3, "nlu_fallback", ["utter_not_understood_1"], id="after a rest"
        ),
        pytest.param((user_event("greet"),), 0, "affirm", ["utter_nothing_pending"], id="yes"),
        pytest.param(
            (user_event("affirm"), bot_event("utter_nothing_pending")),
            0,
            "affirm",
            ["utter_menu_borrower"],
            id="yes again",
        ),
    ],
)
def test_ladder(caller, before, times, intent, said):
    slots = {"times_not_understood": times}
    assert caller.run(NotUnderstood(), intent, before=before, slots=slots).said == said


def test_no_loan_of_those_offered_asks_again_which_and_then_climbs(caller):
    before = (user_event("ask_loan_status"), bot_event("utter_choose_loan"))
    slots = {"choosing_for": "action_show_installments"}
    first = caller.run(NotUnderstood(), before=before, slots=slots)
    assert first.said == []
    assert first.followed_by == "action_show_installments"
    before = (user_event("nlu_fallback"), bot_event("utter_choose_loan"))
    second = caller.run(NotUnderstood(), before=before, slots=slots | first.slots)
    assert second.said == ["utter_not_understood_2", "utter_menu_borrower"]


def test_a_shop_that_is_not_understood_is_offered_no_loans(service, caller):
    own_a_shop(service)
    assert caller.run(NotUnderstood()).said == ["utter_not_understood_at_work"]


@pytest.fixture
def told(service, verified):
    """Somebody who was told something that only B-1 may hear."""
    service.database["conversations"].update_one(
        {"_id": verified.conversation_id},
        {"$set": {"last_answer": [SAID], "last_answer_for": "B-1"}},
    )
    return verified


def test_nothing_to_repeat(caller):
    assert caller.run(Repeat(), "repeat").said == ["utter_nothing_to_repeat"]


def test_the_last_answer_is_repeated_to_whom_it_was_given(told):
    assert told.run(Repeat(), "repeat").said == ["utter_repeat"]


def test_afterwards_identity_is_asked_first(told, clock):
    clock.move(timedelta(minutes=31))
    outcome = told.run(Repeat(), "repeat")
    assert outcome.said == []
    assert outcome.followed_by == "identity_form"
    assert outcome.slots["after_identity"] == "action_repeat"


@pytest.mark.parametrize(
    ("told_to", "said"), [("B-1", "utter_repeat"), ("B-2", "utter_nothing_to_repeat")]
)
def test_after_the_proof_it_is_repeated_if_it_is_theirs(service, told, told_to, said):
    service.database["conversations"].update_one(
        {"_id": told.conversation_id}, {"$set": {"last_answer_for": told_to}}
    )
    outcome = told.run(
        Repeat(), "inform", entities={"identity_digits": "3456"}, active_form="identity_form"
    )
    assert outcome.said == [said]
