"""The fake Infobip's HTTP door: who may call, what it answers, how it misbehaves on request."""

from urllib.parse import quote

import pytest
import requests

from tests.fakes import API_KEY, CONTACT, SENDER
from webhooks.simulator.faults import Fault

HEADERS = {"Authorization": f"App {API_KEY}"}
TYPING = {
    "events": [
        {
            "sender": SENDER,
            "destinations": [{"to": CONTACT}],
            "content": {"type": "TYPING_INDICATOR"},
        }
    ]
}


def send(fake, text="hola", headers=HEADERS, **fields):
    body = {"from": SENDER, "to": CONTACT, "content": {"text": text}} | fields
    url = f"{fake.base_url}/whatsapp/1/message/text"
    return requests.post(url, json=body, headers=headers, timeout=5)


def service_exception(answer):
    return answer.json()["requestError"]["serviceException"]


def test_a_sent_message_is_pending(fake_infobip):
    answer = send(fake_infobip, messageId="m-1")
    assert answer.status_code == 200
    assert answer.json()["messageId"] == "m-1"
    assert answer.json()["to"] == CONTACT
    assert answer.json()["status"]["groupName"] == "PENDING"


def test_a_message_without_id_gets_one(fake_infobip):
    assert send(fake_infobip).json()["messageId"] != send(fake_infobip).json()["messageId"]


def test_a_repeated_message_id_is_rejected_and_not_shown_twice(fake_infobip):
    fake_infobip.say(CONTACT, "hola")
    send(fake_infobip, messageId="m-1")
    again = send(fake_infobip, messageId="m-1")
    assert again.status_code == 200
    assert again.json()["status"]["id"] == 23
    send(fake_infobip, messageId="m-2")
    shown = fake_infobip.wait_for(CONTACT, lambda message: message.message_id == "m-2")
    assert len(shown) == 1
    assert [message.message_id for message in fake_infobip.received(CONTACT)] == ["m-1", "m-2"]


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="no key"),
        pytest.param({"Authorization": "App wrong"}, id="wrong key"),
        pytest.param({"Authorization": f"Bearer {API_KEY}"}, id="wrong scheme"),
        pytest.param({"Authorization": f"App {API_KEY}é".encode()}, id="key with odd characters"),
    ],
)
def test_calls_without_the_key_are_unauthorized(fake_infobip, headers):
    answer = send(fake_infobip, headers=headers)
    assert answer.status_code == 401
    assert service_exception(answer) == {"messageId": "UNAUTHORIZED", "text": "Unauthorized"}


def test_a_refused_body_names_the_field(fake_infobip):
    answer = send(fake_infobip, text="")
    assert answer.status_code == 400
    assert service_exception(answer)["validationErrors"] == {
        "content.text": ["size must be between 1 and 4096"]
    }
    assert fake_infobip.received(CONTACT) == []


def test_a_body_that_is_no_json_is_refused(fake_infobip):
    url = f"{fake_infobip.base_url}/whatsapp/1/message/text"
    answer = requests.post(url, data=b"{", headers=HEADERS, timeout=5)
    assert answer.status_code == 400


def test_an_unknown_endpoint_is_not_found(fake_infobip):
    url = f"{fake_infobip.base_url}/whatsapp/1/message/telegram"
    assert requests.post(url, json={}, headers=HEADERS, timeout=5).status_code == 404


def test_template_messages_are_answered_one_by_one(fake_infobip):
    content = {
        "templateName": "due_soon",
        "language": "es_AR",
        "templateData": {"body": {"placeholders": ["Ana"]}},
    }
    messages = [{"from": SENDER, "to": to, "content": content} for to in (CONTACT, "50761234567")]
    answer = requests.post(
        f"{fake_infobip.base_url}/whatsapp/1/message/template",
        json={"messages": messages, "bulkId": "b-1"},
        headers=HEADERS,
        timeout=5,
    ).json()
    assert [item["to"] for item in answer["messages"]] == [CONTACT, "50761234567"]
    assert answer["bulkId"] == "b-1"


def test_typing_marks_what_the_person_wrote_as_read(fake_infobip):
    message_id = fake_infobip.say(CONTACT, "hola")
    url = f"{fake_infobip.base_url}/whatsapp/1/events"
    answer = requests.post(url, json=TYPING, headers=HEADERS, timeout=5)
    assert answer.status_code == 200
    assert answer.json()["messages"][0]["destination"] == CONTACT
    assert fake_infobip.simulator.store.find_message(message_id).state == "read"


def test_events_have_the_other_shape_of_error(fake_infobip):
    url = f"{fake_infobip.base_url}/whatsapp/1/events"
    answer = requests.post(url, json={"events": [{}]}, headers=HEADERS, timeout=5)
    assert answer.status_code == 400
    assert answer.json()["errorCode"] == "E400"
    assert {"property": "events[0].sender", "violation": "must not be null"} in answer.json()[
        "violations"
    ]


def test_reading_marks_one_message_and_what_came_before(fake_infobip):
    first, second, third = (fake_infobip.say(CONTACT, text) for text in ("uno", "dos", "tres"))
    url = (
        f"{fake_infobip.base_url}/whatsapp/1/senders/{SENDER}/message/{quote(second, safe='')}/read"
    )
    assert requests.post(url, headers=HEADERS, timeout=5).status_code == 204
    states = [
        fake_infobip.simulator.store.find_message(key).state for key in (first, second, third)
    ]
    assert states == ["read", "read", "sending"]


