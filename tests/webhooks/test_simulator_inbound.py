"""What a person does on the phone arrives at the webhook in Infobip's words."""

import hashlib
import hmac
import json
from itertools import pairwise
from pathlib import Path

import pytest

from tests.fakes import CONTACT, SENDER, RecordingService, a_simulator_config
from tests.webhooks.simulator_calls import a_template, send
from webhooks.simulator.config import TemplateMessage, WebhookAuth
from webhooks.simulator.faults import Fault
from webhooks.simulator.standalone import FakeInfobip

FIXTURES = Path(__file__).parent.parent / "fixtures" / "infobip"
BUTTONS = {
    "body": {"text": "?"},
    "action": {"buttons": [{"type": "REPLY", "id": "yes:1", "title": "Sí, pedir"}]},
}
ROWS = {
    "body": {"text": "?"},
    "action": {
        "title": "Ver",
        "sections": [{"rows": [{"id": "row:1", "title": "Uno", "description": "El primero"}]}],
    },
}

TEMPLATE = a_template(buttons=[{"type": "QUICK_REPLY", "parameter": "paid:1"}])


@pytest.fixture
def infobip(recording_service: RecordingService):
    templates = {"due_soon": TemplateMessage("Hola {{1}}", language="es_AR", buttons=("Ya pagué",))}
    config = a_simulator_config(service_url=recording_service.url, templates=templates)
    with FakeInfobip(config) as fake:
        yield fake


def test_a_text_arrives_whole(infobip, recording_service):
    message_id = infobip.say(CONTACT, "¿Cuánto *debo*? 😀", name="Ramona")
    result = recording_service.results("inbound")[0]
    assert result["message"] == {"type": "TEXT", "text": "¿Cuánto *debo*? 😀"}
    assert (result["from"], result["to"]) == (CONTACT, SENDER)
    assert (result["messageId"], result["integrationType"]) == (message_id, "WHATSAPP")
    assert result["contact"]["name"] == "Ramona"
    assert result["contact"]["phoneNumber"] == CONTACT


def test_a_hidden_number_leaves_only_the_user_id(infobip, recording_service):
    person = infobip.simulator.store.person(CONTACT)
    person.shows_phone = False
    infobip.say(CONTACT, "hola")
    result = recording_service.results("inbound")[0]
    assert result["from"] == person.user_id
    assert CONTACT not in json.dumps(result)
    send(infobip, "text", {"text": "hola"}, to=person.user_id)
    assert infobip.wait_for(CONTACT)[0].content == {"text": "hola"}


@pytest.mark.parametrize(
    ("sent", "title", "expected"),
    [
        pytest.param(
            ("interactive/buttons", BUTTONS),
            "Sí, pedir",
            {"type": "INTERACTIVE_BUTTON_REPLY", "id": "yes:1", "title": "Sí, pedir"},
            id="reply button",
        ),
        pytest.param(
            ("interactive/list", ROWS),
            "Uno",
            {
                "type": "INTERACTIVE_LIST_REPLY",
                "id": "row:1",
                "title": "Uno",
                "description": "El primero",
            },
            id="list row",
        ),
        pytest.param(
            ("template", TEMPLATE),
            "Ya pagué",
            {"type": "BUTTON", "text": "Ya pagué", "payload": "paid:1"},
            id="template button",
        ),
        pytest.param(
            ("template", a_template()),
            "Ya pagué",
            {"type": "BUTTON", "text": "Ya pagué", "payload": "Ya pagué"},
            id="template button that was given nothing",
        ),
    ],
)
def test_a_tap_carries_the_id_that_we_gave(infobip, recording_service, sent, title, expected):
    infobip.say(CONTACT, "hola")
    send(infobip, *sent, messageId="m-1")
    infobip.wait_for(CONTACT)
    infobip.tap(CONTACT, title)
    result = recording_service.results("inbound", 2)[1]
    assert result["message"] == expected | {"context": {"from": SENDER, "id": "m-1"}}
    assert result["pairedMessageId"] == "m-1"


def test_what_is_not_on_the_screen_cannot_be_tapped(infobip):
    with pytest.raises(LookupError):
        infobip.tap(CONTACT, "Sí")


@pytest.mark.parametrize(
    "message",
    [
        pytest.param({"type": "LOCATION", "latitude": -34.6, "longitude": -58.4}, id="location"),
        pytest.param({"type": "UNSUPPORTED"}, id="unsupported"),
        pytest.param({"type": "INFECTED_CONTENT"}, id="infected"),
        pytest.param(
            {"type": "REACTION", "action": "ADDED", "emoji": "👍", "context": {"id": "m-1"}},
            id="reaction",
        ),
        pytest.param(
            {"type": "CONTACT", "contacts": [{"name": {"formattedName": "Tía"}}]}, id="contact"
        ),
    ],
)
def test_other_kinds_arrive_as_they_are(infobip, recording_service, message):
    infobip.send(CONTACT, message)
    assert recording_service.results("inbound")[0]["message"] == message


@pytest.mark.parametrize("kind", ["IMAGE", "DOCUMENT", "VOICE", "STICKER", "AUDIO", "VIDEO"])
def test_a_file_arrives_as_an_address_of_infobip(infobip, recording_service, kind):
    infobip.send_file(CONTACT, kind, b"bytes", "image/png")
    message = recording_service.results("inbound")[0]["message"]
    assert message["type"] == kind
    assert message["url"].startswith(f"{infobip.base_url}/whatsapp/1/senders/{SENDER}/media/")


