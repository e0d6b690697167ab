from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from pymongo.errors import PyMongoError

from domain.letter_content import LetterKind
from storage.letter_followups import LetterFollowups
from storage.letter_notices import LetterNotices, NewNotice, NoticeEnd, NoticeKind
from storage.letter_wishes import DropReason, LetterWishes, NewWish
from storage.loan_reviews import LoanReviews
from storage.loans import Loans
from tests.loan_builders import a_loan

AT = datetime(2026, 3, 10, 15, tzinfo=UTC)
LOAN_ID = a_loan().loan_id


@pytest.fixture
def wishes(indexed):
    Loans(indexed).save([a_loan()])
    return LetterWishes(indexed)


def a_wish(**changes):
    fields = {
        "kind": LetterKind.NO_DEBT,
        "loan_id": LOAN_ID,
        "borrower_id": "B-1",
        "contact_id": "c-1",
        "conversation_id": "c-1-549",
        "addressee": "Banco Nación",
        "cause_id": "in-1",
    }
    return NewWish(**(fields | changes))


def a_notice(**changes):
    fields = {
        "notice_id": "letter_ready:w-1",
        "kind": NoticeKind.READY,
        "loan_id": LOAN_ID,
        "borrower_id": "B-1",
        "folio": "AR-LD-2026-000001",
        "conversation_id": "c-1-549",
    }
    return NewNotice(**(fields | changes))


def test_a_wish_comes_back_as_it_was_kept(wishes):
    assert wishes.add_once(a_wish(), at=AT)
    [kept] = wishes.list_waiting([LOAN_ID, "L-other"])
    assert kept.model_dump(exclude={"wish_id", "added_at"}) == a_wish().model_dump()
    assert kept.added_at == AT


@pytest.mark.parametrize(
    ("again", "is_new"),
    [
        pytest.param(a_wish(), False, id="a replay of the turn"),
        pytest.param(a_wish(cause_id="in-2"), False, id="asked again"),
        pytest.param(a_wish(cause_id="in-2", addressee=None), False, id="for another reader"),
        pytest.param(a_wish(cause_id="in-2", kind=LetterKind.BALANCE), True, id="other kind"),
        pytest.param(a_wish(cause_id="in-2", contact_id="c-2"), True, id="other person"),
    ],
)
def test_one_wish_waits(wishes, again, is_new):
    wishes.add_once(a_wish(), at=AT)
    assert wishes.add_once(again, at=AT) is is_new


def test_asked_many_times_at_once_one_wish_waits(wishes):
    with ThreadPoolExecutor(8) as people:
        made = people.map(lambda n: wishes.add_once(a_wish(cause_id=f"in-{n}"), at=AT), range(16))
    assert sum(made) == 1
    assert len(wishes.list_waiting([LOAN_ID])) == 1


def test_an_ended_wish_makes_room_but_its_message_counts_no_more(wishes):
    wishes.add_once(a_wish(), at=AT)
    [first] = wishes.list_waiting([LOAN_ID])
    assert wishes.drop(first, DropReason.CONTACT_GONE, actor="service", at=AT)
    assert not wishes.drop(first, DropReason.TOO_OLD, actor="service", at=AT)
    assert not wishes.add_once(a_wish(), at=AT)
    assert wishes.add_once(a_wish(cause_id="in-2"), at=AT)


def test_a_wish_and_the_mark_on_its_loan_are_stored_together(wishes, indexed, monkeypatch):
    def fail(*_args, **_options):
        raise PyMongoError

    with monkeypatch.context() as patched:
        patched.setattr(LoanReviews, "mark", fail)
        with pytest.raises(PyMongoError):
            wishes.add_once(a_wish(), at=AT)
    assert wishes.list_waiting([LOAN_ID]) == []
    wishes.add_once(a_wish(), at=AT)
    [mark] = LoanReviews(indexed).list_due(AT.date(), 10)
    assert mark.loan_id == LOAN_ID


