"""One phone of two borrowers: what a button names is shown to whom it is of, and to nobody else."""

import pytest

from actions.letter_delivery import ReceiveLetter
from actions.letter_drafts import AskLetterConfirmation, IssueLetter
from actions.letters import RequestBalanceLetter, RequestNoDebtLetter, WishLetter
from actions.loan_status import ShowLoanStatus, ShowPayoffAmount
from actions.payments import ShowHowToPay
from domain.borrower import Borrower
from domain.letter_content import LetterKind
from storage.borrowers import Borrowers
from tests.actions.conftest import PHONE, lend
from tests.actions.letter_records import DRAFT
from tests.loan_builders import a_loan

ANAS, STRANGERS = "L-2026-000002", "L-2026-000009"
ABOUT_A_LOAN = [
    ShowLoanStatus,
    ShowPayoffAmount,
    ShowHowToPay,
    RequestBalanceLetter,
    RequestNoDebtLetter,
    WishLetter,
]


@pytest.fixture
def ramona(service, verified):
    """The borrower B-1 with one loan, proven, on the phone that Ana (B-2) uses too."""
    people = [("B-2", "45333444", PHONE), ("B-9", "11222333", "5491155559999")]
    Borrowers(service.database).save(
        Borrower(
            borrower_id=borrower_id,
            name="Ana Paz",
            document_type="DNI",
            document_number=number,
            phone=phone,
        )
        for borrower_id, number, phone in people
    )
    lend(
        service,
        a_loan(loan_id=ANAS, borrower_id="B-2", merchant_id="M-200"),
        a_loan(loan_id=STRANGERS, borrower_id="B-9"),
    )
    return verified


def letter_of(service, loan_id):
    letter, _ = service.letters.issue(
        LetterKind.BALANCE, loan_id, addressee=None, cause_id=loan_id, actor="portal"
    )
    return letter


def tells_who(service, caller, digits):
    """What a turn is that answered the identity question; it began with Ramona proven."""
    service.identity.check(caller.contact_id, digits, attempt_id=f"proof-{digits}")
    return {"intent": "inform", "entities": {"identity_digits": digits}, "borrower_id": "B-1"}


@pytest.mark.parametrize("action", ABOUT_A_LOAN)
def test_anothers_loan_leads_to_the_question_who_it_is(ramona, action):
    outcome = ramona.run(action(), "ask_loan_status", entities={"loan_id": ANAS}, borrower_id="B-1")
    assert outcome.said == ["utter_other_holder"]
    assert outcome.followed_by == "identity_form"
    assert outcome.slots["after_identity"] == action().name()
    assert outcome.slots["loan_id"] == ANAS


@pytest.mark.parametrize("action", ABOUT_A_LOAN)
def test_a_strangers_loan_is_not_found(ramona, action):
    outcome = ramona.run(action(), "ask_loan_status", entities={"loan_id": STRANGERS})
    assert outcome.said == ["utter_loan_unknown"]
    assert outcome.followed_by is None


@pytest.mark.parametrize(
    ("digits", "said", "merchant"),
    [
        pytest.param("3444", "utter_loan_overdue", "Electro Sur", id="whose it is"),
        pytest.param("3456", "utter_loan_unknown", None, id="the same as before"),
    ],
)
def test_who_it_is_decides_what_is_shown(service, ramona, digits, said, merchant):
    turn = tells_who(service, ramona, digits)
    outcome = ramona.run(ShowLoanStatus(), **turn, slots={"loan_id": ANAS})
    assert outcome.said == [said]
    assert outcome.messages[0].get("merchant") == merchant


def test_no_loan_of_their_own_is_no_answer_either(service, ramona):
    service.database["loans"].delete_one({"borrower_id": "B-1"})
    outcome = ramona.run(ShowLoanStatus(), "ask_loan_status", entities={"loan_id": ANAS})
    assert outcome.said == ["utter_other_holder"]


@pytest.mark.parametrize(
    ("loan_id", "digits", "said"),
    [
        pytest.param(ANAS, None, "utter_other_holder", id="another's"),
        pytest.param(ANAS, "3444", "utter_letter", id="theirs, as they told"),
        pytest.param(ANAS, "3456", "utter_letter_unknown", id="not theirs, as they told"),
        pytest.param(STRANGERS, None, "utter_letter_unknown", id="a stranger's"),
    ],
)
def test_a_letter_is_given_to_whom_it_is_of(service, ramona, loan_id, digits, said):
    folio = letter_of(service, loan_id).folio
    turn = tells_who(service, ramona, digits) if digits else {"entities": {"folio": folio}}
    outcome = ramona.run(ReceiveLetter(), **turn, slots={"folio": folio})
    assert outcome.said == [said]
    assert (outcome.followed_by == "identity_form") is (said == "utter_other_holder")


@pytest.mark.parametrize("action", [AskLetterConfirmation, IssueLetter])
def test_a_draft_of_another_is_not_gone_on_with(service, ramona, action):
    outcome = ramona.run(action(), "inform", slots=DRAFT | {"letter_loan_id": ANAS})
    assert outcome.said == ["utter_letter_draft_gone"]
    assert outcome.leaves_form
    assert service.database["letters"].count_documents({}) == 0
