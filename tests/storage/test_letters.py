from concurrent.futures import ThreadPoolExecutor

import pytest

from domain.letter_content import LetterKind
from storage.letters import Letters, LoanChangedError, NewLetter
from tests.letter_builders import a_draft, a_no_debt_draft
from tests.message_builders import NOON


@pytest.fixture
def letters(indexed):
    indexed["loans"].insert_many([{"_id": f"L-{number}"} for number in range(20)])
    return Letters(indexed)


def a_new_letter(**changes):
    fields = {
        "kind": LetterKind.BALANCE,
        "loan_id": "L-1",
        "borrower_id": "B-1",
        "merchant_id": "M-100",
        "cause_id": "in-1",
        "facts_key": "facts",
        "loan_version": 0,
        "folio_series": "AR-LS-2026",
        "actor": "contact-1",
    }
    return NewLetter(**(fields | changes))


def issue(letters, **changes):
    new = a_new_letter(**changes)
    draft = a_draft() if new.kind is LetterKind.BALANCE else a_no_debt_draft()
    return letters.issue_once(new, draft.content, now=NOON)


def test_folios_have_no_gaps_with_many_at_once(letters):
    with ThreadPoolExecutor(8) as pool:
        issued = list(
            pool.map(lambda n: issue(letters, loan_id=f"L-{n}", cause_id=f"in-{n}"), range(20))
        )
    folios = sorted(letter.folio for letter, _ in issued)
    assert folios == [f"AR-LS-2026-{number:06d}" for number in range(1, 21)]


def test_the_same_facts_give_the_same_letter_however_many_ask_at_once(letters, indexed):
    with ThreadPoolExecutor(8) as pool:
        issued = list(pool.map(lambda n: issue(letters, cause_id=f"in-{n}"), range(16)))
    assert {letter.folio for letter, _ in issued} == {"AR-LS-2026-000001"}
    assert sum(is_new for _, is_new in issued) == 1
    [stored] = indexed["letters"].find()
    assert sorted(stored["causes"]) == sorted(f"in-{number}" for number in range(16))


def test_many_different_ones_at_once_leave_one_current_and_a_chain(letters, indexed):
    with ThreadPoolExecutor(8) as pool:
        jobs = range(12)
        list(pool.map(lambda n: issue(letters, cause_id=f"in-{n}", facts_key=f"f-{n}"), jobs))
    stored = {each["_id"]: each for each in indexed["letters"].find()}
    current = [folio for folio, each in stored.items() if each["is_current"]]
    assert current == ["AR-LS-2026-000012"]
    assert sorted(each["superseded_by"] for each in stored.values() if not each["is_current"]) == [
        f"AR-LS-2026-{number:06d}" for number in range(2, 13)
    ]


def test_a_replayed_request_gets_its_letter_even_after_a_newer_one(letters):
    first, _ = issue(letters)
    issue(letters, cause_id="in-2", facts_key="other")
    again, is_new = issue(letters, facts_key="third")
    assert (again.folio, is_new) == (first.folio, False)
    assert again.superseded_by == "AR-LS-2026-000002"


def test_each_kind_supersedes_only_its_own(letters):
    balance, _ = issue(letters)
    no_debt, _ = issue(letters, kind=LetterKind.NO_DEBT, cause_id="in-2", folio_series="AR-LD-2026")
    assert no_debt.folio == "AR-LD-2026-000001"
    assert letters.find(balance.folio).superseded_by is None
    assert letters.find_current("L-1", LetterKind.NO_DEBT) == no_debt


def test_facts_of_an_older_version_of_the_loan_are_refused(letters, indexed):
    indexed["loans"].update_one({"_id": "L-1"}, {"$set": {"version": 4}})
    with pytest.raises(LoanChangedError):
        issue(letters, loan_version=3)
    assert indexed["letters"].count_documents({}) == 0
    letter, _ = issue(letters, loan_version=4)
    assert letter.folio == "AR-LS-2026-000001"


def test_a_payment_in_the_moment_of_issue_wins_or_waits(letters, indexed):
    """Whoever writes the loan second sees the other's work: no letter stands on stale facts."""
    loans = indexed["loans"]

    def change(number):
        loans.update_one({"_id": f"L-{number}"}, {"$inc": {"version": 1}})

    def try_issue(number):
        try:
            return issue(letters, loan_id=f"L-{number}", cause_id=f"in-{number}")[0]
        except LoanChangedError:
            return None

    with ThreadPoolExecutor(8) as pool:
        changed = [pool.submit(change, number) for number in range(20)]
        issued = list(pool.map(try_issue, range(20)))
        [each.result() for each in changed]
    for number, letter in enumerate(issued):
        loan = loans.find_one({"_id": f"L-{number}"})
        assert ("lettered" in loan) is (letter is not None)


def test_a_forced_letter_is_another_one_and_still_the_one_for_the_same_facts(letters):
    issue(letters)
    forced, is_new = issue(letters, cause_id="in-2", is_anew=True)
    assert (forced.folio, is_new) == ("AR-LS-2026-000002", True)
    assert issue(letters, cause_id="in-2", is_anew=True) == (forced, False)
    assert issue(letters, cause_id="in-3")[0].folio == forced.folio


def test_a_counter_behind_the_letters_catches_up(letters, indexed):
    issue(letters)
    issue(letters, cause_id="in-2", facts_key="other")
    indexed["counters"].delete_one({"_id": "folio:AR-LS-2026"})
    assert issue(letters, cause_id="in-3", facts_key="third")[0].folio == "AR-LS-2026-000003"


def test_what_fails_while_writing_leaves_nothing(letters, indexed):
    def write(folio):
        raise ValueError(folio)

    with pytest.raises(ValueError, match="AR-LS-2026-000001"):
        letters.issue_once(a_new_letter(), write, now=NOON)
    assert issue(letters)[0].folio == "AR-LS-2026-000001"


def test_a_revoked_letter_makes_room_for_a_new_one(letters):
    letter, _ = issue(letters)
    revoked = letters.revoke(letter.folio, "payment_reversed", actor="service", at=NOON)
    assert (revoked.revoked_reason, revoked.revoked_at) == ("payment_reversed", NOON)
    assert letters.revoke(letter.folio, "again", actor="service", at=NOON) is None
    assert letters.find_current("L-1", LetterKind.BALANCE) is None
    assert issue(letters, cause_id="in-2")[0].folio == "AR-LS-2026-000002"


def test_look_ups_are_counted(letters):
    letter, _ = issue(letters)
    for _ in range(3):
        letters.count_lookup(letter.folio, now=NOON)
    letters.count_lookup("AR-LS-2026-999999", now=NOON)
    found = letters.find(letter.folio)
    assert (found.lookups, found.looked_up_at) == (3, NOON)
