from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import permutations, product
from threading import Lock

import pytest

from domain.delivery import DeliveryStatus, lower_ranked
from domain.message import Buttons, Option, OutboundText
from storage.errors import AlreadyStoredError
from storage.outbox import Outbox
from storage.outbox_files import OutboxFiles
from storage.outbox_reports import OutboxReports
from storage.outbox_upkeep import OutboxUpkeep
from tests.message_builders import BUSINESS_NUMBER, NOON, PHONE, an_outbound

SECOND = timedelta(seconds=1)
LEASE = 30 * SECOND
C1, C2 = "c1-549", "c2-549"
REPORTED = [
    DeliveryStatus.SENT,
    DeliveryStatus.FAILED,
    DeliveryStatus.EXPIRED,
    DeliveryStatus.DELIVERED,
    DeliveryStatus.SEEN,
]


@pytest.fixture
def outbox(indexed):
    return Outbox(indexed)


@pytest.fixture
def reports(indexed):
    return OutboxReports(indexed)


@pytest.fixture
def upkeep(indexed):
    return OutboxUpkeep(indexed)


def add(outbox, *messages, conversation_id=C1, first_seq=1, now=NOON, available_at=None):
    outbox.add_many(
        list(messages),
        conversation_id=conversation_id,
        business_number=BUSINESS_NUMBER,
        to=PHONE,
        first_seq=first_seq,
        now=now,
        available_at=available_at,
    )
    return [message.message_id for message in messages]


def claim(outbox, conversation_id=C1, *, now=NOON, worker="w1"):
    return outbox.claim(conversation_id, worker=worker, now=now, lease=LEASE)


def status_of(outbox, message_id):
    return outbox.find(message_id).status


def test_a_message_is_enqueued_once(outbox):
    message = an_outbound()
    add(outbox, message)
    for again in (message, an_outbound(dedupe_key=message.dedupe_key)):
        with pytest.raises(AlreadyStoredError):
            add(outbox, again, first_seq=2)
    assert outbox.depth_by_status()["pending"] == 1


def test_messages_leave_in_order_and_one_at_a_time(outbox):
    first, second = add(outbox, an_outbound("1"), an_outbound("2"))
    entry = claim(outbox)
    assert (entry.message_id, entry.attempts) == (first, 1)
    assert claim(outbox, worker="w2") is None
    assert outbox.settle(entry, DeliveryStatus.SENT, now=NOON)
    assert claim(outbox, worker="w2").message_id == second


def test_of_many_workers_one_takes_the_message(outbox):
    add(outbox, an_outbound("1"), an_outbound("2"))
    with ThreadPoolExecutor(8) as pool:
        claimed = list(pool.map(lambda number: claim(outbox, worker=f"w{number}"), range(24)))
    assert len([entry for entry in claimed if entry]) == 1


def test_many_workers_keep_the_order_of_every_conversation(outbox):
    conversations = [f"c{number}-549" for number in range(5)]
    for conversation_id in conversations:
        texts = [an_outbound(str(number)) for number in range(10)]
        add(outbox, *texts, conversation_id=conversation_id)
    sent, lock = [], Lock()

    def drain(worker):
        while outbox.depth_by_status()["pending"]:
            for conversation_id in outbox.list_ready(now=NOON, limit=3, busy=set()):
                entry = claim(outbox, conversation_id, worker=worker)
                if entry is None:
                    continue
                with lock:
                    sent.append((conversation_id, int(entry.content.text)))
                assert outbox.settle(entry, DeliveryStatus.SENT, now=NOON)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(drain, ["w1", "w2", "w3", "w4"]))
    for conversation_id in conversations:
        assert [number for each, number in sent if each == conversation_id] == list(range(10))


