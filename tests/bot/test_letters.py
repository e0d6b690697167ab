"""Letters of the demo people, issued as every door issues them."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.bootstrap import build_services
from bot.clock import FixedClock
from bot.services.letters import LoanNotFoundError
from bot.settings import Settings
from domain.letter_content import LetterKind
from domain.letter_rules import LetterNotAvailable, Refusal
from storage.demo_data import load_demo_data
from storage.loans import Loans

NOON = datetime(2026, 11, 23, 15, tzinfo=UTC)
PAID = "5491144440106"
ACTIVE = "5491144440101"


@pytest.fixture
def wired(indexed, tmp_path):
    load_demo_data(indexed, "AR", NOON.date())
    settings = Settings(
        _env_file=None, fiado_data_dir=tmp_path, public_base_url="https://f.example"
    )
    return build_services(settings, database=indexed, clock=FixedClock(NOON))


@pytest.fixture
def loan_of(indexed):
    def find(phone):
        borrower = indexed["borrowers"].find_one({"phone": phone})
        return indexed["loans"].find_one({"borrower_id": borrower["_id"]})

    return find


@pytest.fixture
def moved(wired, indexed, loan_of):
    """Let an import say that the loan of one is the other's; who was whose borrower before."""

    def move(phone, to):
        loan_id, borrower_id = loan_of(phone)["_id"], loan_of(to)["borrower_id"]
        before = Loans(indexed).find(loan_id).loan
        Loans(indexed).save([before.model_copy(update={"borrower_id": borrower_id})])
        return before.borrower_id, borrower_id

    return move


def issue(wired, loan, kind=LetterKind.BALANCE, **changes):
    fields = {"addressee": None, "cause_id": "in-1", "actor": "contact-1"}
    return wired.letters.issue(kind, loan["_id"], **(fields | changes))


def test_a_letter_says_who_stands_behind_it_and_where_it_is_checked(wired, loan_of):
    letter, is_new = issue(wired, loan_of(ACTIVE), addressee="Banco Nación")
    assert is_new
    assert letter.folio == "AR-LS-2026-000001"
    assert letter.content.addressee == "Banco Nación"
    assert letter.content.issuer == wired.site.issuer
    assert letter.content.payment_accounts == wired.site.payment_accounts
    address = f"https://f.example/verificar/{letter.folio}?c={letter.code}"
    assert letter.content.verify_url == address


def test_codes_differ(wired, loan_of):
    first, _ = issue(wired, loan_of(ACTIVE))
    second, _ = issue(wired, loan_of(ACTIVE), addressee="Banco Nación", cause_id="in-2")
    assert first.code != second.code


def test_asked_again_the_same_day_it_is_the_same_letter(wired, loan_of):
    first, _ = issue(wired, loan_of(ACTIVE))
    wired.clock.move(timedelta(hours=3))
    again, is_new = issue(wired, loan_of(ACTIVE), cause_id="in-2")
    assert (again, is_new) == (first, False)
    wired.clock.move(timedelta(days=1))
    tomorrow, is_new = issue(wired, loan_of(ACTIVE), cause_id="in-3")
    assert is_new
    assert wired.letters.find(first.folio).superseded_by == tomorrow.folio


def test_only_what_is_new_is_audited(wired, loan_of, indexed):
    letter, _ = issue(wired, loan_of(ACTIVE))
    issue(wired, loan_of(ACTIVE), cause_id="in-2")
    [entry] = indexed["audit_log"].find({"act": "letter_issued"})
    assert (entry["actor"], entry["subject"]) == ("contact-1", letter.folio)


def test_a_preview_tells_what_would_be_replaced(wired, loan_of):
    loan = loan_of(ACTIVE)["_id"]

    def replaces(addressee):
        return wired.letters.preview(LetterKind.BALANCE, loan, addressee=addressee).replaces

    assert replaces("UBA") is None
    letter, _ = issue(wired, loan_of(ACTIVE), addressee="UBA")
    assert replaces("UBA") is None
    assert replaces(None) == letter.folio
    wired.clock.move(timedelta(days=1))
    assert replaces("UBA") == letter.folio
    wired.clock.move(timedelta(days=60))
    assert replaces("UBA") is None


def test_a_preview_tells_until_when_and_issues_nothing(wired, loan_of, indexed):
    preview = wired.letters.preview(LetterKind.NO_DEBT, loan_of(PAID)["_id"], addressee=None)
    assert preview.valid_until == NOON.date() + timedelta(days=30)
    assert indexed["letters"].count_documents({}) == 0
    with pytest.raises(LetterNotAvailable):
        wired.letters.preview(LetterKind.BALANCE, loan_of(PAID)["_id"], addressee=None)


