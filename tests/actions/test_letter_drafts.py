"""For whom a letter is, the summary, and the yes that issues it once."""

import pytest

from actions.letter_drafts import (
    AskLetterAddressee,
    AskLetterConfirmation,
    ChangeLetterAddressee,
    DropLetter,
    IssueLetter,
)
from bot.dialogue.addressee_es import TO_ANYONE
from tests.actions.conftest import lend
from tests.actions.letter_records import ALL_PAID, DRAFT, GONE
from tests.actions.trackers import bot_event, user_event


def letters_in(service):
    return service.database["letters"].count_documents({})


@pytest.mark.parametrize(
    ("doubt", "expected"),
    [
        ("why", "utter_ask_letter_addressee_why"),
        ("unsure", "utter_ask_letter_addressee_unsure"),
        ("no_name", "utter_ask_letter_addressee_no_name"),
        ("too_long", "utter_ask_letter_addressee_shorter"),
        ("not_words", "utter_ask_letter_addressee_in_words"),
    ],
)
def test_each_doubt_has_its_words_but_not_twice_running(caller, doubt, expected):
    turn = {"entities": {"addressee_doubt": doubt}, "slots": DRAFT | {"times_asked": 1}}
    assert caller.run(AskLetterAddressee(), "inform", **turn).said == [expected]
    before = (user_event("inform"), bot_event(expected))
    again = caller.run(AskLetterAddressee(), "inform", before=before, **turn)
    assert again.said == ["utter_ask_letter_addressee_again"]


@pytest.mark.parametrize(
    ("times", "intent", "expected"),
    [
        pytest.param(0, "request_letter", "utter_ask_letter_addressee", id="first"),
        pytest.param(1, "nlu_fallback", "utter_ask_letter_addressee_again", id="lost"),
        pytest.param(2, "affirm", "utter_ask_letter_addressee_example", id="lost again"),
        pytest.param(1, "thank", "utter_ask_letter_addressee_later", id="something else"),
        pytest.param(
            0, "change_letter_addressee", "utter_ask_letter_addressee_other", id="another name"
        ),
    ],
)
def test_the_question_for_whom(caller, times, intent, expected):
    slots = DRAFT | {"times_asked": times}
    outcome = caller.run(AskLetterAddressee(), intent, slots=slots, active_form="letter_form")
    assert outcome.said == [expected]
    (button,) = outcome.messages[0]["buttons"]
    assert button["title"] == "A quien corresponda"


@pytest.mark.parametrize("action", [AskLetterAddressee, AskLetterConfirmation])
@pytest.mark.parametrize("draft", [{}, {"letter_kind": "balance"}], ids=["no draft", "half of one"])
def test_without_a_draft_nothing_is_asked(verified, action, draft):
    outcome = verified.run(action(), "affirm", slots=draft)
    assert outcome.said == ["utter_letter_draft_gone"]
    assert outcome.leaves_form


def test_the_summary_tells_all_that_would_stand_on_it(verified):
    outcome = verified.run(AskLetterConfirmation(), "inform", slots=DRAFT | {"times_asked": 0})
    assert outcome.said == ["utter_confirm_letter"]
    (message,) = outcome.messages
    assert (message["kind"], message["last4"], message["addressee"], message["valid_until"]) == (
        "Carta de saldo",
        "4821",
        "UBA",
        "26/02/2026",
    )
    assert outcome.slots == {"times_asked": 1}


def test_what_is_neither_yes_nor_no_gets_the_question_in_short(verified):
    outcome = verified.run(AskLetterConfirmation(), "affirm", slots=DRAFT | {"times_asked": 1})
    assert outcome.said == ["utter_confirm_letter_again"]


def test_the_summary_waits_for_the_proof(borrower):
    outcome = borrower.run(AskLetterConfirmation(), "inform", slots=DRAFT)
    assert outcome.said == []
    assert outcome.followed_by == "identity_form"
    assert outcome.slots["after_identity"] == "letter_confirmation_form"


def test_a_loan_that_changed_ends_the_draft_at_the_summary(service, verified):
    lend(service, *ALL_PAID)
    outcome = verified.run(AskLetterConfirmation(), "inform", slots=DRAFT)
    assert outcome.said == ["utter_letter_paid_in_full"]
    assert outcome.leaves_form


@pytest.mark.parametrize(
    ("entities", "form", "addressee"),
    [
        pytest.param({}, "letter_form", None, id="to be asked"),
        pytest.param(
            {"letter_addressee": "ANSES"}, "letter_confirmation_form", "ANSES", id="said already"
        ),
    ],
)
def test_another_name_keeps_the_rest(caller, entities, form, addressee):
    outcome = caller.run(
        ChangeLetterAddressee(), "change_letter_addressee", entities=entities, slots=DRAFT
    )
    assert outcome.followed_by == form
    assert outcome.slots == DRAFT | {"letter_addressee": addressee, "times_asked": 0}


def test_a_no_issues_nothing(service, caller):
    outcome = caller.run(DropLetter(), "drop_letter", slots=DRAFT)
    assert outcome.said == ["utter_letter_dropped"]
    assert outcome.slots.items() >= GONE.items()
    assert letters_in(service) == 0


@pytest.mark.parametrize(("addressee", "on_letter"), [("UBA", "UBA"), (TO_ANYONE, None)])
def test_a_yes_issues_once_however_often_it_runs(service, verified, addressee, on_letter):
    slots = DRAFT | {"letter_addressee": addressee}
    outcomes = [verified.run(IssueLetter(), "issue_letter", slots=slots) for _ in range(2)]
    (first, again) = (outcome.messages[0] for outcome in outcomes)
    assert first == again
    assert first["response"] == "utter_letter"
    letter = service.letters.find(first["folio"])
    assert (letter.content.addressee, letter.file_id) == (on_letter, first["file_id"])
    assert outcomes[0].leaves_form
    assert letters_in(service) == 1


@pytest.mark.parametrize(
    ("slots", "said"),
    [
        pytest.param({}, "utter_letter_draft_gone", id="forgotten"),
        pytest.param(
            DRAFT | {"letter_loan_id": "L-2026-999999"}, "utter_letter_draft_gone", id="not theirs"
        ),
        pytest.param(
            DRAFT | {"letter_kind": "no_debt"}, "utter_letter_still_owed", id="not available"
        ),
    ],
)
def test_a_yes_that_cannot_be(service, verified, slots, said):
    outcome = verified.run(IssueLetter(), "issue_letter", slots=slots)
    assert outcome.said == [said]
    assert outcome.leaves_form
    assert letters_in(service) == 0


def test_a_yes_of_somebody_not_proven_any_more_keeps_the_draft(service, borrower):
    outcome = borrower.run(IssueLetter(), "issue_letter", slots=DRAFT)
    assert outcome.followed_by == "identity_form"
    assert outcome.slots["after_identity"] == "action_issue_letter"
    assert not outcome.slots.keys() & GONE.keys()
    assert letters_in(service) == 0
