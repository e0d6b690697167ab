"""Letters that were issued: received after a notice, missed, and taken back."""

import re
from datetime import timedelta

import pytest

from bot.dialogue.commands import Command, CommandSigner
from domain.letter_content import LetterKind
from tests.dialogue.letter_people import (
    YES,
    contact_of,
    entries_about,
    is_asked_for_whom,
    issued_elsewhere,
    letters_of,
    owing,
    paid_off,
    proven,
)
from tests.dialogue.people import LAST4, borrowing, last4


@pytest.fixture
def issued(running_service, phone):
    """A verified borrower with a balance letter in hand."""
    proven(owing(running_service, phone))
    phone.asks("carta de saldo dirigida a la UBA")
    phone.chooses(YES)
    (phone.letter,) = letters_of(running_service, phone)
    return phone


@pytest.fixture
def paid(running_service, phone):
    """Somebody who owes nothing and said hello; nobody knows yet who writes."""
    paid_off(running_service, phone).asks("hola")
    return phone


def taps_notice(service, phone, folio, intent="receive_letter"):
    """Tap a notice's button; the answer."""
    return taps(service, phone, Command(intent=intent, entities={"folio": folio}))


def taps(service, phone, command):
    """Tap one of our buttons wherever it stands; the answer."""
    signer = CommandSigner(service.services.settings.secret_key.get_secret_value())
    contact_id = contact_of(service, phone).contact_id
    reply_id = signer.sign(command, contact_id=contact_id, nonce="n" * 8)
    return phone.shows({"type": "INTERACTIVE_BUTTON_REPLY", "id": reply_id, "title": "x"})


def takes_back(services, letter, reason):
    """Revoke it without the notice, which would come between two answers."""
    services.stored_letters.revoke(letter.folio, reason, actor="agent", at=services.clock.now())


def documents_in(answer):
    return [reply for reply in answer.replies if reply.kind == "document"]


# --- after a notice --------------------------------------------------------------------------


def test_a_notice_tells_nothing_and_leads_to_the_letter(running_service, paid):
    letter = issued_elsewhere(running_service, paid, LetterKind.NO_DEBT)
    service = running_service.services
    contact_id = contact_of(running_service, paid).contact_id
    conversation_id = service.conversations.find_latest(contact_id).conversation_id
    service.letter_notices.say_ready(conversation_id, letter.folio, dedupe_key=letter.folio)
    notice = paid.hears()
    asked = paid.asks(notice.titles[0])
    assert "*últimos 4*" in asked
    for answer in (notice, asked):
        assert not any(secret in answer for secret in (letter.folio, "ANSES", "Ramona", "Norte"))
    (document,) = paid.proves(LAST4).replies
    assert document.kind == "document"
    assert letter.folio in document.text


@pytest.mark.parametrize("typed", ["carta", "recibirla", "quiero recibir el documento"])
def test_a_letter_that_waits_can_be_asked_for_in_words(running_service, paid, typed):
    letter = issued_elsewhere(running_service, paid, LetterKind.NO_DEBT)
    paid.asks(typed)
    assert "Ya tenés una carta lista" in paid.proves(LAST4)
    assert letter.folio in documents_in(paid.asks("recibirla"))[0].text


def test_somebody_elses_letter_is_nobodys(running_service, issued):
    stranger = running_service.phone()
    paid_off(running_service, stranger).asks("hola")
    asked = taps_notice(running_service, stranger, issued.letter.folio)
    told = stranger.proves(LAST4)
    assert "*últimos 4*" in asked
    assert told.text == "No encuentro esa carta. Puedo hacerte una nueva, o lo ves con una persona."
    assert taps_notice(running_service, stranger, "AR-LS-2026-999999").text == told.text
    assert not any(secret in told for secret in (issued.letter.folio, "UBA"))


def test_on_a_shared_phone_a_notice_is_for_whom_it_names(running_service, phone):
    mother = paid_off(running_service, phone).loan
    son = borrowing(running_service, phone, document="45333444")
    phone.asks("cuánto debo")
    assert last4(son) in phone.proves("3444")
    button = Command(intent="request_no_debt_letter", entities={"loan_id": mother["loan_id"]})
    asked = taps(running_service, phone, button)
    assert "de otra persona registrada con este número" in asked
    assert "*últimos 4*" in asked
    told = phone.proves(LAST4)
    assert is_asked_for_whom(told)
    assert last4(mother) in told
    contact_id = contact_of(running_service, phone).contact_id
    conversation = running_service.services.conversations.find_latest(contact_id)
    assert conversation.last_answer_for == mother["borrower_id"]


def test_a_button_of_another_phone_opens_nothing(running_service, issued):
    signer = CommandSigner(running_service.services.settings.secret_key.get_secret_value())
    command = Command(intent="receive_letter", entities={"folio": issued.letter.folio})
    contact_id = contact_of(running_service, issued).contact_id
    stolen = signer.sign(command, contact_id=contact_id, nonce="n" * 8)
    thief = running_service.phone()
    answer = thief.shows({"type": "INTERACTIVE_BUTTON_REPLY", "id": stolen, "title": "x"})
    assert "Esa opción ya venció" in answer


def test_a_replaced_letter_gives_the_one_in_its_place(running_service, issued):
    issued.asks("carta de saldo dirigida a ANSES")
    issued.chooses(YES)
    newest, _ = letters_of(running_service, issued)
    answer = taps_notice(running_service, issued, issued.letter.folio)
    assert "fue reemplazada por otra más nueva" in answer
    assert newest.folio in documents_in(answer)[0].text


