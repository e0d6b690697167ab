import pytest
from pymongo import MongoClient

from bot.bootstrap import build_services
from bot.clock import FixedClock
from bot.services import receiving
from bot.settings import Settings
from tests.message_builders import NOON
from webhooks.app import create_app

INBOUND = "/webhooks/infobip/inbound"
SECRET = {"X-Secret": "right"}


def an_app(database, **settings):
    configured = Settings(
        _env_file=None,
        webhook_secret_header="X-Secret",
        webhook_secret="right",
        **({"fiado_simulator": False} | settings),
    )
    return create_app(build_services(configured, database=database, clock=FixedClock(NOON)))


def a_body(message_id):
    return {
        "results": [
            {
                "from": "5491155550101",
                "to": "5491155550100",
                "integrationType": "WHATSAPP",
                "receivedAt": "2026-03-02T12:00:00.000+0000",
                "messageId": message_id,
                "message": {"type": "TEXT", "text": "hola"},
            }
        ]
    }


@pytest.mark.parametrize(
    ("method", "path", "status", "error"),
    [
        pytest.param("GET", "/nowhere", 404, "not_found", id="no such page"),
        pytest.param("GET", "/simulator", 404, "not_found", id="no simulator here"),
        pytest.param("DELETE", "/healthz", 405, "method_not_allowed", id="wrong method"),
        pytest.param("POST", INBOUND, 401, "unauthorized", id="a stranger"),
    ],
)
def test_errors_have_one_shape_and_no_details(indexed, method, path, status, error):
    answer = an_app(indexed).test_client().open(path, method=method)
    assert (answer.status_code, answer.json) == (status, {"error": error})


def test_the_simulator_is_there_when_it_is_on(indexed, tmp_path):
    app = an_app(indexed, fiado_simulator=True, fiado_data_dir=tmp_path)
    assert app.test_client().get("/simulator", follow_redirects=True).status_code == 200


def test_what_breaks_in_a_view_is_told_to_nobody(indexed, capsys):
    app = an_app(indexed)
    app.add_url_rule("/breaks", view_func=lambda: {}["mi secreto"])
    answer = app.test_client().get("/breaks")
    assert (answer.status_code, answer.json) == (500, {"error": "internal"})


def test_an_absent_store_is_a_503_that_asks_to_come_back():
    with MongoClient("mongodb://127.0.0.1:1", serverSelectionTimeoutMS=50) as away:
        app = an_app(away["x"])
        answer = app.test_client().post(INBOUND, json=a_body("in-1"), headers=SECRET)
    assert (answer.status_code, answer.json) == (503, {"error": "unavailable"})
    assert answer.headers["Retry-After"] == "5"


def test_a_full_inbox_refuses_until_it_is_worked_off(indexed, monkeypatch):
    monkeypatch.setattr(receiving, "COUNT_EVERY_SECONDS", 0)
    app = an_app(indexed)
    app.extensions["fiado"].receiving._max_waiting = 2
    client = app.test_client()

    def post(number):
        return client.post(INBOUND, json=a_body(f"in-{number}"), headers=SECRET)

    assert [post(number).status_code for number in range(4)] == [200, 200, 200, 503]
    assert post(4).headers["Retry-After"] == "5"
    assert indexed["inbox"].count_documents({}) == 3
    indexed["inbox"].update_many({}, {"$set": {"state": "done"}})
    assert post(4).status_code == 200
