"""What becomes of a sent message: WhatsApp's verdict comes later, by report, to the webhook."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.fakes import CONTACT, SENDER, RecordingService, a_simulator_config
from tests.webhooks.simulator_calls import a_template, send
from webhooks.simulator.config import TemplateMessage, WebhookAuth
from webhooks.simulator.faults import Fault
from webhooks.simulator.standalone import FakeInfobip

JPEG = b"\xff\xd8\xff\xe0 and so on"


class MovingClock:
    """Business time that a test moves by hand."""

    def __init__(self):
        self.instant = datetime(2026, 3, 2, 14, 5, tzinfo=UTC)

    def __call__(self):
        return self.instant


@pytest.fixture
def clock():
    return MovingClock()


@pytest.fixture
def infobip(recording_service: RecordingService, clock):
    templates = {"due_soon": TemplateMessage("Hola {{1}}", language="es_AR", buttons=("Ya pagué",))}
    config = a_simulator_config(
        service_url=recording_service.url,
        clock=clock,
        templates=templates,
        webhook_auth=WebhookAuth(username="infobip", password="secret"),
    )
    with FakeInfobip(config) as fake:
        yield fake


def send_text(fake, **fields):
    send(fake, "text", {"text": "hola"}, **fields)


def test_a_message_is_reported_delivered_then_seen(infobip, recording_service):
    infobip.say(CONTACT, "hola")
    send_text(infobip, messageId="m-1")
    delivered, seen = recording_service.results("reports", count=2)
    assert delivered["status"]["groupName"] == "DELIVERED"
    assert (delivered["messageId"], delivered["to"]) == ("m-1", CONTACT)
    assert (seen["messageId"], seen["from"], seen["to"]) == ("m-1", CONTACT, SENDER)
    assert seen["seenAt"] == "2026-03-02T14:05:00.000+0000"
    authorization = recording_service.named("reports")[0].headers["Authorization"]
    assert authorization.startswith("Basic ")


def test_a_person_who_hides_reading_is_never_reported_as_having_seen(infobip, recording_service):
    infobip.say(CONTACT, "hola")
    infobip.simulator.store.person(CONTACT).reads_messages = False
    send_text(infobip, messageId="m-1")
    send_text(infobip, messageId="m-2")
    reports = recording_service.results("reports", count=2)
    assert all("seenAt" not in report for report in reports)


@pytest.mark.parametrize(
    ("hours", "error_id"),
    [
        pytest.param(23.99, 0, id="inside the window"),
        pytest.param(24, 7010, id="outside the window"),
    ],
)
def test_free_text_reaches_a_person_for_24_hours(
    infobip, recording_service, clock, hours, error_id
):
    infobip.say(CONTACT, "hola")
    clock.instant += timedelta(hours=hours)
    send_text(infobip)
    report = recording_service.results("reports")[0]
    assert report["error"]["id"] == error_id
    assert report["status"]["groupName"] == ("UNDELIVERABLE" if error_id else "DELIVERED")


def test_a_template_opens_no_window(infobip, recording_service):
    send(infobip, "template", a_template(), messageId="t-1")
    recording_service.wait_for("reports", 2)
    send_text(infobip, messageId="m-1")
    last = recording_service.results("reports", count=3)[-1]
    assert (last["messageId"], last["error"]["id"]) == ("m-1", 7010)


@pytest.mark.parametrize(
    ("template", "error_id"),
    [
        pytest.param(a_template(), 0, id="as approved"),
        pytest.param(a_template(name="unheard_of"), 7009, id="unknown name"),
        pytest.param(a_template(language="es_PA"), 7009, id="unknown language"),
        pytest.param(a_template(placeholders=()), 7008, id="too few arguments"),
        pytest.param(a_template(placeholders=("a", "b")), 7008, id="too many arguments"),
        pytest.param(a_template(placeholders=("a\nb",)), 7008, id="line break in an argument"),
    ],
)
def test_templates_must_be_as_approved(infobip, recording_service, template, error_id):
    send(infobip, "template", template)
    assert recording_service.results("reports")[0]["error"]["id"] == error_id


@pytest.mark.parametrize(
    ("file", "error_id"),
    [
        pytest.param(("image/jpeg", JPEG), 0, id="a picture"),
        pytest.param(None, 7013, id="not there"),
        pytest.param(("text/html", b"<html>"), 7022, id="not a picture"),
        pytest.param(("image/png", b"0" * (5 * 1024 * 1024 + 1)), 7022, id="over five megabytes"),
    ],
)
def test_files_are_fetched_and_judged(infobip, recording_service, file, error_id):
    infobip.say(CONTACT, "hola")
    if file is not None:
        recording_service.files["photo"] = file
    send(infobip, "image", {"mediaUrl": f"{recording_service.url}/files/photo"})
    assert recording_service.results("reports")[0]["error"]["id"] == error_id


def test_a_delivered_file_is_on_the_phone(infobip, recording_service):
    infobip.say(CONTACT, "hola")
    recording_service.files["letter"] = ("application/pdf", b"%PDF-1.4")
    content = {"mediaUrl": f"{recording_service.url}/files/letter", "filename": "carta.pdf"}
    send(infobip, "document", content)
    file = infobip.simulator.store.find_file(infobip.wait_for(CONTACT)[0].file_id)
    assert (file.name, file.data) == ("carta.pdf", b"%PDF-1.4")


def test_a_foreign_sender_number_fails(infobip, recording_service):
    infobip.say(CONTACT, "hola")
    send_text(infobip, **{"from": "5491155550999"})
    assert recording_service.results("reports")[0]["error"]["id"] == 7034


def test_a_person_who_blocked_the_business_gets_nothing(infobip, recording_service):
    infobip.say(CONTACT, "hola")
    infobip.simulator.store.person(CONTACT).has_blocked_us = True
    send_text(infobip)
    assert recording_service.results("reports")[0]["error"]["id"] == 7003
    assert infobip.wait_for(CONTACT)[0].state == "failed"


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        pytest.param(
            Fault.DUPLICATE_REPORT, ["delivered", "delivered", "seen", "seen"], id="twice each"
        ),
        pytest.param(Fault.SEEN_BEFORE_DELIVERED, ["seen", "delivered"], id="wrong order"),
        pytest.param(Fault.FAILS_UNKNOWN_USER, ["7002"], id="unknown user"),
        pytest.param(Fault.FAILS_BLOCKED_USER, ["7003"], id="blocked"),
        pytest.param(Fault.FAILS_IDENTITY_CHANGED, ["7029"], id="identity changed"),
        pytest.param(Fault.FAILS_PROVIDER_TIMEOUT, ["7051"], id="provider timed out"),
        pytest.param(Fault.FAILS_UNKNOWN_CODE, ["7046"], id="a code in no table"),
    ],
)
def test_reports_misbehave_on_request(infobip, recording_service, fault, expected):
    infobip.say(CONTACT, "hola")
    infobip.arm(fault)
    send_text(infobip)
    assert [
        news(report) for report in recording_service.results("reports", len(expected))
    ] == expected


def test_a_lost_report_is_lost_and_the_next_is_not(infobip, recording_service):
    infobip.say(CONTACT, "hola")
    infobip.arm(Fault.LOST_REPORT)
    send_text(infobip, messageId="m-1")
    send_text(infobip, messageId="m-2")
    assert {report["messageId"] for report in recording_service.results("reports", 2)} == {"m-2"}


def test_a_late_report_comes_after_that_of_a_later_message(infobip, recording_service):
    infobip.say(CONTACT, "hola")
    infobip.arm(Fault.LATE_REPORT)
    send_text(infobip, messageId="m-1")
    send_text(infobip, messageId="m-2")
    ids = [report["messageId"] for report in recording_service.results("reports", 4)]
    assert ids == ["m-2", "m-2", "m-1", "m-1"]


def news(report):
    """One word for what a report says."""
    if "seenAt" in report:
        return "seen"
    code = report["error"]["id"]
    return str(code) if code else "delivered"
