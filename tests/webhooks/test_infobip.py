import json
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from pymongo import MongoClient
from pymongo.database import Database

from bot.bootstrap import build_services
from bot.clock import FixedClock
from bot.settings import Settings
from storage.outbox import Outbox
from tests.bot.infobip.fixtures import fixture_bytes, fixture_json
from tests.message_builders import an_outbound
from webhooks.app import create_app
from webhooks.infobip import MAX_BODY_BYTES

NOW = datetime(2026, 3, 2, 14, 10, tzinfo=UTC)
INBOUND = "/webhooks/infobip/inbound"
REPORTS = "/webhooks/infobip/reports"
DOORS = [INBOUND, REPORTS]
SECRET = {"X-Webhook-Secret": "a-secret"}

Documents = dict[str, Any]


def a_client(database: Database[Documents], **settings: Any) -> FlaskClient:
    """The whole application on that database, behind a secret header."""
    configured = Settings(
        _env_file=None,
        fiado_simulator=False,
        webhook_secret_header="X-Webhook-Secret",
        webhook_secret="a-secret",
        **settings,
    )
    services = build_services(configured, database=database, clock=FixedClock(NOW))
    return create_app(services).test_client()


@pytest.fixture
def client(database: Database[Documents]) -> FlaskClient:
    return a_client(database)


@pytest.fixture
def client_without_store() -> Iterator[FlaskClient]:
    """The application while MongoDB is away."""
    with MongoClient[Documents]("mongodb://127.0.0.1:1", serverSelectionTimeoutMS=50) as away:
        yield a_client(away["away"])


def body_of(*results: Any) -> bytes:
    return json.dumps({"results": results}).encode()


def a_text(message_id: str, text: str = "hola") -> dict[str, Any]:
    """One inbound text as Infobip posts it."""
    result: dict[str, Any] = fixture_json("inbound/text.json")["results"][0]
    return {**result, "messageId": message_id, "message": {"type": "TEXT", "text": text}}


def a_delivery(message_id: str) -> dict[str, Any]:
    """One report of a message that arrived, as Infobip posts it."""
    result: dict[str, Any] = fixture_json("reports/delivery_delivered.json")["results"][0]
    return {**result, "messageId": message_id}


def test_a_message_is_stored_before_it_is_acknowledged(
    client: FlaskClient, database: Database[Documents]
) -> None:
    response = client.post(INBOUND, data=fixture_bytes("inbound/text.json"), headers=SECRET)
    assert (response.status_code, response.json) == (200, {"received": 1, "new": 1})
    [entry] = database["inbox"].find()
    assert entry["message"]["content"]["text"] == "Hola, quiero consultar mi préstamo"


def test_a_message_posted_again_is_stored_once(
    client: FlaskClient, database: Database[Documents]
) -> None:
    body = fixture_bytes("inbound-edge/duplicate_in_batch.json")
    first = client.post(INBOUND, data=body, headers=SECRET)
    again = client.post(INBOUND, data=body, headers=SECRET)
    assert first.json == {"received": 2, "new": 1}
    assert (again.status_code, again.json) == (200, {"received": 2, "new": 0})
    assert database["inbox"].count_documents({}) == 1


def test_a_bad_item_costs_the_others_nothing(
    client: FlaskClient, database: Database[Documents]
) -> None:
    body = fixture_bytes("inbound-edge/bad_item_among_good.json")
    response = client.post(INBOUND, data=body, headers=SECRET)
    assert (response.status_code, response.json) == (200, {"received": 3, "new": 2})
    assert database["inbox"].count_documents({}) == 2
    [letter] = database["dead_letters"].find()
    assert json.loads(letter["body"]) == json.loads(body)["results"][1]


def test_an_empty_batch_is_fine(client: FlaskClient) -> None:
    body = fixture_bytes("inbound-edge/empty_results.json")
    response = client.post(INBOUND, data=body, headers=SECRET)
    assert (response.status_code, response.json) == (200, {"received": 0, "new": 0})


def test_a_batch_of_2000_is_taken(client: FlaskClient, database: Database[Documents]) -> None:
    body = body_of(*(a_text(f"m-{n}") for n in range(2000)))
    response = client.post(INBOUND, data=body, headers=SECRET)
    assert response.json == {"received": 2000, "new": 2000}
    assert database["inbox"].count_documents({}) == 2000


def test_a_text_of_65k_is_taken(client: FlaskClient, database: Database[Documents]) -> None:
    body = body_of(a_text("m-1", "ñ" * 65_000))
    assert client.post(INBOUND, data=body, headers=SECRET).status_code == 200
    [entry] = database["inbox"].find()
    assert len(entry["message"]["content"]["text"]) == 65_000


def test_text_that_mongodb_cannot_hold_is_taken(
    client: FlaskClient, database: Database[Documents]
) -> None:
    body = body_of(a_text("m-1", "a\x00b\ud800c"))
    assert client.post(INBOUND, data=body, headers=SECRET).json == {"received": 1, "new": 1}
    assert database["inbox"].count_documents({}) == 1


@pytest.mark.parametrize("fixture", ["delivery_batch_mixed", "seen", "identity_change"])
def test_reports_are_acknowledged_even_about_the_unknown(client: FlaskClient, fixture: str) -> None:
    body = fixture_bytes(f"reports/{fixture}.json")
    response = client.post(REPORTS, data=body, headers=SECRET)
    received = len(json.loads(body).get("results", [body]))
    assert (response.status_code, response.json) == (200, {"received": received, "new": 0})


