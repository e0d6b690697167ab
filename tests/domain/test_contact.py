from datetime import UTC, datetime, timedelta

import pytest

from domain.contact import IDENTITY_LASTS, LOCK_LASTS, MAX_ATTEMPTS, Contact, Identity

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


def failed(times, at=NOON):
    identity = Identity()
    for _ in range(times):
        identity = identity.after_failure(at)
    return identity


def test_identity_lasts_half_an_hour():
    identity = Identity().after_success("B-1", NOON)
    assert timedelta(minutes=30) == IDENTITY_LASTS
    assert identity.verified_borrower(NOON) == "B-1"
    assert identity.verified_borrower(NOON + IDENTITY_LASTS - MOMENT) == "B-1"
    assert identity.verified_borrower(NOON + IDENTITY_LASTS) is None


@pytest.mark.parametrize(
    ("failures", "left", "is_locked"),
    [
        pytest.param(0, 3, False, id="untried"),
        pytest.param(1, 2, False, id="one wrong"),
        pytest.param(2, 1, False, id="two wrong"),
        pytest.param(3, 0, True, id="three wrong lock"),
    ],
)
def test_tries(failures, left, is_locked):
    identity = failed(failures)
    assert identity.attempts_left(NOON) == left
    assert identity.is_locked(NOON) is is_locked


def test_a_lock_that_ran_out_gives_all_tries_back():
    locked = failed(MAX_ATTEMPTS)
    over = NOON + LOCK_LASTS
    assert locked.is_locked(over - MOMENT)
    assert not locked.is_locked(over)
    assert locked.attempts_left(over) == MAX_ATTEMPTS
    assert locked.after_failure(over) == Identity(failed_attempts=1)


def test_a_failure_ends_what_was_proven():
    proven = Identity().after_success("B-1", NOON)
    assert proven.after_failure(NOON).verified_borrower(NOON) is None


def test_success_clears_the_failures():
    assert failed(2).after_success("B-1", NOON).attempts_left(NOON) == MAX_ATTEMPTS


@pytest.mark.parametrize(
    ("aliases", "phone", "send_to"),
    [
        pytest.param(["phone:549", "user:AR.1"], "549", "549", id="both: the number"),
        pytest.param(["user:AR.1", "phone:549"], "549", "549", id="number learned later"),
        pytest.param(["user:AR.1"], None, "AR.1", id="hidden number"),
        pytest.param([], None, "", id="no address"),
    ],
)
def test_address_to_write_to(aliases, phone, send_to):
    contact = Contact(contact_id="c1", aliases=aliases)
    assert contact.phone == phone
    assert contact.send_to == send_to