def test_a_retry_waits_and_holds_back_what_follows(outbox):
    add(outbox, an_outbound("1"), an_outbound("2"))
    later = NOON + 5 * SECOND
    outbox.settle(claim(outbox), DeliveryStatus.PENDING, now=NOON, retry_at=later)
    assert claim(outbox) is None
    assert outbox.list_ready(now=later - SECOND, limit=8, busy=set()) == []
    assert outbox.list_ready(now=later, limit=8, busy=set()) == [C1]
    again = claim(outbox, now=later)
    assert (again.content.text, again.attempts) == ("1", 2)


def test_an_attempt_that_does_not_count(outbox):
    add(outbox, an_outbound())
    outbox.settle(claim(outbox), DeliveryStatus.PENDING, now=NOON, retry_at=NOON, counts=False)
    assert claim(outbox).attempts == 1


def test_conversations_do_not_wait_for_each_other(outbox):
    add(outbox, an_outbound("1"), an_outbound("2"))
    outbox.settle(claim(outbox), DeliveryStatus.PENDING, now=NOON, retry_at=NOON + SECOND)
    add(outbox, an_outbound("3"), conversation_id=C2)
    assert claim(outbox, C2).content.text == "3"


def test_who_waits_longest_is_first_and_the_busy_are_left_out(outbox):
    add(outbox, an_outbound(), conversation_id=C2, now=NOON - SECOND)
    add(outbox, *[an_outbound() for _ in range(50)])
    assert outbox.list_ready(now=NOON, limit=8, busy=set()) == [C2, C1]
    assert outbox.list_ready(now=NOON, limit=1, busy=set()) == [C2]
    assert outbox.list_ready(now=NOON, limit=8, busy={C2}) == [C1]
    assert outbox.oldest_ready_at() == NOON - SECOND


def test_what_nobody_can_read_is_kept_and_the_next_goes_on(outbox, indexed):
    broken, healthy = add(outbox, an_outbound("1"), an_outbound("2"))
    unknown_kind = {"kind": "from the future"}
    indexed["outbox"].update_one({"_id": broken}, {"$set": {"content": unknown_kind}})
    assert claim(outbox) is None
    assert claim(outbox).message_id == healthy
    [letter] = indexed["dead_letters"].find()
    assert (letter["reason"], letter["body"]) == ("unreadable", unknown_kind)


# --- a file that is not there yet ------------------------------------------------------------

FILE = "letter:AR-LD-2026-000001"
SOON = NOON + SECOND / 2


@pytest.fixture
def files(indexed):
    return OutboxFiles(indexed)


def test_what_awaits_its_file_costs_no_attempt_and_goes_at_once_when_it_is_there(outbox, files):
    [message_id] = add(outbox, an_outbound())
    assert files.put_back(claim(outbox), FILE, retry_at=SOON)
    assert claim(outbox) is None
    assert files.release(FILE, now=NOON) == [C1]
    entry = claim(outbox)
    assert (entry.message_id, entry.attempts) == (message_id, 1)


def test_whoever_does_not_hear_of_the_file_looks_again_soon(outbox, files):
    add(outbox, an_outbound())
    files.put_back(claim(outbox), FILE, retry_at=SOON)
    assert outbox.list_ready(now=SOON, limit=8, busy=set()) == [C1]
    assert claim(outbox, now=SOON)


def test_what_comes_later_keeps_its_place_and_follows_at_once(outbox, files):
    add(outbox, an_outbound("1"), an_outbound("2"))
    files.put_back(claim(outbox), FILE, retry_at=SOON)
    assert claim(outbox) is None
    add(outbox, an_outbound("3"), first_seq=3)
    assert claim(outbox) is None
    files.release(FILE, now=NOON)
    sent = []
    while entry := claim(outbox):
        sent.append(entry.content.text)
        outbox.settle(entry, DeliveryStatus.SENT, now=NOON)
    assert sent == ["1", "2", "3"]


