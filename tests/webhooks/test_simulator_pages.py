"""The phone's own calls and its controls, without a browser."""

import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from tests.fakes import API_KEY, CONTACT, SENDER, a_simulator_config
from webhooks.simulator.blueprint import SimulatorForbiddenError, create_simulator, simulator_of
from webhooks.simulator.clock_control import ClockControl
from webhooks.simulator.config import DemoPerson
from webhooks.simulator.faults import Fault
from webhooks.simulator.store import MAX_CHAT_MESSAGES

NOW = datetime(2026, 3, 2, 14, 5, tzinfo=UTC)
OURS = {"X-Simulator": "1"}
CHAT = f"/simulator/chats/{CONTACT}"


@pytest.fixture
def app(tmp_path):
    app = Flask(__name__)
    config = a_simulator_config(
        data_dir=tmp_path,
        clock=lambda: NOW,
        time_zone="America/Argentina/Buenos_Aires",
        list_people=lambda: [
            DemoPerson(CONTACT, "Ramona Díaz", "al día"),
            {"phone": "50761234567", "name": "Yaneth Ríos"},
        ],
    )
    app.register_blueprint(create_simulator(config))
    yield app
    simulator_of(app).close()


@pytest.fixture
def client(app):
    return app.test_client()


def say(client, text="hola"):
    return client.post(f"{CHAT}/messages", json={"type": "TEXT", "text": text}, headers=OURS)


def test_production_has_no_simulator():
    with pytest.raises(SimulatorForbiddenError):
        create_simulator(a_simulator_config(environment="production"))


def test_the_page_runs_no_inline_script_and_takes_nothing_from_outside(client):
    page = client.get("/simulator")
    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "://" not in page.text
    assert " style=" not in page.text
    assert page.text.count("<script") == page.text.count('<script type="module" src="/simulator/')


@pytest.mark.parametrize("fault", list(Fault))
def test_every_fault_has_a_button(client, fault):
    assert f'data-fault="{fault.value}"' in client.get("/simulator").text


@pytest.mark.parametrize(
    "path", ["/messages", "/taps", "/files", "/person", "/window-expiry", "/identity-change"]
)
def test_other_sites_cannot_write(client, path):
    assert client.post(CHAT + path, json={}).status_code == 403


@pytest.mark.parametrize("path", ["/simulator/faults", "/simulator/clock"])
def test_other_sites_cannot_control(client, path):
    assert client.post(path, json={}).status_code == 403


def test_demo_people_are_offered_first_then_whoever_wrote(client):
    client.get("/simulator/chats/5491155550999")
    people = client.get("/simulator/people").json
    assert [person["name"] for person in people[:2]] == ["Ramona Díaz", "Yaneth Ríos"]
    assert people[2]["key"] == "5491155550999"


def test_a_demo_person_writes_under_their_name(client):
    assert client.get(CHAT).json["person"]["name"] == "Ramona Díaz"


@pytest.mark.parametrize("address", ["nobody", "12", "0123456789", "ar.123456", "AR.1 2"])
def test_nobody_lives_at_a_malformed_address(client, address):
    assert client.get(f"/simulator/chats/{address}").status_code == 404


def test_news_hold_only_what_changed(client):
    say(client, "uno")
    first = client.get(CHAT).json
    say(client, "dos")
    later = client.get(f"{CHAT}?after={first['version']}&epoch={first['epoch']}").json
    assert [message["content"]["text"] for message in later["messages"]] == ["dos"]


def test_news_of_another_life_of_the_process_are_told_from_the_start(client):
    say(client, "uno")
    news = client.get(f"{CHAT}?after=1000&epoch=another").json
    assert len(news["messages"]) == 1


def test_a_chat_is_bounded(app, client):
    for number in range(MAX_CHAT_MESSAGES + 5):
        say(client, str(number))
    messages = client.get(CHAT).json["messages"]
    assert len(messages) == MAX_CHAT_MESSAGES
    assert messages[0]["content"]["text"] == "5"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"type": "TEXT"}, id="no text"),
        pytest.param({"type": "TEXT", "text": "x" * 65_537}, id="longer than any phone sends"),
        pytest.param({"type": "TELEPATHY"}, id="unknown type"),
        pytest.param({"type": "LOCATION", "latitude": 91, "longitude": 0}, id="off the globe"),
        pytest.param({"type": "IMAGE", "url": "http://x"}, id="a file by address"),
    ],
)
def test_a_phone_cannot_send_everything(client, body):
    assert client.post(f"{CHAT}/messages", json=body, headers=OURS).status_code == 400


