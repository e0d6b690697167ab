"""A document on its way: it waits for its file and its window, and goes to whom it is for."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from bot.services.enqueuing import MAX_COPIES
from bot.workers.document_worker import LEASE, MAX_ATTEMPTS
from bot.workers.run import build_document_worker
from domain.contact import Identity
from domain.conversation import Author
from domain.delivery import DeliveryStatus
from domain.message import Document, OutboundText
from pdfs.errors import PressError
from storage.outbox_files import OutboxFiles
from tests.fake_press import PDF, FakePress
from tests.message_builders import PHONE
from tests.processes import eventually
from tests.unprinted_letters import issue
from webhooks.simulator.faults import Fault

NAME = "libre-deuda_AR-LD-2026-000001.pdf"
CAPTION = "Libre deuda AR-LD-2026-000001"
DAY = timedelta(days=1)
BORROWER = "B-1"


@pytest.fixture
def conversation_id(world):
    """A conversation of a person who has just been answered."""
    world.converse("buenas noches equipo")
    world.arrived(count=1)
    assert world.will_be("seen")
    [conversation] = world.database["conversations"].find()
    return conversation["_id"]


@pytest.fixture
def press():
    return FakePress()


@pytest.fixture
def released():
    """Conversations whose messages were let go."""
    return []


@pytest.fixture
def documents(world, press, released):
    return build_document_worker(world.services, press, released.append)


@pytest.fixture
def letter(world):
    return issue(world.database)


def print_all(documents):
    for _, claimed in documents.find_ready(set(), 9):
        documents.work(claimed)


def enqueue(world, conversation_id, content, key="document", **changes):
    fields = {"author": Author.BOT, "dedupe_key": f"test:{key}"} | changes
    assert world.services.enqueuing.add(conversation_id, content, **fields)


def enqueue_document(world, conversation_id, letter, **changes):
    document = Document(file_id=letter.file_id, file_name=NAME, caption=CAPTION)
    fields = {"purpose": "letter_ready", "subject": letter.folio, "for_borrower": BORROWER}
    enqueue(world, conversation_id, document, **(fields | changes))


def enqueue_text(world, conversation_id, text):
    enqueue(world, conversation_id, OutboundText(text=text), key=text)


def prove(world, conversation_id):
    contact_id = world.services.conversations.get(conversation_id).contact_id
    contacts = world.services.contacts
    before = contacts.get(contact_id).identity
    proven = Identity().after_success(BORROWER, world.clock.now())
    assert contacts.save_identity(contact_id, before, proven, f"try-{world.clock.now()}")


def bubbles(world):
    """What the person got after the first answer, failures left out."""
    return [each for each in world.infobip.received(PHONE)[1:] if each.state != "failed"]


def shown(world, count):
    """It in words, once there is so much of it."""
    assert eventually(lambda: len(bubbles(world)) >= count), bubbles(world)
    return [words(each.content) for each in bubbles(world)]


def words(content):
    body = content.get("body") or {}
    said = content.get("text") or content.get("caption") or content.get("templateName")
    return said or body.get("text")


def new_statuses(world):
    return world.statuses()[1:]


def asked_of_infobip(world):
    """Bodies of the sends, the first answer left out."""
    return [call.body for call in world.infobip.calls("/whatsapp/1/message/")][1:]


# --- the file ----------------------------------------------------------------------------------


def test_a_printed_document_arrives_under_its_name(world, conversation_id, documents, letter):
    print_all(documents)
    enqueue_document(world, conversation_id, letter)
    world.send()
    assert shown(world, 1) == [CAPTION]
    [bubble] = bubbles(world)
    file = world.infobip.simulator.store.find_file(bubble.file_id)
    assert (file.name, file.content_type, file.data) == (NAME, "application/pdf", PDF + b"1")


def test_what_comes_before_it_is_printed_waits_and_goes_at_once(
    world, conversation_id, documents, released, letter
):
    enqueue_document(world, conversation_id, letter)
    world.send()
    world.send()
    [waiting] = world.outbox(status="pending")
    assert (waiting["attempts"], asked_of_infobip(world)) == (0, [])
    print_all(documents)
    assert released == [conversation_id]
    world.send()
    assert shown(world, 1) == [CAPTION]


def test_what_was_said_after_the_document_comes_after_it(world, conversation_id, documents, letter):
    enqueue_text(world, conversation_id, "uno")
    enqueue_document(world, conversation_id, letter)
    enqueue_text(world, conversation_id, "dos")
    world.send()
    world.pass_time(milliseconds=100)
    world.send()
    enqueue_text(world, conversation_id, "tres")
    world.send()
    assert shown(world, 1) == ["uno"]
    print_all(documents)
    world.send()
    assert shown(world, 4) == ["uno", CAPTION, "dos", "tres"]


def test_other_conversations_do_not_wait_for_a_document(world, conversation_id, letter):
    enqueue_document(world, conversation_id, letter)
    world.converse("cuánto debo", "5491155550102")
    assert len(world.arrived("5491155550102", count=1)) == 1


def test_who_does_not_hear_of_the_document_looks_again_by_itself(world, conversation_id, letter):
    enqueue_document(world, conversation_id, letter)
    world.send()
    stored = world.services.files.put_once(
        letter.file_id, PDF, name=NAME, content_type="application/pdf"
    )
    world.services.letter_printing.note_printed(letter.folio, stored)
    world.send()
    assert asked_of_infobip(world) == []
    world.pass_time(seconds=2)
    world.send()
    assert shown(world, 1) == [CAPTION]


def test_a_document_that_is_stored_while_its_message_is_put_back_goes_at_once(
    world, conversation_id, documents, letter, monkeypatch
):
    put_back = OutboxFiles.put_back

    def late(*arguments, **names):
        print_all(documents)
        return put_back(*arguments, **names)

    enqueue_document(world, conversation_id, letter)
    monkeypatch.setattr(OutboxFiles, "put_back", late)
    world.send()
    assert shown(world, 1) == [CAPTION]


def test_a_document_that_cannot_be_made_is_told_and_the_next_goes_on(
    world, conversation_id, documents, press, letter
):
    press.troubles = [PressError("jam")] * MAX_ATTEMPTS
    enqueue_document(world, conversation_id, letter)
    enqueue_text(world, conversation_id, "dos")
    for _ in range(MAX_ATTEMPTS):
        print_all(documents)
        world.pass_time(seconds=LEASE.total_seconds())
        prove(world, conversation_id)
        world.send()
    assert shown(world, 2) == ["dos", world.notices.no_document]
    assert new_statuses(world)[0] == "failed"
    assert world.dead_letters() == ["jam", "no_document"]


def test_a_document_that_never_was_is_told(world, conversation_id):
    document = Document(file_id="letter:AR-LD-2026-999999", file_name=NAME)
    enqueue(world, conversation_id, document)
    enqueue(world, conversation_id, document, key="again")
    world.send()
    assert shown(world, 2) == [world.notices.no_document] * 2


def test_every_attempt_has_a_link_of_its_own(world, conversation_id, documents, letter):
    """The first one has expired by the time of the second."""
    print_all(documents)
    prove(world, conversation_id)
    world.arm(Fault.SERVER_ERROR)
    enqueue_document(world, conversation_id, letter)
    world.send()
    world.pass_time(minutes=61)
    prove(world, conversation_id)
    world.send()
    assert shown(world, 1) == [CAPTION]
    first, second = (urlsplit(body["content"]["mediaUrl"]).path for body in asked_of_infobip(world))
    assert first != second


def test_no_link_is_ever_stored(world, conversation_id, documents, letter):
    print_all(documents)
    enqueue_document(world, conversation_id, letter)
    world.send()
    assert "/media/" not in str(list(world.database["outbox"].find()))


# --- what became of it ---------------------------------------------------------------------------


def test_what_did_not_arrive_goes_again_as_the_same_thing(
    world, conversation_id, documents, letter
):
    print_all(documents)
    world.arm(Fault.FAILS_UNKNOWN_CODE)
    enqueue_document(world, conversation_id, letter)
    world.send()
    assert world.will_be("seen", "failed", "pending")
    original, copy = world.outbox()[1:]
    for name in ("content", "purpose", "subject", "for_borrower", "author"):
        assert copy[name] == original[name]


def test_what_became_of_a_letter_is_seen_by_its_folio(world, conversation_id, documents, letter):
    print_all(documents)
    world.arm(Fault.FAILS_UNKNOWN_CODE)
    enqueue_document(world, conversation_id, letter)
    world.send()
    assert world.will_be("seen", "failed", "pending")
    prove(world, conversation_id)
    world.pass_time(minutes=1)
    world.send()
    assert world.will_be("seen", "failed", "seen")
    about = world.services.outbox.list_of_subject(conversation_id, letter.folio)
    assert [(each.status, each.copies) for each in about] == [
        (DeliveryStatus.SEEN, 1),
        (DeliveryStatus.FAILED, 0),
    ]


# --- the window ----------------------------------------------------------------------------------


def test_outside_the_window_the_answer_to_the_template_brings_the_document(
    world, conversation_id, documents, letter
):
    print_all(documents)
    world.clock.move(DAY)
    enqueue_document(world, conversation_id, letter)
    world.send()
    assert shown(world, 1) == ["documento_listo"]
    assert new_statuses(world)[0] == "waiting_window"
    world.write("ok")
    world.answer()
    prove(world, conversation_id)
    world.send()
    assert shown(world, 3) == ["documento_listo", CAPTION, "re: ok"]


def test_whatsapps_word_on_the_window_takes_the_same_road(
    world, conversation_id, documents, letter
):
    print_all(documents)
    world.infobip.simulator.store.person(PHONE).last_inbound_at = None
    enqueue_document(world, conversation_id, letter)
    world.send()
    assert world.will_be("seen", "failed", "pending")
    world.send()
    assert shown(world, 1) == ["documento_listo"]
    assert new_statuses(world)[:2] == ["failed", "waiting_window"]
    world.write("ok")
    world.answer()
    prove(world, conversation_id)
    world.send()
    assert shown(world, 3) == ["documento_listo", CAPTION, "re: ok"]


def test_a_window_that_stays_closed_whatever_they_write_is_given_up(
    world, conversation_id, documents, letter
):
    print_all(documents)
    enqueue_document(world, conversation_id, letter)
    world.infobip.simulator.store.person(PHONE).last_inbound_at = None
    for copies in range(MAX_COPIES + 1):
        world.send()
        assert world.will_be(
            "seen", *["failed"] * (copies + 1), *["pending"][copies // MAX_COPIES :]
        )
        world.database["conversations"].update_one(
            {}, {"$set": {"last_inbound_at": world.clock.now()}}
        )
    assert eventually(lambda: world.dead_letters() == ["EC_NO_SESSION"])


def test_the_button_of_the_template_means_what_the_notices_own_would(
    world, conversation_id, letter
):
    world.clock.move(DAY)
    world.services.letter_notices.say_ready(conversation_id, letter.folio, dedupe_key="ready:1")
    world.send()
    assert shown(world, 1) == ["documento_listo"]
    [notice] = world.outbox(status="waiting_window")
    tapped = world.infobip.tap(PHONE, "Recibir documento")
    assert eventually(lambda: world.inbox_state(tapped) is not None)
    world.answer()
    world.send()
    assert shown(world, 2) == ["documento_listo", "re: /receive_letter"]
    [answered] = world.outbox(_id=notice["_id"])
    assert (answered["status"], answered["reason"]) == ("withheld", "answered")


def test_words_in_answer_to_the_template_bring_the_notice(world, conversation_id, letter):
    world.clock.move(DAY)
    world.services.letter_notices.say_ready(conversation_id, letter.folio, dedupe_key="ready:1")
    world.send()
    world.converse("ok")
    ready = world.notices.letters.ready.text.format(brand_name=world.services.site.brand_name)
    assert shown(world, 3) == ["documento_listo", ready, "re: ok"]


# --- whom it is for ------------------------------------------------------------------------------


def test_a_document_for_whom_they_are_not_any_more_leaves_a_notice(
    world, conversation_id, documents, letter
):
    print_all(documents)
    world.clock.move(DAY)
    enqueue_document(world, conversation_id, letter)
    world.send()
    world.pass_time(minutes=5)
    world.converse("ok")
    ready = world.notices.letters.ready.text.format(brand_name=world.services.site.brand_name)
    assert shown(world, 3) == ["documento_listo", "re: ok", ready]
    assert new_statuses(world)[0] == "withheld"
    assert not [bubble for bubble in bubbles(world) if bubble.kind == "document"]


def test_the_notice_is_said_once_though_the_sender_dies(
    world, conversation_id, documents, letter, monkeypatch
):
    print_all(documents)
    enqueue_document(world, conversation_id, letter)
    world.pass_time(minutes=5)
    monkeypatch.setattr(world.outbox_worker, "_settle", dies)
    with pytest.raises(KeyboardInterrupt):
        world.send()
    monkeypatch.undo()
    for _ in range(3):
        world.clock.move(LEASE)
        world.send()
    ready = world.notices.letters.ready.text.format(brand_name=world.services.site.brand_name)
    assert shown(world, 1) == [ready]
    assert new_statuses(world)[0] == "withheld"


def dies(*_, **__):
    raise KeyboardInterrupt


def test_what_has_no_purpose_is_only_withheld(world, conversation_id, documents, letter):
    print_all(documents)
    enqueue_document(world, conversation_id, letter, purpose=None)
    world.pass_time(minutes=5)
    world.send()
    assert new_statuses(world) == ["withheld"]