def test_a_letter_past_its_days_leads_to_a_new_one(later, phone):
    proven(owing(later, phone))
    phone.asks("carta de saldo dirigida a la UBA")
    phone.chooses(YES)
    later.pass_time(timedelta(days=11))
    phone.asks("no me llegó la carta")
    expired = phone.proves(LAST4)
    assert "valía hasta el 20/03/2026" in expired
    assert is_asked_for_whom(phone.chooses("Pedir otra"))


def test_a_letter_that_a_returned_payment_took_back_is_explained(running_service, paid):
    letter = issued_elsewhere(running_service, paid, LetterKind.NO_DEBT)
    service = running_service.services
    stored = service.database["payments"].find_one({"loan_id": paid.loan["loan_id"]})
    reversal = {"payment_id": stored["_id"], "reversed_on": "2026-03-10", "reason": "bounced"}
    running_service.load({"type": "payment_reversal"} | reversal)
    takes_back(service, letter, "payment_reversed")
    taps_notice(running_service, paid, letter.folio, "see_letter_notice")
    told = paid.proves(LAST4)
    assert f"El libre deuda {letter.folio} dejó de valer: un pago" in told
    assert re.search(r"Hoy hay \*\$ [\d.]+,\d\d\* por pagar", told.text)
    assert told.titles == ["Cómo pagar", "Ya pagué", "Hablar con alguien"]


def test_a_balance_letter_that_was_taken_back_leads_to_one_of_today(running_service, issued):
    takes_back(running_service.services, issued.letter, "payment_reversed")
    told = taps_notice(running_service, issued, issued.letter.folio, "see_letter_notice")
    assert f"La carta de saldo {issued.letter.folio} dejó de valer: un pago" in told
    assert is_asked_for_whom(issued.chooses("Pedir otra"))


def test_an_agents_reason_is_not_told(running_service, paid):
    letter = issued_elsewhere(running_service, paid, LetterKind.NO_DEBT)
    takes_back(running_service.services, letter, "wrong person at the desk")
    taps_notice(running_service, paid, letter.folio, "see_letter_notice")
    told = paid.proves(LAST4)
    assert "fue dada de baja por nosotros" in told
    assert "desk" not in told


# --- it did not come -------------------------------------------------------------------------


def test_who_never_asked_for_one_is_offered_one(running_service, paid):
    assert "*últimos 4*" in paid.asks("no me llegó la carta")
    answer = paid.proves(LAST4)
    assert answer.text == "No veo ninguna carta pedida a tu nombre. ¿Cuál te hago?"
    assert answer.titles == ["Carta de saldo", "Libre deuda", "Hablar con alguien"]


def test_once_more_then_a_link_then_a_person(running_service, issued):
    first = issued.asks("no me llegó")
    assert first.text.startswith(f"Tu carta {issued.letter.folio}, del 10/03/2026 a las 10:")
    assert "figura como entregada en este chat. Te la mando otra vez." in first
    assert len(documents_in(first)) == 1
    (second,) = issued.asks("no abre").replies
    assert second.kind == "interactive/url-button"
    assert "Sirve por 30 minutos" in second.text
    assert "con el número *T-" in issued.asks("sigue sin abrir")
    tickets = running_service.services.tickets.list_open(limit=1000)
    contact_id = contact_of(running_service, issued).contact_id
    reasons = [ticket.reason for ticket in tickets if ticket.contact_id == contact_id]
    assert reasons == ["letter_not_received"]


@pytest.mark.parametrize(
    ("status", "expected", "documents"),
    [
        pytest.param("sent", "está en camino desde el 10/03/2026", 0, id="just sent"),
        pytest.param("delivered", "figura como entregada", 1, id="delivered"),
        pytest.param("seen", "figura como entregada", 1, id="seen"),
        pytest.param("failed", "no se pudo entregar", 1, id="failed"),
        pytest.param("expired", "no se pudo entregar", 1, id="expired"),
    ],
)
def test_where_the_letter_is_comes_first(running_service, issued, status, expected, documents):
    (entry,) = entries_about(running_service, issued, issued.letter)
    running_service.wait_until(
        lambda: running_service.services.outbox.find(entry.message_id).status == "seen",
        "the letter was not reported",
    )
    running_service.services.database["outbox"].update_one(
        {"_id": entry.message_id}, {"$set": {"status": status}}
    )
    assert expected in issued.asks("no me llegó la carta")
    entries = entries_about(running_service, issued, issued.letter)
    assert [each.content.kind for each in entries] == ["document"] * (1 + documents)


def test_the_kind_that_was_missed_is_looked_for(running_service, phone):
    proven(paid_off(running_service, phone))
    letter = issued_elsewhere(running_service, phone, LetterKind.NO_DEBT)
    assert "No veo ninguna carta pedida" in phone.asks("no me llegó la carta de saldo")
    assert letter.folio in phone.asks("no me llegó el libre deuda")


def test_a_link_is_one_more_message_about_the_letter(running_service, issued):
    issued.asks("no me llegó")
    issued.asks("no me llegó")
    kinds = [each.content.kind for each in entries_about(running_service, issued, issued.letter)]
    assert kinds == ["url_button", "document", "document"]


def test_a_repeated_letter_was_sent_twice(running_service, issued):
    (again,) = issued.asks("repetir").replies
    assert again.kind == "document"
    second, first = entries_about(running_service, issued, issued.letter)
    assert (second.content, second.purpose) == (first.content, "letter_ready")
    (link,) = issued.asks("no me llegó").replies
    assert link.kind == "interactive/url-button"
