"""Dead letters, attachments and the audit log: what is kept, and kept once."""

from datetime import timedelta

import pytest

from domain.message import MediaKind
from domain.rejected import RejectedResult
from storage.attachments import Attachments, NewAttachment
from storage.audit_log import AuditLog
from storage.dead_letters import DeadLetters
from tests.message_builders import NOON

MINUTE = timedelta(minutes=1)
DEEP = None
for _ in range(300):
    DEEP = {"a": DEEP}


@pytest.fixture
def attachments(indexed):
    return Attachments(indexed)


def want(attachments, attachment_id="in-1", now=NOON):
    new = NewAttachment(
        attachment_id=attachment_id, contact_id="c1", media_kind=MediaKind.IMAGE, url="https://x/1"
    )
    attachments.add_many([new], "c1-549", now)


def test_a_wanted_file_is_claimed_stored_and_read(attachments):
    want(attachments)
    wanted = attachments.claim_next(now=NOON, lease=MINUTE)
    assert (wanted.attachment_id, wanted.url, wanted.attempts) == ("in-1", "https://x/1", 1)
    assert attachments.claim_next(now=NOON, lease=MINUTE) is None
    attachments.store(wanted, b"picture", "image/png")
    assert attachments.read("in-1") == b"picture"
    assert attachments.find("in-1").content_type == "image/png"
    assert attachments.claim_next(now=NOON + MINUTE, lease=MINUTE) is None


def test_a_file_is_wanted_once(attachments):
    want(attachments)
    attachments.store(attachments.claim_next(now=NOON, lease=MINUTE), b"picture", "image/png")
    want(attachments)
    assert attachments.find("in-1").state == "stored"


def test_a_fetch_that_died_is_taken_over_and_leaves_one_file(attachments, indexed):
    want(attachments)
    slow = attachments.claim_next(now=NOON, lease=MINUTE)
    quick = attachments.claim_next(now=NOON + MINUTE, lease=MINUTE)
    assert quick.attempts == 2
    attachments.store(quick, b"picture", "image/png")
    attachments.store(slow, b"picture", "image/png")
    assert attachments.read("in-1") == b"picture"
    assert indexed["attachment_files.files"].count_documents({}) == 1


def test_a_fetch_may_wait(attachments):
    want(attachments)
    attachments.claim_next(now=NOON, lease=MINUTE)
    attachments.retry_at("in-1", NOON + 5 * MINUTE)
    assert attachments.claim_next(now=NOON + 4 * MINUTE, lease=MINUTE) is None
    assert attachments.claim_next(now=NOON + 5 * MINUTE, lease=MINUTE)


def test_a_file_that_will_never_come(attachments):
    want(attachments)
    attachments.settle("in-1", "gone", reason="MediaGone")
    assert attachments.find("in-1").state == "gone"
    assert attachments.claim_next(now=NOON, lease=MINUTE) is None
    with pytest.raises(KeyError):
        attachments.read("in-1")


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        pytest.param({"a": [1, None]}, {"a": [1, None]}, id="as it is"),
        pytest.param({"n": 2**80}, repr({"n": 2**80}), id="a number too large"),
        pytest.param("a\ud800b", repr("a\ud800b"), id="half a character"),
        pytest.param({"a\x00b": 1}, repr({"a\x00b": 1}), id="a name that MongoDB refuses"),
        pytest.param(DEEP, repr(DEEP), id="too deep"),
    ],
)
def test_a_dead_letter_is_kept_whole_and_once(indexed, body, kept):
    letters = DeadLetters(indexed)
    letter = {"source": "inbound", "reason": "why", "dedupe_key": "k", "at": NOON}
    assert letters.add(body=body, **letter)
    assert not letters.add(body=body, **letter)
    assert indexed["dead_letters"].find_one()["body"] == kept
    assert letters.depth() == 1


def test_rejected_parts_of_a_batch_are_kept_once_each(indexed):
    letters = DeadLetters(indexed)
    raws = [f'{{"n": {number}}}' for number in range(2000)]
    results = [
        RejectedResult(index=place, reason="type: missing", raw=raw)
        for place, raw in enumerate([*raws, raws[0]])
    ]
    for _ in range(2):
        letters.add_rejected("inbound", results, at=NOON)
    assert letters.depth() == 2000
    assert {letter["body"] for letter in indexed["dead_letters"].find()} == set(raws)
    letters.add_rejected("inbound", [], at=NOON)


def test_the_audit_log_takes_everything_and_each_cause_once(indexed):
    log = AuditLog(indexed)
    entry = {"actor": "c1", "act": "not_me", "subject": "c1", "at": NOON}
    log.add(**entry)
    log.add(**entry)
    log.add_once(**entry, cause_id="in-1")
    log.add_once(**entry, cause_id="in-1")
    log.add_once(**entry, cause_id="in-2")
    assert indexed["audit_log"].count_documents({"act": "not_me"}) == 4
