"""What is left of a chat in the logs: how it went, and nothing of what was said or by whom."""

import json
import re

import pytest

from tests.dialogue.people import DOCUMENT, LAST4, borrowing

TYPED = "hola, cuánto debo de la heladera?"
NAME = "Ramona Quintriqueo"
CAPTION = "comprobante de ramonita"


@pytest.fixture
def chat(running_service, phone):
    """A whole chat with a failed identity, a receipt, a complaint and text that is no request."""
    running_service.infobip.simulator.store.person(phone.number, NAME)
    phone.loan = borrowing(running_service, phone)
    assert "últimos 4" in phone.asks(TYPED)
    assert "Intentos que te quedan: 2." in phone.asks("9753")
    assert "Estado" in phone.proves(LAST4)
    assert "No te entendí" in phone.asks("xqzwpl")
    assert "foto del comprobante" in phone.asks("ya pagué la semana pasada en ventanilla")
    phone.sends_file("IMAGE", b"\xff\xd8\xff\xe0", "image/jpeg", CAPTION)
    phone.hears()
    phone.asks("los voy a denunciar por estafadores")
    phone.chooses("Cómo pagar")
    return phone


def entries_of(service):
    """Structured lines of every process, by process."""
    for file in service.log_files:
        for line in file.read_text(errors="replace").splitlines():
            entry = json.loads(line) if line.startswith('{"') else {}
            if "event" in entry:
                yield file.name, entry


def test_nothing_personal_is_in_any_log(running_service, chat):
    secrets = {
        "a number": chat.number,
        "its last digits": chat.number[-8:],
        "a document": DOCUMENT,
        "a name of WhatsApp's": NAME.split()[1],
        "a name on file": "Ramona Díaz",
        "a wrong answer": "9753",
        "what was asked": "heladera",
        "what was not understood": "xqzwpl",
        "what was complained about": "estafador",
        "a caption": CAPTION,
        "what was said of a payment": "ventanilla",
        "a loan": chat.loan["loan_id"],
        "an amount": "45.300",
        "a shop": "Casa Norte",
        "an account": "0170099220000067797370",
    }
    assert {"actions.log", "rasa-1.log", "web.log", "worker-1.log"} <= {
        file.name for file in running_service.log_files
    }
    found = [
        (file.name, what)
        for file in running_service.log_files
        for what, secret in secrets.items()
        # a time's fraction of a second may look like any digits
        if re.search(rf"(?<![\d.]){re.escape(secret)}", file.read_text(errors="replace"))
    ]
    assert found == []


def test_one_conversation_can_be_followed_by_one_id(running_service, chat):
    """From the webhook over routing, dialogue and actions to the last report."""
    contact = running_service.services.contacts.find_by_alias(f"phone:{chat.number}")
    inbox = running_service.services.database["inbox"]
    arrived = inbox.find_one({"address": {"$regex": chat.number}})
    conversation_id = arrived["conversation_id"]
    followed = [
        (file, entry["event"])
        for file, entry in entries_of(running_service)
        if entry.get("conversation_id") == conversation_id
    ]
    events = {event for _, event in followed}
    assert {"message_routed", "turn_answered", "message_settled"} <= events
    assert {file for file, _ in followed} >= {"worker-1.log", "actions.log"}
    checked = [
        entry for _, entry in entries_of(running_service) if entry["event"] == "identity_checked"
    ]
    assert [e["outcome"] for e in checked if e.get("contact_id") == contact.contact_id] == [
        "wrong",
        "verified",
    ]


def test_the_webhook_names_the_message_that_the_worker_names(running_service, chat):
    message_ids = {
        entry.get("external_id")
        for file, entry in entries_of(running_service)
        if file == "worker-1.log" and entry["event"] == "turn_answered"
    }
    stored = {
        entry.get("external_id")
        for file, entry in entries_of(running_service)
        if file == "web.log" and entry["event"] == "inbound_stored"
    }
    assert message_ids <= stored
