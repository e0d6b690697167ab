"""The channel over HTTP, in a real Rasa server with the project's own endpoint files."""

import socket
import threading
import time
from typing import Any
from urllib.parse import urlparse

import pytest
import requests
from conftest import Chat, texts


def test_health_tells_the_model_and_the_store(rasa_server: str) -> None:
    state = requests.get(f"{rasa_server}/webhooks/fiado/", timeout=5).json()
    assert state["status"] == "ok"
    assert state["model_file"] == "tiny.tar.gz"
    assert len(state["model_id"]) == 32
    assert state["tracker_store"] == "BoundedTrackerStore"


@pytest.mark.parametrize("token", ["", "wrong", "token-of-the-tests-and-more", "tokén"])
def test_a_wrong_token_is_refused(chat: Chat, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}".encode()}
    answer = requests.post(
        f"{chat.address}/webhooks/fiado/turn", json=chat.body(text="hola"), headers=headers
    )
    assert (answer.status_code, answer.json()) == (401, {"error": "unauthorized"})


def test_no_token_is_refused(chat: Chat) -> None:
    answer = requests.post(f"{chat.address}/webhooks/fiado/turn", json=chat.body(text="hola"))
    assert answer.status_code == 401


GREET = {"name": "greet"}
BAD_BODIES: dict[str, Any] = {
    "no_conversation": {"conversation": None},
    "empty_conversation": {"conversation": ""},
    "number_as_conversation": {"conversation": 7},
    "empty_message_id": {"message_id": ""},
    "long_message_id": {"message_id": "x" * 201},
    "object_as_text": {"text": {"$gt": ""}},
    "long_text": {"text": "x" * 4097},
    "text_and_intent": {"intent": GREET},
    "neither": {"text": None},
    "intent_as_name": {"text": None, "intent": "greet"},
    "intent_without_name": {"text": None, "intent": {"entities": {}}},
    "entities_as_list": {"text": None, "intent": {**GREET, "entities": [{"size": "XL"}]}},
    "object_as_value": {"text": None, "intent": {**GREET, "entities": {"size": {"$ne": 1}}}},
    "text_as_metadata": {"metadata": "x"},
    "unknown_field": {"sender": "x"},
}


@pytest.mark.parametrize("change", BAD_BODIES.values(), ids=BAD_BODIES)
def test_a_body_that_breaks_the_contract_is_refused(chat: Chat, change: dict[str, Any]) -> None:
    answer = chat.post({**chat.body(text="hola"), **change})
    assert answer.status_code == 422
    assert answer.json()["error"] == "invalid_body"
    assert answer.json()["fields"]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000], ids=repr)
def test_what_is_not_json_is_refused(chat: Chat, body: bytes) -> None:
    answer = requests.post(
        f"{chat.address}/webhooks/fiado/turn",
        data=body,
        headers={"Authorization": "Bearer token-of-the-tests"},
    )
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_json"})


@pytest.mark.parametrize(
    ("intent", "entities"),
    [("no_such", {}), ("restart", {}), ("back", {}), ("session_start", {}), ("greet", {"no": 1})],
)
def test_an_intent_that_the_model_does_not_know_is_refused(
    chat: Chat, intent: str, entities: dict[str, Any]
) -> None:
    answer = chat.tap(intent, **entities)
    assert (answer.status_code, answer.json()) == (422, {"error": "unknown_intent"})


def test_an_answer_carries_everything_in_order(chat: Chat) -> None:
    button = {"title": "Order", "payload": "start_order", "description": "kept"}
    assert chat.say("hola").json() == {
        "message_id": "message-0",
        "responses": [{"text": "Hello", "buttons": [button], "response": "utter_greet"}],
        "replayed": False,
        "active_form": None,
    }
    chat.tap("start_order")
    assert chat.tap("ask_fees").json() == {
        "message_id": "message-2",
        "responses": [
            {"text": "No fees", "custom": {"kind": "note"}, "response": "utter_fees"},
            {"text": "Which size?", "response": "utter_ask_order_form_size"},
        ],
        "replayed": False,
        "active_form": "order_form",
    }


