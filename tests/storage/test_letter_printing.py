from datetime import timedelta

import pytest

from domain.letter import StoredFile
from storage.letter_printing import LetterPrinting
from storage.letters import Letters
from tests.message_builders import NOON
from tests.unprinted_letters import issue

LEASE = timedelta(minutes=1)
MUCH_LATER = NOON + 9 * LEASE
FILE = StoredFile(file_id="letter:F", size_bytes=1, sha256="0")


@pytest.fixture
def folio(indexed):
    return issue(indexed).folio


@pytest.fixture
def printing(indexed):
    return LetterPrinting(indexed)


def claim(printing, at=NOON):
    claimed = printing.claim_unprinted(now=at, lease=LEASE)
    return (claimed[0].folio, claimed[1]) if claimed else None


def test_a_letter_is_printed_by_one_at_a_time_and_again_after_a_crash(printing, folio):
    assert claim(printing) == (folio, 1)
    assert claim(printing) is None
    assert claim(printing, NOON + LEASE) == (folio, 2)


def test_the_first_document_stays(printing, folio, indexed):
    printing.note_printed(folio, FILE)
    printing.note_printed(folio, FILE.model_copy(update={"sha256": "1"}))
    assert Letters(indexed).find(folio).file == FILE
    assert not printing.awaits_printing(folio)
    assert claim(printing, MUCH_LATER) is None


def test_printing_is_put_off(printing, folio):
    claim(printing)
    printing.print_again(folio, at=NOON)
    assert claim(printing) == (folio, 2)


def test_what_was_given_up_waits_until_it_is_resumed(printing, folio):
    claim(printing)
    printing.give_up(folio, at=NOON)
    assert not printing.awaits_printing(folio)
    assert claim(printing, MUCH_LATER) is None
    assert printing.resume("AR-LD-2026-999999", at=MUCH_LATER) == 0
    assert printing.resume(folio, at=MUCH_LATER) == 1
    assert claim(printing, MUCH_LATER) == (folio, 1)


def test_all_that_was_given_up_is_resumed(printing, folio, indexed):
    others = [issue(indexed, loan_id=f"L-{number}").folio for number in (7, 8)]
    for each in (folio, *others):
        printing.give_up(each, at=NOON)
    printing.note_printed(folio, FILE)
    assert printing.resume(at=MUCH_LATER) == 2
    assert not printing.awaits_printing(folio)


def test_a_printed_letter_is_not_given_up(printing, folio, indexed):
    printing.note_printed(folio, FILE)
    printing.give_up(folio, at=NOON)
    assert printing.resume(at=MUCH_LATER) == 0
    assert Letters(indexed).find(folio).file == FILE