def test_another_borrowers_loan_does_not_exist(wired, loan_of):
    with pytest.raises(LoanNotFoundError):
        issue(wired, loan_of(ACTIVE), borrower_id=loan_of(PAID)["borrower_id"])
    with pytest.raises(LoanNotFoundError):
        issue(wired, {"_id": "L-unknown"})


def test_one_borrowers_letter_does_not_take_the_place_of_anothers(wired, loan_of, moved):
    loan = loan_of(ACTIVE)
    old, _ = issue(wired, loan)
    before, after = moved(ACTIVE, PAID)
    assert wired.letters.preview(LetterKind.BALANCE, loan["_id"], addressee="UBA").replaces is None
    new, _ = issue(wired, loan, addressee="UBA", cause_id="in-2", borrower_id=after)
    ended = wired.letters.find(old.folio)
    assert (ended.revoked_reason, ended.superseded_by) == ("borrower_changed", None)
    assert wired.letter_delivery.find(old.folio, before) == ended
    assert wired.letter_delivery.find(old.folio, after) is None
    assert wired.letter_delivery.find(new.folio, before) is None
    [notice] = wired.database["letter_notices"].find()
    assert (notice["_id"], notice["borrower_id"]) == (f"letter_revoked:{old.folio}", before)


def test_the_same_person_under_another_id_gets_a_letter_of_their_own(wired, loan_of, moved):
    loan = loan_of(ACTIVE)
    old, _ = issue(wired, loan)
    before, after = moved(ACTIVE, PAID)
    facts = {"name", "document_type", "document_number"}
    person = wired.database["borrowers"].find_one({"_id": before}, dict.fromkeys(facts, 1))
    del person["_id"]
    wired.database["borrowers"].update_one({"_id": after}, {"$set": person})
    new, is_new = issue(wired, loan, cause_id="in-2", borrower_id=after)
    assert (is_new, new.borrower_id, new.content.holder) == (True, after, old.content.holder)


def test_a_letter_of_a_loan_that_is_anothers_is_not_reissued(wired, loan_of, moved):
    old, _ = issue(wired, loan_of(ACTIVE))
    moved(ACTIVE, PAID)
    with pytest.raises(LoanNotFoundError):
        wired.letters.reissue(old.folio, "lost", cause_id="r-1", actor="agent-1")


@pytest.mark.parametrize(
    ("phone", "kind", "refusal"),
    [
        pytest.param(ACTIVE, LetterKind.NO_DEBT, Refusal.STILL_OWED, id="owed"),
        pytest.param(PAID, LetterKind.BALANCE, Refusal.PAID_IN_FULL, id="paid"),
        pytest.param("5491144440108", LetterKind.BALANCE, Refusal.CANCELLED, id="cancelled"),
        pytest.param("5491144440110", LetterKind.NO_DEBT, Refusal.PAYMENT_REVERSED, id="bounced"),
    ],
)
def test_a_refusal_takes_no_number(wired, loan_of, phone, kind, refusal):
    with pytest.raises(LetterNotAvailable) as refused:
        issue(wired, loan_of(phone), kind)
    assert refused.value.refusal is refusal
    assert wired.database["counters"].count_documents({"_id": {"$regex": "^folio:"}}) == 0


def test_a_reissue_is_another_letter_with_another_code(wired, loan_of, indexed):
    old, _ = issue(wired, loan_of(PAID), LetterKind.NO_DEBT, addressee="Banco Nación")
    new = wired.letters.reissue(old.folio, "code leaked", cause_id="r-1", actor="agent-1")
    again = wired.letters.reissue(old.folio, "code leaked", cause_id="r-1", actor="agent-1")
    assert new == again
    assert new.content.addressee == "Banco Nación"
    assert new.code != old.code
    assert wired.letters.find(old.folio).superseded_by == new.folio
    [entry] = indexed["audit_log"].find({"subject": new.folio})
    assert entry["reason"] == "code leaked"
    with pytest.raises(KeyError):
        wired.letters.reissue("AR-LD-2026-999999", "", cause_id="r-2", actor="agent-1")


def test_a_letter_is_revoked_once_and_audited(wired, loan_of, indexed):
    letter, _ = issue(wired, loan_of(PAID), LetterKind.NO_DEBT)
    assert wired.letters.revoke(letter.folio, "wrong_person", actor="agent-1") is not None
    assert wired.letters.revoke(letter.folio, "wrong_person", actor="agent-2") is None
    [entry] = indexed["audit_log"].find({"act": "letter_revoked"})
    assert (entry["actor"], entry["reason"]) == ("agent-1", "wrong_person")