def test_metadata_reaches_the_actions(chat: Chat) -> None:
    assert texts(chat.say("cuanto debo", metadata={"person": "P-1"})) == ["Status 1 of P-1"]
    assert texts(chat.tap("ask_status")) == ["Status 2 of None"]


def test_a_tap_fills_no_slot_with_text(chat: Chat) -> None:
    chat.tap("start_order")
    chat.tap("choose", size="XL")
    answer = chat.tap("choose", size="L")
    assert answer.json()["active_form"] == "order_form"
    assert "Ordered" not in str(texts(answer))
    assert texts(chat.say("calle 9 de julio 1")) == ["Ordered L to calle 9 de julio 1"]


@pytest.mark.parametrize("text", ["/restart", " /restart", "/ask_status", '/choose{"size": "L"}'])
def test_a_typed_command_is_text(chat: Chat, text: str) -> None:
    chat.tap("ask_status")
    answer = chat.say(text)
    assert "Status 2" not in str(texts(answer))
    assert texts(chat.tap("ask_status")) == ["Status 2 of None"]


@pytest.mark.parametrize("text", ["", "\ud800 \U0001f4a9 \x00 hola", "\u202e" * 500, "$where: {}"])
def test_odd_texts_get_an_answer(chat: Chat, text: str) -> None:
    assert texts(chat.say(text))
    assert texts(chat.tap("ask_status")) == ["Status 1 of None"]


def test_odd_texts_come_back_whole(chat: Chat) -> None:
    chat.tap("start_order")
    chat.tap("choose", size="XL")
    text = "calle \ud800 \x00 \u202e $a.b"
    assert texts(chat.say(text)) == [f"Ordered XL to {text}"]


def test_a_repeated_message_gets_the_same_answer_and_has_no_second_effect(chat: Chat) -> None:
    body = chat.body(text="cuanto debo")
    first, again = chat.post(body).json(), chat.post(body).json()
    assert again == {**first, "replayed": True}
    chat.say("hola")
    assert chat.post(body).json()["responses"] == first["responses"]
    assert texts(chat.tap("ask_status")) == ["Status 2 of None"]


def test_an_answer_that_nobody_heard_is_given_again(chat: Chat) -> None:
    """The connection is cut while the turn runs, as when the worker dies."""
    request = requests.Request(
        "POST",
        f"{chat.address}/webhooks/fiado/turn",
        json=chat.body("lost", text="cuanto debo"),
        headers={"Authorization": "Bearer token-of-the-tests"},
    ).prepare()
    address = urlparse(chat.address)
    head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
    with socket.create_connection((address.hostname, address.port)) as connection:
        line = f"POST {request.path_url} HTTP/1.1\r\nHost: rasa\r\n{head}\r\n"
        connection.sendall(line.encode() + request.body)
        time.sleep(0.3)
    answer = chat.post(chat.body("lost", text="cuanto debo"))
    assert texts(answer) == ["Status 1 of None"]
    assert texts(chat.tap("ask_status")) == ["Status 2 of None"]


def test_turns_of_one_conversation_wait_for_each_other(chat: Chat) -> None:
    """Rasa's own lock polls once a second; eight turns in line would take seven seconds."""
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.append(texts(chat.tap("ask_status"))))
        for _ in range(8)
    ]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [[f"Status {number} of None"] for number in range(1, 9)]
    assert time.monotonic() - started < 3


def test_texts_stay_out_of_the_log(chat: Chat, folder: Any) -> None:
    canary = "canary-28123456"
    chat.say(f"/{canary}")
    chat.post({**chat.body(text=canary), "metadata": canary})
    chat.post(chat.body(text=canary, intent={"name": canary}))
    chat.post(
        chat.body(intent={"name": "break_action"}, metadata={"break_with": "error", "x": canary})
    )
    assert canary not in (folder / "rasa.log").read_text()
