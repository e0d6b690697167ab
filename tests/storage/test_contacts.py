from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from domain.contact import Identity, Role
from storage.contacts import Contacts
from tests.message_builders import NOON

PHONE, USER = "phone:5491155550101", "user:AR.1"
HOUR = timedelta(hours=1)


@pytest.fixture
def contacts(indexed):
    return Contacts(indexed)


@pytest.fixture
def contact(contacts):
    return contacts.resolve([PHONE], "Ramona")


def test_a_contact_is_made_once_and_found_by_every_address(contacts):
    made = contacts.resolve([PHONE, USER], "Ramona")
    assert contacts.resolve([PHONE]) == contacts.resolve([USER, PHONE]) == made
    assert contacts.find_by_alias(USER) == contacts.get(made.contact_id) == made
    assert made.name == "Ramona"


def test_of_many_first_messages_at_once_all_get_the_same_contact(contacts):
    addresses = [[PHONE], [PHONE, USER], [USER, PHONE]] * 8
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(contacts.resolve, addresses))
    assert len({contact.contact_id for contact in found}) == 1


def test_an_address_learned_later_is_added(contacts, contact):
    known = contacts.resolve([PHONE, USER])
    assert known.contact_id == contact.contact_id
    assert known.aliases == [PHONE, USER]


@pytest.mark.parametrize(
    ("addresses", "strongest"),
    [pytest.param([PHONE, USER], PHONE, id="phone"), pytest.param([USER, PHONE], USER, id="user")],
)
def test_people_are_never_merged(contacts, addresses, strongest):
    people = {alias: contacts.resolve([alias]) for alias in (USER, PHONE)}
    assert contacts.resolve(addresses) == people[strongest]
    assert {alias: contacts.resolve([alias]) for alias in (USER, PHONE)} == people


def test_unknown_contacts(contacts):
    assert contacts.find_by_alias(PHONE) is None
    with pytest.raises(KeyError):
        contacts.get("nobody")


def test_one_message_is_one_attempt_however_often_its_turn_is_replayed(contacts, contact):
    wrong = contact.identity.after_failure(NOON)
    assert contacts.save_identity(contact.contact_id, contact.identity, wrong, "in-1")
    for before in (contact.identity, wrong):
        after = before.after_failure(NOON)
        assert not contacts.save_identity(contact.contact_id, before, after, "in-1")
    assert contacts.get(contact.contact_id).identity == wrong


def test_of_two_attempts_from_the_same_state_one_counts(contacts, contact):
    after = contact.identity.after_failure(NOON)
    assert contacts.save_identity(contact.contact_id, contact.identity, after, "in-1")
    assert not contacts.save_identity(contact.contact_id, contact.identity, after, "in-2")


def test_all_attempts_one_after_the_other_count(contacts, contact):
    for number in range(3):
        before = contacts.get(contact.contact_id).identity
        after = before.after_failure(NOON)
        assert contacts.save_identity(contact.contact_id, before, after, f"in-{number}")
    assert contacts.get(contact.contact_id).identity.is_locked(NOON)


def prove(contacts, contact):
    proven = contact.identity.after_success("B-1", NOON)
    assert contacts.save_identity(contact.contact_id, contact.identity, proven, "in-1")


@pytest.mark.parametrize(
    ("hashes", "changes", "proven"),
    [
        pytest.param(["h1"], [False], True, id="first"),
        pytest.param(["h1", "h1"], [False, False], True, id="same"),
        pytest.param(["h1", "h2"], [False, True], False, id="another"),
        pytest.param(["h1", "h2", "h2"], [False, True, False], False, id="another, told twice"),
    ],
)
def test_another_identity_hash_ends_what_was_proven(contacts, contact, hashes, changes, proven):
    prove(contacts, contact)
    noted = [contacts.note_identity_hash(contact.contact_id, each) for each in hashes]
    now = contacts.get(contact.contact_id)
    assert noted == changes
    assert now.identity_hash == hashes[-1]
    assert now.identity.verified_borrower(NOON) == ("B-1" if proven else None)


def test_dropping_a_verification_keeps_the_lock(contacts, contact):
    locked = Identity(failed_attempts=3, locked_until=NOON + HOUR)
    contacts.save_identity(contact.contact_id, contact.identity, locked, "in-1")
    contacts.drop_verification(contact.contact_id)
    assert contacts.get(contact.contact_id).identity == locked


def test_what_a_contact_decides(contacts, contact):
    contacts.set_active_role(contact.contact_id, Role.OWNER)
    contacts.set_marketing(contact.contact_id, wants_marketing=False, at=NOON)
    decided = contacts.get(contact.contact_id)
    assert (decided.active_role, decided.wants_marketing) == (Role.OWNER, False)