def test_only_what_waits_for_that_file_is_let_go(outbox, files):
    add(outbox, an_outbound())
    add(outbox, an_outbound(), conversation_id=C2)
    files.put_back(claim(outbox), FILE, retry_at=SOON)
    files.put_back(claim(outbox, C2), "letter:another", retry_at=SOON)
    assert files.release(FILE, now=NOON) == [C1]
    assert claim(outbox, C2) is None


def test_what_goes_out_awaits_no_file_any_more(outbox, files):
    add(outbox, an_outbound())
    files.put_back(claim(outbox), FILE, retry_at=NOON)
    outbox.settle(claim(outbox), DeliveryStatus.PENDING, now=NOON, retry_at=SOON)
    assert files.release(FILE, now=NOON) == []


def test_a_sender_that_was_replaced_puts_nothing_back(outbox, files, upkeep):
    [message_id] = add(outbox, an_outbound())
    zombie = claim(outbox)
    upkeep.free_expired(NOON + LEASE)
    assert not files.put_back(zombie, FILE, retry_at=SOON)
    assert status_of(outbox, message_id) is DeliveryStatus.UNKNOWN


# --- what it is about --------------------------------------------------------------------------


def test_what_was_sent_about_a_subject_newest_first(outbox):
    about = [an_outbound(str(number), subject="AR-1") for number in range(3)]
    add(outbox, *about, an_outbound("x", subject="AR-2"), an_outbound("y"))
    add(outbox, an_outbound("z", subject="AR-1"), conversation_id=C2)
    texts = [entry.content.text for entry in outbox.list_of_subject(C1, "AR-1")]
    assert texts == ["2", "1", "0"]
    assert len(outbox.list_of_subject(C1, "AR-1", limit=2)) == 2
    assert outbox.list_of_subject(C1, "AR-3") == []


# --- unknown -----------------------------------------------------------------------------


def test_an_unknown_send_holds_back_what_follows_until_a_report_decides(outbox, reports):
    first, second = add(outbox, an_outbound("1"), an_outbound("2"))
    outbox.settle(claim(outbox), DeliveryStatus.UNKNOWN, now=NOON, retry_at=NOON + LEASE)
    assert claim(outbox) is None
    assert reports.apply(first, DeliveryStatus.DELIVERED, at=NOON, reason=None)
    assert claim(outbox).message_id == second


def test_an_unknown_send_without_a_report_is_tried_again_under_its_id(outbox, upkeep):
    [message_id] = add(outbox, an_outbound())
    outbox.settle(claim(outbox), DeliveryStatus.UNKNOWN, now=NOON, retry_at=NOON + LEASE)
    assert upkeep.list_overdue_unknown(NOON + LEASE - SECOND) == []
    [overdue] = upkeep.list_overdue_unknown(NOON + LEASE)
    upkeep.retry_unknown(overdue.message_id, now=NOON + LEASE)
    again = claim(outbox, now=NOON + LEASE)
    assert (again.message_id, again.attempts) == (message_id, 2)


def test_a_report_beats_the_retry_of_an_unknown_send(outbox, upkeep, reports):
    [message_id] = add(outbox, an_outbound())
    outbox.settle(claim(outbox), DeliveryStatus.UNKNOWN, now=NOON, retry_at=NOON)
    reports.apply(message_id, DeliveryStatus.DELIVERED, at=NOON, reason=None)
    upkeep.retry_unknown(message_id, now=NOON)
    assert status_of(outbox, message_id) is DeliveryStatus.DELIVERED


def test_the_attempt_of_a_dead_sender_becomes_unknown_and_the_zombie_is_fenced_off(outbox, upkeep):
    [message_id] = add(outbox, an_outbound())
    zombie = claim(outbox)
    assert upkeep.free_expired(NOON + LEASE - SECOND) == 0
    assert upkeep.free_expired(NOON + LEASE) == 1
    assert not outbox.settle(zombie, DeliveryStatus.SENT, now=NOON + LEASE)
    assert status_of(outbox, message_id) is DeliveryStatus.UNKNOWN
    upkeep.retry_unknown(message_id, now=NOON + LEASE)
    current = claim(outbox, now=NOON + LEASE, worker="w2")
    assert not outbox.settle(zombie, DeliveryStatus.FAILED, now=NOON + LEASE)
    assert outbox.settle(current, DeliveryStatus.SENT, now=NOON + LEASE)