def test_a_quoted_message_is_named(infobip, recording_service):
    own = infobip.say(CONTACT, "uno")
    infobip.send(CONTACT, {"type": "TEXT", "text": "dos"}, quoted_id=own)
    context = recording_service.results("inbound", 2)[1]["message"]["context"]
    assert context == {"from": CONTACT, "id": own}


def test_a_webhook_that_fails_is_called_again_with_the_same_message(infobip, recording_service):
    recording_service.statuses = [500, 503]
    message_id = infobip.say(CONTACT, "hola")
    results = recording_service.results("inbound", 3)
    assert {result["messageId"] for result in results} == {message_id}
    infobip.say(CONTACT, "chau")
    assert recording_service.results("inbound", 4)[3]["message"]["text"] == "chau"


def test_a_refusal_is_final(infobip, recording_service):
    recording_service.statuses = [401]
    infobip.say(CONTACT, "uno")
    infobip.say(CONTACT, "dos")
    texts = [result["message"]["text"] for result in recording_service.results("inbound", 2)]
    assert texts == ["uno", "dos"]


def test_retries_end(infobip, recording_service):
    recording_service.statuses = [500] * 4
    message_id = infobip.say(CONTACT, "hola")
    recording_service.wait_for("inbound", 4)
    infobip.say(CONTACT, "chau")
    assert recording_service.results("inbound", 5)[4]["message"]["text"] == "chau"
    assert infobip.simulator.store.find_message(message_id).state == "failed"


def test_a_duplicate_is_the_same_message_twice(infobip, recording_service):
    infobip.arm(Fault.DUPLICATE_INBOUND)
    infobip.say(CONTACT, "hola")
    first, second = recording_service.results("inbound", 2)
    assert first == second


def test_disorder_swaps_arrival_but_not_the_times(infobip, recording_service):
    infobip.arm(Fault.DISORDER)
    infobip.say(CONTACT, "uno")
    infobip.say(CONTACT, "dos")
    results = recording_service.results("inbound", 2)
    assert [result["message"]["text"] for result in results] == ["dos", "uno"]
    assert results[1]["receivedAt"] <= results[0]["receivedAt"]


def test_infected_media_has_no_address(infobip, recording_service):
    infobip.arm(Fault.INFECTED_MEDIA)
    infobip.send_file(CONTACT, "DOCUMENT", b"x", "application/pdf", caption="a.pdf")
    assert recording_service.results("inbound")[0]["message"] == {"type": "INFECTED_CONTENT"}


def test_a_changed_identity_is_told_and_travels_with_messages(infobip, recording_service):
    person = infobip.simulator.store.person(CONTACT)
    infobip.simulator.incoming.change_identity(person)
    event = recording_service.wait_for("reports")[0].body
    assert event["content"]["type"] == "user_identity_changed"
    assert (event["from"], event["content"]["userNumber"]) == (SENDER, CONTACT)
    infobip.say(CONTACT, "hola")
    identity = recording_service.results("inbound")[0]["identity"]
    assert identity["hash"] == event["content"]["hash"]
    assert identity["acknowledged"] is False


@pytest.mark.parametrize(
    "file",
    [
        pytest.param(file, id=f"{file.parent.name}/{file.stem}")
        for folder in ("inbound", "inbound-edge")
        for file in sorted((FIXTURES / folder).glob("*.json"))
    ],
)
def test_recorded_bodies_are_replayed_as_of_now(infobip, recording_service, file):
    recorded = json.loads(file.read_bytes())
    infobip.simulator.incoming.replay(infobip.simulator.store.person(CONTACT), recorded)
    body = recording_service.wait_for("inbound")[0].body
    assert len(body["results"]) == len(recorded["results"])
    for old, new in zip(recorded["results"], body["results"], strict=True):
        if isinstance(old, dict) and {"from", "messageId"} <= old.keys():
            assert new["messageId"] != old["messageId"]
            assert new["from"] == CONTACT
            assert new.get("message") == old.get("message")
        else:
            assert new == old


def test_a_replayed_duplicate_is_still_a_duplicate(infobip, recording_service):
    recorded = json.loads((FIXTURES / "inbound-edge" / "duplicate_in_batch.json").read_bytes())
    infobip.simulator.incoming.replay(infobip.simulator.store.person(CONTACT), recorded)
    ids = [result["messageId"] for result in recording_service.results("inbound")]
    assert any(one == other for one, other in pairwise(ids))


@pytest.mark.parametrize(
    ("auth", "header", "expected"),
    [
        pytest.param(
            WebhookAuth(username="u", password="p"), "Authorization", "Basic dTpw", id="basic"
        ),
        pytest.param(
            WebhookAuth(secret_header="X-Secret", secret="s"), "X-Secret", "s", id="secret header"
        ),
        pytest.param(
            WebhookAuth(hmac_header="X-Signature", hmac_secret="k"),
            "X-Signature",
            hmac.new(b"k", b"body", hashlib.sha256).hexdigest(),
            id="hmac",
        ),
        pytest.param(WebhookAuth(), "Authorization", None, id="none"),
    ],
)
def test_webhooks_prove_who_calls(auth, header, expected):
    assert auth.headers_for(b"body").get(header) == expected