def test_a_document_travels_with_its_name_as_caption(client):
    upload = {"file": (io.BytesIO(b"%PDF"), "recibo.pdf"), "type": "DOCUMENT"}
    assert client.post(f"{CHAT}/files", data=upload, headers=OURS).status_code == 201
    message = client.get(CHAT).json["messages"][0]
    assert message["content"]["caption"] == "recibo.pdf"
    assert message["file"]["size_bytes"] == 4


@pytest.mark.parametrize(
    ("name", "content_type", "disposition"),
    [
        pytest.param("a.pdf", "application/pdf", "inline", id="a PDF opens"),
        pytest.param("a.html", "text/html", "attachment", id="a page is downloaded"),
        pytest.param("a.svg", "image/svg+xml", "attachment", id="a drawing with scripts too"),
    ],
)
def test_files_that_a_browser_might_run_are_only_downloaded(
    client, name, content_type, disposition
):
    upload = {"file": (io.BytesIO(b"x"), name, content_type), "type": "DOCUMENT"}
    client.post(f"{CHAT}/files", data=upload, headers=OURS)
    file = client.get(CHAT).json["messages"][0]["file"]
    answer = client.get(f"/simulator/files/{file['id']}/{name}")
    assert answer.headers["Content-Disposition"].startswith(disposition)
    if disposition == "attachment":
        assert answer.mimetype == "application/octet-stream"


def test_a_fault_is_armed_counted_and_cleared(client):
    order = {"fault": "server_error", "times": 3}
    assert client.post("/simulator/faults", json=order, headers=OURS).json == {"server_error": 3}
    assert client.get(CHAT).json["faults"] == {"server_error": 3}
    client.delete("/simulator/faults", headers=OURS)
    assert client.get(CHAT).json["faults"] == {}


def test_an_unknown_fault_is_refused(client):
    order = {"fault": "earthquake"}
    assert client.post("/simulator/faults", json=order, headers=OURS).status_code == 400


def test_expiring_the_window_closes_it_until_the_next_message(client):
    say(client)
    assert client.get(CHAT).json["person"]["window_is_open"]
    client.post(f"{CHAT}/window-expiry", headers=OURS)
    assert not client.get(CHAT).json["person"]["window_is_open"]
    say(client)
    assert client.get(CHAT).json["person"]["window_is_open"]


def test_the_number_can_be_hidden_and_shown(client):
    for shows in (False, True):
        client.post(f"{CHAT}/person", json={"shows_phone": shows}, headers=OURS)
        address = client.get(CHAT).json["person"]["address"]
        assert (address == CONTACT) is shows


@pytest.mark.parametrize(
    ("moves", "seconds"),
    [
        pytest.param([{"add_seconds": 3600}, {"add_seconds": 86400}], 90_000, id="added up"),
        pytest.param([{"add_seconds": 60}, {}], 0, id="back to the real time"),
        pytest.param([{"to": "2026-03-03T14:05:00Z"}], 86_400, id="to an instant"),
        pytest.param([{"to": "2026-03-03T11:05"}], 86_400, id="to a local date"),
    ],
)
def test_the_clock_is_moved_by_whole_seconds_in_its_file(client, tmp_path, moves, seconds):
    for move in moves:
        client.post("/simulator/clock", json=move, headers=OURS)
    assert (tmp_path / "clock_offset").read_text() == f"{seconds}\n"
    assert client.get(CHAT).json["clock"]["offset_seconds"] == seconds


def test_a_date_is_reached_from_wherever_the_clock_stands(tmp_path):
    def clock():
        return NOW + timedelta(seconds=control.offset())

    control = ClockControl(tmp_path, clock)
    control.add(86_400)
    control.go_to(NOW + timedelta(hours=1))
    assert control.offset() == 3600


def test_a_damaged_clock_file_counts_as_no_offset(tmp_path):
    (tmp_path / "clock_offset").write_text("soon")
    assert ClockControl(tmp_path, lambda: NOW).offset() == 0


def test_the_log_shows_both_directions_and_no_key(client):
    body = {"from": SENDER, "to": CONTACT, "content": {"text": "hola"}}
    url = "/simulator/infobip/whatsapp/1/message/text"
    client.post(url, json=body, headers={"Authorization": f"App {API_KEY}"})
    calls = client.get("/simulator/log").json
    assert [call["path"] for call in calls] == ["/whatsapp/1/message/text"]
    assert API_KEY not in json.dumps(calls)
    assert client.get(f"/simulator/log?after={calls[-1]['number']}").json == []