# --- reports -----------------------------------------------------------------------------


@pytest.mark.parametrize(("before", "reported"), list(product(DeliveryStatus, REPORTED)))
def test_a_report_moves_forward_or_not_at_all(outbox, reports, indexed, before, reported):
    [message_id] = add(outbox, an_outbound())
    indexed["outbox"].update_one({"_id": message_id}, {"$set": {"status": before.value}})
    moved = reports.apply(message_id, reported, at=NOON, reason=None)
    assert (moved is not None) is (before in lower_ranked(reported))
    assert status_of(outbox, message_id) is (reported if moved else before)


def test_whatever_their_order_reports_end_in_the_same_state(outbox, reports):
    told = [DeliveryStatus.SENT, DeliveryStatus.FAILED, DeliveryStatus.DELIVERED]
    for order in permutations([*told, DeliveryStatus.SEEN, DeliveryStatus.SEEN]):
        [message_id] = add(outbox, an_outbound())
        for status in order:
            reports.apply(message_id, status, at=NOON, reason=None)
        assert status_of(outbox, message_id) is DeliveryStatus.SEEN


def test_a_report_about_nothing_changes_nothing(reports):
    assert reports.apply("unknown", DeliveryStatus.SEEN, at=NOON, reason=None) is None


@pytest.mark.parametrize("reported", REPORTED)
def test_a_report_that_is_faster_than_the_answer_stands(outbox, reports, reported):
    [message_id] = add(outbox, an_outbound())
    entry = claim(outbox)
    reports.apply(message_id, reported, at=NOON, reason=None)
    assert not outbox.settle(entry, DeliveryStatus.SENT, now=NOON)
    assert not outbox.settle(entry, DeliveryStatus.PENDING, now=NOON, retry_at=NOON)
    assert status_of(outbox, message_id) is reported


def test_settling_and_reporting_at_once_never_loses_the_report(outbox, reports):
    for number in range(30):
        [message_id] = add(outbox, an_outbound(), conversation_id=f"c{number}-549")
        entry = claim(outbox, f"c{number}-549")
        with ThreadPoolExecutor(2) as pool:
            told = pool.submit(
                reports.apply, message_id, DeliveryStatus.DELIVERED, at=NOON, reason=None
            )
            pool.submit(outbox.settle, entry, DeliveryStatus.SENT, now=NOON).result()
            assert told.result()
        assert status_of(outbox, message_id) is DeliveryStatus.DELIVERED


def test_a_failure_stays_open_until_its_consequences_are_drawn(outbox, reports):
    [message_id] = add(outbox, an_outbound())
    reports.apply(message_id, DeliveryStatus.FAILED, at=NOON, reason="EC")
    assert reports.find_open_follow_up(message_id).message_id == message_id
    reports.close_follow_up(message_id)
    assert reports.find_open_follow_up(message_id) is None


def test_no_consequences_of_a_failure_that_was_none(outbox, reports):
    [message_id] = add(outbox, an_outbound())
    reports.apply(message_id, DeliveryStatus.FAILED, at=NOON, reason="EC")
    reports.apply(message_id, DeliveryStatus.DELIVERED, at=NOON, reason=None)
    assert reports.find_open_follow_up(message_id) is None


def test_what_failed_and_may_have_arrived_goes_again_under_its_id_a_few_times(outbox, reports):
    [message_id] = add(outbox, an_outbound())
    for attempt in (1, 2):
        assert claim(outbox).attempts == attempt
        reports.apply(message_id, DeliveryStatus.FAILED, at=NOON, reason="EC")
        retried = reports.retry_failed(message_id, at=NOON, max_attempts=2)
        assert retried is (attempt == 1)
    assert status_of(outbox, message_id) is DeliveryStatus.FAILED


