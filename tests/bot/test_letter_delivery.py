"""What became of a letter in a chat."""

from datetime import timedelta

import pytest

from bot.services.letter_delivery import Way
from domain.conversation import Author
from domain.delivery import DeliveryStatus
from domain.letter_content import LetterKind
from domain.message import Document, OutboundText, UrlButton
from storage.outbox import NewOutbound
from tests.issued_letters import NOON, a_service, issue

CHAT, OTHER_CHAT = "c1-549", "c2-549"


@pytest.fixture
def wired(indexed, tmp_path):
    return a_service(indexed, tmp_path)


@pytest.fixture
def letter(wired):
    return issue(wired)


def put(wired, letter, chat=CHAT, content=None, status=DeliveryStatus.SENT, **changes):
    """One more message about the letter in a chat."""
    count = wired.database["outbox"].count_documents({})
    message = NewOutbound(
        message_id=f"m-{count}",
        dedupe_key=f"d-{count}",
        content=content or Document(file_id=letter.file_id, file_name="x.pdf"),
        author=Author.BOT,
        subject=letter.folio,
        **changes,
    )
    wired.outbox.add_many(
        [message],
        conversation_id=chat,
        business_number="1",
        to="2",
        first_seq=count,
        now=wired.clock.machine_now(),
    )
    wired.database["outbox"].update_one({"_id": f"m-{count}"}, {"$set": {"status": status.value}})


@pytest.mark.parametrize(
    ("status", "minutes", "way"),
    [
        (None, 0, Way.NOT_SENT),
        (DeliveryStatus.PENDING, 0, Way.ON_ITS_WAY),
        (DeliveryStatus.WAITING_WINDOW, 60, Way.ON_ITS_WAY),
        (DeliveryStatus.SENT, 1, Way.ON_ITS_WAY),
        (DeliveryStatus.SENT, 3, Way.SENT),
        (DeliveryStatus.DELIVERED, 0, Way.ARRIVED),
        (DeliveryStatus.SEEN, 0, Way.ARRIVED),
        (DeliveryStatus.FAILED, 0, Way.FAILED),
        (DeliveryStatus.EXPIRED, 0, Way.FAILED),
        (DeliveryStatus.WITHHELD, 0, Way.NOT_SENT),
    ],
)
def test_the_way_of_the_last_document(wired, letter, status, minutes, way):
    if status is not None:
        put(wired, letter, status=status)
    wired.clock.move(timedelta(minutes=minutes))
    assert wired.letter_delivery.journey(CHAT, letter).way is way


def test_what_was_sent_is_counted_without_copies_and_other_chats(wired, letter):
    put(wired, letter, status=DeliveryStatus.FAILED)
    put(wired, letter, copies=1)
    put(wired, letter)
    put(wired, letter, chat=OTHER_CHAT)
    put(wired, letter, content=OutboundText(text="a notice"))
    journey = wired.letter_delivery.journey(CHAT, letter)
    assert (journey.times_sent, journey.was_linked, journey.sent_at) == (2, False, NOON)
    put(wired, letter, content=UrlButton(body="x", button_title="x", url="https://x.invalid"))
    assert wired.letter_delivery.journey(CHAT, letter).was_linked


def test_a_letter_is_found_by_its_borrower_alone(wired, letter):
    paid = issue(wired, LetterKind.NO_DEBT, cause_id="in-2")
    find = wired.letter_delivery.find
    assert find(letter.folio, letter.borrower_id) == letter
    assert find(letter.folio, paid.borrower_id) is None
    assert find("AR-LS-2026-999999", letter.borrower_id) is None


def test_the_newest_stands_for_those_it_replaced(wired, letter):
    issue(wired, addressee="UBA", cause_id="in-2")
    newest = issue(wired, addressee="ANSES", cause_id="in-3")
    find = wired.letter_delivery.find
    assert find(letter.folio, letter.borrower_id).folio == newest.folio
    assert wired.letter_delivery.find_newest(letter.borrower_id).folio == newest.folio
    assert wired.letter_delivery.find_newest(letter.borrower_id, LetterKind.NO_DEBT) is None


def test_what_took_the_place_of_a_letter_is_shown_to_its_own_borrower_alone(wired, letter):
    newest = issue(wired, addressee="UBA", cause_id="in-2")
    # as it was while a letter could be followed by another borrower's
    wired.database["letters"].update_one(
        {"_id": newest.folio}, {"$set": {"borrower_id": "B-other"}}
    )
    assert wired.letter_delivery.find(letter.folio, letter.borrower_id) is None


def test_a_letter_taken_back_after_it_took_the_place_of_another_has_a_successor(wired, letter):
    second = issue(wired, addressee="UBA", cause_id="in-2")
    wired.letters.revoke(second.folio, "wrong", actor="agent-1")
    find = wired.letter_delivery.find
    assert find(letter.folio, letter.borrower_id).folio == second.folio
    third = issue(wired, addressee="ANSES", cause_id="in-3")
    assert find(letter.folio, letter.borrower_id) == third
    assert find(second.folio, letter.borrower_id).folio == second.folio


def test_what_never_came_is_found_until_it_comes_or_ends(wired, letter):
    def unreceived(chat):
        return list(wired.letter_delivery.unreceived(letter.borrower_id, chat))

    assert unreceived(CHAT) == [letter]
    put(wired, letter)
    assert unreceived(CHAT) == []
    assert unreceived(OTHER_CHAT) == [letter]
    wired.clock.move(timedelta(days=60))
    assert unreceived(OTHER_CHAT) == []


def test_the_link_gives_the_document_for_half_an_hour(wired, letter):
    link = wired.letter_delivery.link(letter)
    token, name = link.rsplit("/", 2)[1:]
    assert name == f"carta-de-saldo_{letter.folio}.pdf"
    assert wired.media_links.read(token, name) == letter.file_id
    wired.clock.move(timedelta(minutes=31))
    assert wired.media_links.read(token, name) is None