def test_an_unreadable_report_is_kept(client: FlaskClient, database: Database[Documents]) -> None:
    response = client.post(REPORTS, data=body_of({"new": "kind"}), headers=SECRET)
    assert response.json == {"received": 1, "new": 0}
    [letter] = database["dead_letters"].find()
    assert json.loads(letter["body"]) == {"new": "kind"}


def test_a_report_that_cannot_be_applied_costs_the_others_nothing(
    client: FlaskClient, database: Database[Documents]
) -> None:
    message = an_outbound()
    Outbox(database).add_many(
        [message], conversation_id="c-1", business_number="1", to="2", first_seq=1, now=NOW
    )
    database["outbox"].insert_one({"_id": "damaged", "status": "sent"})
    body = body_of(a_delivery("damaged"), a_delivery(message.message_id))
    for new in (1, 0):
        database["outbox"].update_one({"_id": "damaged"}, {"$set": {"status": "sent"}})
        response = client.post(REPORTS, data=body, headers=SECRET)
        assert (response.status_code, response.json) == (200, {"received": 2, "new": new})
    [letter] = database["dead_letters"].find()
    assert (letter["source"], letter["reason"]) == ("report", "not_applied")
    assert letter["body"]["message_id"] == "damaged"


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("is_readable", [True, False], ids=["readable", "unreadable"])
def test_a_body_is_refused_before_the_provider_stops_waiting(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, door: str, is_readable: bool
) -> None:
    monkeypatch.setattr("bot.services.receiving.ANSWER_WITHIN_SECONDS", 0.000_001)
    content = a_delivery("m-1") if door == REPORTS else a_text("m-1")
    body = body_of(content) if is_readable else b"<xml/>"
    response = client.post(door, data=body, headers=SECRET)
    assert (response.status_code, response.json) == (503, {"error": "unavailable"})


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    "body",
    [
        pytest.param("ñ".encode() * (MAX_BODY_BYTES // 2), id="text"),
        pytest.param(b"\xff" * MAX_BODY_BYTES, id="bytes"),
        pytest.param(bytes(MAX_BODY_BYTES), id="zeros"),
    ],
)
def test_the_largest_unreadable_body_is_kept_whole(
    client: FlaskClient, database: Database[Documents], door: str, body: bytes
) -> None:
    assert client.post(door, data=body, headers=SECRET).status_code == 400
    [letter] = database["dead_letters"].find()
    kept = letter["body"]
    assert (kept.encode() if isinstance(kept, str) else kept) == body


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\xff\x00", id="bytes"),
        pytest.param(b"<xml/>", id="XML"),
        pytest.param(b"[" * 100_000, id="an abyss"),
        pytest.param(b'{"foo": 1}', id="something else"),
    ],
)
def test_what_cannot_be_infobips_is_refused_and_kept(
    client: FlaskClient, database: Database[Documents], door: str, body: bytes
) -> None:
    for _ in range(2):
        response = client.post(door, data=body, headers=SECRET)
        assert response.status_code == 400
        assert response.json is not None
        assert response.json["error"] == "bad_payload"
    assert database["dead_letters"].count_documents({}) == 1


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    "headers", [pytest.param({}, id="none"), pytest.param({"X-Webhook-Secret": "x"}, id="wrong")]
)
def test_strangers_are_turned_away(
    client: FlaskClient, database: Database[Documents], door: str, headers: dict[str, str]
) -> None:
    response = client.post(door, data=fixture_bytes("inbound/text.json"), headers=headers)
    assert (response.status_code, response.json) == (401, {"error": "unauthorized"})
    assert database["inbox"].count_documents({}) == 0
    assert database["dead_letters"].count_documents({}) == 0


@pytest.mark.parametrize("door", DOORS)
def test_a_body_beyond_reason_is_refused(client: FlaskClient, door: str) -> None:
    response = client.post(door, data=bytes(MAX_BODY_BYTES + 1), headers=SECRET)
    assert (response.status_code, response.json) == (413, {"error": "too_large"})


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(fixture_bytes("inbound/text.json"), 200, id="small"),
        pytest.param(bytes(MAX_BODY_BYTES + 1000), 413, id="beyond reason"),
    ],
)
def test_a_body_of_untold_length_is_read(client: FlaskClient, body: bytes, status: int) -> None:
    response = client.post(
        INBOUND,
        input_stream=BytesIO(body),
        headers=SECRET,
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert response.status_code == status


@pytest.mark.parametrize(
    ("door", "body"),
    [
        pytest.param(INBOUND, fixture_bytes("inbound/text.json"), id="messages"),
        pytest.param(REPORTS, fixture_bytes("reports/seen.json"), id="reports"),
        pytest.param(INBOUND, b"unreadable", id="what nobody can read"),
    ],
)
def test_nothing_is_acknowledged_while_the_store_is_away(
    client_without_store: FlaskClient, door: str, body: bytes
) -> None:
    response = client_without_store.post(door, data=body, headers=SECRET)
    assert (response.status_code, response.json) == (503, {"error": "unavailable"})
    assert int(response.headers["Retry-After"]) > 0


@pytest.mark.parametrize("door", DOORS)
def test_webhooks_are_posted_only(client: FlaskClient, door: str) -> None:
    assert client.get(door, headers=SECRET).status_code == 405