def test_reading_what_nobody_wrote_is_an_error_of_its_own_shape(fake_infobip):
    url = f"{fake_infobip.base_url}/whatsapp/1/senders/{SENDER}/message/nothing/read"
    answer = requests.post(url, headers=HEADERS, timeout=5)
    assert (answer.status_code, answer.json()) == (400, {"error": "Message not found"})


def test_media_can_be_looked_at_downloaded_and_deleted(fake_infobip):
    fake_infobip.send_file(CONTACT, "IMAGE", b"\x89PNG", "image/png")
    message = fake_infobip.simulator.store.person(CONTACT).chat[-1]
    url = message.content["url"]
    head = requests.head(url, headers=HEADERS, timeout=5)
    assert (head.headers["Content-Type"], head.headers["Content-Length"]) == ("image/png", "4")
    assert requests.get(url, headers=HEADERS, timeout=5).content == b"\x89PNG"
    assert requests.get(url, timeout=5).status_code == 401
    collection = url.rsplit("/", 1)[0]
    for expected in (204, 404):
        gone = requests.delete(collection, json={"url": url}, headers=HEADERS, timeout=5)
        assert gone.status_code == expected
    assert requests.get(url, headers=HEADERS, timeout=5).status_code == 404


def test_a_changed_identity_can_be_confirmed_by_its_hash(fake_infobip):
    person = fake_infobip.simulator.store.person(CONTACT)
    url = f"{fake_infobip.base_url}/whatsapp/1/{SENDER}/contacts/{CONTACT}/identity"
    assert requests.get(url, headers=HEADERS, timeout=5).status_code == 404
    fake_infobip.simulator.incoming.change_identity(person)
    assert requests.get(url, headers=HEADERS, timeout=5).json()["acknowledged"] is False
    wrong = requests.put(url, json={"hash": "other"}, headers=HEADERS, timeout=5)
    assert wrong.status_code == 409
    right = requests.put(url, json={"hash": person.identity_hash}, headers=HEADERS, timeout=5)
    assert right.status_code == 204
    assert requests.get(url, headers=HEADERS, timeout=5).json()["acknowledged"] is True


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        pytest.param(Fault.RATE_LIMITED, 429, "TOO_MANY_REQUESTS", id="rate limited"),
        pytest.param(Fault.SERVER_ERROR, 500, "GENERAL_ERROR", id="server error"),
        pytest.param(Fault.REFUSED, 400, "BAD_REQUEST", id="refused"),
        pytest.param(Fault.UNAUTHORIZED, 401, "UNAUTHORIZED", id="unauthorized"),
    ],
)
def test_an_armed_fault_happens_as_often_as_asked(fake_infobip, fault, status, code):
    fake_infobip.say(CONTACT, "hola")
    fake_infobip.arm(fault, times=2)
    answers = [send(fake_infobip, messageId="m-1") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [status, status, 200]
    assert service_exception(answers[0])["messageId"] == code
    assert [message.message_id for message in fake_infobip.wait_for(CONTACT)] == ["m-1"]


def test_rate_limiting_says_when_to_come_back(fake_infobip):
    fake_infobip.arm(Fault.RATE_LIMITED)
    assert send(fake_infobip).headers["Retry-After"] == "1"


def test_a_200_may_carry_a_rejection(fake_infobip):
    fake_infobip.arm(Fault.REJECTED_IN_BODY)
    answer = send(fake_infobip)
    assert (answer.status_code, answer.json()["status"]["groupId"]) == (200, 5)


def test_a_slow_answer_outlasts_a_short_patience(fake_infobip):
    fake_infobip.arm(Fault.SLOW)
    with pytest.raises(requests.ReadTimeout):
        requests.post(
            f"{fake_infobip.base_url}/whatsapp/1/message/text",
            json={"from": SENDER, "to": CONTACT, "content": {"text": "hola"}},
            headers=HEADERS,
            timeout=0.2,
        )


def test_a_dropped_connection_leaves_a_message_that_was_taken(fake_infobip):
    fake_infobip.say(CONTACT, "hola")
    fake_infobip.arm(Fault.DROPPED)
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        send(fake_infobip, messageId="m-1")
    assert fake_infobip.wait_for(CONTACT)[0].message_id == "m-1"
    assert send(fake_infobip, messageId="m-1").json()["status"]["id"] == 23


def test_expired_media_is_gone(fake_infobip):
    fake_infobip.send_file(CONTACT, "VOICE", b"OggS", "audio/ogg")
    url = fake_infobip.simulator.store.person(CONTACT).chat[-1].content["url"]
    fake_infobip.arm(Fault.EXPIRED_MEDIA)
    assert requests.get(url, headers=HEADERS, timeout=5).status_code == 404
    assert requests.get(url, headers=HEADERS, timeout=5).status_code == 200


def test_every_call_is_kept_without_credentials(fake_infobip):
    send(fake_infobip, messageId="m-1")
    call = fake_infobip.calls("/whatsapp/1/message/text")[0]
    assert (call.method, call.status, call.body["messageId"]) == ("POST", 200, "m-1")
    assert API_KEY not in repr(call)
