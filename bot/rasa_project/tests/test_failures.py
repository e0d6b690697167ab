"""A turn that fails says so, leaves no trace, and can be sent again."""

import signal

import pytest
from conftest import Chat, Mongo, texts

WAYS = ["error", "unavailable", "hang", "unknown_event", "malformed_event"]


@pytest.mark.parametrize("way", WAYS)
def test_a_failed_action_fails_the_turn(chat: Chat, way: str) -> None:
    chat.tap("start_order")
    answer = chat.break_with(way)
    assert (answer.status_code, answer.json()) == (503, {"error": "action_failed"})
    after = chat.tap("choose", size="XL").json()
    assert [each["text"] for each in after["responses"]] == ["Which address?"]
    assert after["active_form"] == "order_form"


def test_a_failed_turn_can_be_sent_again(chat: Chat) -> None:
    body = chat.body(intent={"name": "break_action"}, metadata={"break_with": "error"})
    assert chat.post(body).status_code == 503
    again = chat.post({**body, "metadata": {"break_with": "action_listen"}})
    assert again.json()["replayed"] is False
    assert texts(again) == ["Never said"]


def test_a_failed_validation_inside_a_form_fails_the_turn(chat: Chat) -> None:
    chat.tap("start_order")
    answer = chat.tap("choose", size="bug")
    assert (answer.status_code, answer.json()) == (503, {"error": "action_failed"})
    assert texts(chat.tap("choose", size="XL")) == ["Which address?"]


def test_a_dialogue_that_runs_in_circles_is_not_saved(chat: Chat) -> None:
    answer = chat.break_with("action_break")
    assert (answer.status_code, answer.json()) == (500, {"error": "turn_failed"})
    assert texts(chat.tap("ask_status")) == ["Status 1 of None"]


def test_an_outage_of_the_store_is_told_and_nothing_is_forgotten(chat: Chat, mongo: Mongo) -> None:
    chat.tap("start_order")
    chat.tap("choose", size="XL")
    body = chat.body(text="calle 9 de julio 1")
    mongo.process.send_signal(signal.SIGSTOP)
    try:
        answer = chat.post(body)
    finally:
        mongo.process.send_signal(signal.SIGCONT)
    assert (answer.status_code, answer.json()) == (503, {"error": "tracker_store_unavailable"})
    assert answer.elapsed.total_seconds() < 8
    # the write may land late; the same message again finds that out
    assert texts(chat.post(body)) == ["Ordered XL to calle 9 de julio 1"]