def test_what_became_of_a_wish_is_audited(wishes, indexed):
    wishes.add_once(a_wish(), at=AT)
    wishes.add_once(a_wish(), at=AT)
    [wish] = wishes.list_waiting([LOAN_ID])
    for _ in range(2):
        wishes.drop(wish, DropReason.TOO_OLD, actor="service", at=AT)
    entries = indexed["audit_log"].find(sort=[("_id", 1)])
    assert [(each["actor"], each["act"], each["subject"], each["reason"]) for each in entries] == [
        ("c-1", "letter_wished", LOAN_ID, "no_debt"),
        ("service", "letter_wish_dropped", LOAN_ID, "too_old"),
    ]


def test_old_wishes_are_found_oldest_first(wishes):
    for number in range(3):
        wish = a_wish(cause_id=f"in-{number}", contact_id=f"c-{number}")
        wishes.add_once(wish, at=AT - timedelta(days=number))
    found = wishes.list_added_before(AT)
    assert [each.contact_id for each in found] == ["c-2", "c-1"]


def test_a_wish_is_fulfilled_once_together_with_its_notice(wishes, indexed):
    wishes.add_once(a_wish(), at=AT)
    [wish] = wishes.list_waiting([LOAN_ID])
    followups, notices = LetterFollowups(indexed), LetterNotices(indexed)
    with ThreadPoolExecutor(4) as schedulers:
        done = schedulers.map(
            lambda _: followups.fulfil(wish.wish_id, "AR-LD-2026-000001", a_notice(), at=AT),
            range(4),
        )
    assert sum(done) == 1
    assert wishes.list_waiting([LOAN_ID]) == []
    [waiting] = notices.list_waiting()
    assert waiting.model_dump(exclude={"added_at"}) == a_notice().model_dump()


def test_a_wish_stays_if_its_notice_cannot_be_stored(wishes, indexed, monkeypatch):
    wishes.add_once(a_wish(), at=AT)
    [wish] = wishes.list_waiting([LOAN_ID])

    def fail(*_args, **_options):
        raise PyMongoError

    with monkeypatch.context() as patched:
        patched.setattr(LetterNotices, "add_once", fail)
        with pytest.raises(PyMongoError):
            LetterFollowups(indexed).fulfil(wish.wish_id, "AR-LD-2026-000001", a_notice(), at=AT)
    assert wishes.list_waiting([LOAN_ID]) == [wish]


def test_a_notice_waits_once_and_ends_once(indexed):
    notices = LetterNotices(indexed)
    assert notices.add_once(a_notice(), at=AT)
    assert not notices.add_once(a_notice(), at=AT)
    assert notices.end("letter_ready:w-1", NoticeEnd.SAID, at=AT)
    assert not notices.end("letter_ready:w-1", NoticeEnd.OUTDATED, at=AT)
    assert not notices.add_once(a_notice(), at=AT)
    assert list(notices.list_waiting()) == []


def test_notices_come_oldest_first(indexed):
    notices = LetterNotices(indexed)
    for number in range(3):
        notices.add_once(a_notice(notice_id=f"n-{number}"), at=AT - timedelta(hours=number))
    assert [each.notice_id for each in notices.list_waiting()] == ["n-2", "n-1", "n-0"]


@pytest.mark.parametrize(
    ("collection", "query", "index"),
    [
        (
            "letter_wishes",
            {"loan_id": {"$in": ["L-1", "L-2"]}, "state": "waiting"},
            "one_waiting",
        ),
        ("letter_wishes", {"state": "waiting", "added_at": {"$lt": AT}}, "oldest_waiting"),
        ("loans", {"review_mark": {"$exists": True}}, "to_review"),
        ("loans", {"review_on": {"$lte": "2026-03-10"}, "review_mark": None}, "to_review_by_day"),
        ("letters", {"loan_id": {"$in": ["L-1"]}, "is_current": True}, "one_current_per_loan"),
    ],
)
def test_an_index_serves_the_query(indexed, collection, query, index):
    plan = indexed[collection].find(query).explain()["queryPlanner"]["winningPlan"]
    assert plan["inputStage"]["indexName"] == index