# --- the window, and the end ---------------------------------------------------------------


def test_a_parked_message_holds_nobody_back_and_goes_first_once_released(outbox, upkeep):
    parked, _, third = add(outbox, an_outbound("1"), an_outbound("2"), an_outbound("3"))
    outbox.settle(claim(outbox), DeliveryStatus.WAITING_WINDOW, now=NOON)
    outbox.settle(claim(outbox), DeliveryStatus.SENT, now=NOON)
    upkeep.release_parked(C1, now=NOON)
    assert [claim_and_send(outbox), claim_and_send(outbox)] == [parked, third]


def claim_and_send(outbox):
    entry = claim(outbox)
    outbox.settle(entry, DeliveryStatus.SENT, now=NOON)
    return entry.message_id


def park(outbox, conversation_id=C1):
    entry = claim(outbox, conversation_id)
    assert outbox.settle(entry, DeliveryStatus.WAITING_WINDOW, now=NOON)


def test_only_what_is_parked_in_that_conversation_is_released(outbox, upkeep, reports):
    [parked] = add(outbox, an_outbound())
    [other] = add(outbox, an_outbound(), conversation_id=C2)
    park(outbox)
    park(outbox, C2)
    [failed] = add(outbox, an_outbound(), first_seq=2)
    reports.apply(failed, DeliveryStatus.FAILED, at=NOON, reason="EC")
    upkeep.release_parked(C1, now=NOON)
    states = [status_of(outbox, each) for each in (parked, other, failed)]
    assert states == [
        DeliveryStatus.PENDING,
        DeliveryStatus.WAITING_WINDOW,
        DeliveryStatus.FAILED,
    ]


def test_what_was_answered_by_its_template_is_not_sent_any_more(outbox, upkeep):
    contents = [
        Buttons(body="b", options=[Option(reply_id=reply_id, title="Recibir")])
        for reply_id in ("tapped", "not tapped")
    ]
    answered, other = add(outbox, *[an_outbound(content=each) for each in contents])
    park(outbox)
    park(outbox)
    upkeep.release_parked(C1, now=NOON, answered=["tapped", "unknown"])
    assert status_of(outbox, answered) is DeliveryStatus.WITHHELD
    assert status_of(outbox, other) is DeliveryStatus.PENDING


def test_parked_messages_are_found_by_how_long_they_wait(outbox, upkeep):
    add(outbox, an_outbound())
    outbox.settle(claim(outbox), DeliveryStatus.WAITING_WINDOW, now=NOON)
    assert upkeep.list_parked(NOON - SECOND) == []
    assert len(upkeep.list_parked(NOON)) == 1


def give_up(upkeep, entry):
    return upkeep.give_up(entry, DeliveryStatus.FAILED, reason="http_400", now=NOON, at=NOON)


def test_what_is_given_up_leaves_a_dead_letter(outbox, upkeep, indexed):
    add(outbox, an_outbound("adiós"))
    entry = claim(outbox)
    assert give_up(upkeep, entry)
    assert status_of(outbox, entry.message_id) is DeliveryStatus.FAILED
    [letter] = indexed["dead_letters"].find()
    assert (letter["source"], letter["reason"]) == ("outbound", "http_400")
    assert letter["body"] == OutboundText(text="adiós").model_dump()
    assert letter["conversation_id"] == C1


def test_nothing_is_given_up_that_moved_on(outbox, upkeep, reports, indexed):
    [message_id] = add(outbox, an_outbound())
    entry = claim(outbox)
    reports.apply(message_id, DeliveryStatus.DELIVERED, at=NOON, reason=None)
    assert not give_up(upkeep, entry)
    assert status_of(outbox, message_id) is DeliveryStatus.DELIVERED
    assert indexed["dead_letters"].count_documents({}) == 0
