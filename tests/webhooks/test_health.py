import pytest
from prometheus_client.parser import text_string_to_metric_families
from pymongo import MongoClient

from bot.bootstrap import build_services
from bot.clock import Clock
from bot.settings import Settings
from tests.worker_world import open_world
from webhooks.app import create_app


@pytest.fixture
def world(indexed):
    with open_world(indexed) as world:
        yield world


@pytest.fixture
def client(world):
    """The application with everything that it needs but an action server, and the real Rasa."""
    settings = world.services.settings.model_copy(
        update={"infobip_base_url": world.infobip.base_url, "action_server_url": world.rasa.url}
    )
    services = build_services(settings, database=world.database, clock=world.clock)
    return create_app(services).test_client()


def test_the_process_is_alive_whatever_is_missing():
    settings = Settings(_env_file=None, webhook_username="u", webhook_password="p")
    with MongoClient("mongodb://127.0.0.1:1", serverSelectionTimeoutMS=50) as away:
        services = build_services(settings, database=away["x"], clock=Clock())
        assert create_app(services).test_client().get("/healthz").json == {"status": "alive"}


def test_ready_when_everything_answers(client):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["missing"]) == (200, [])
    assert set(answer.json["dependencies"].values()) == {"ok"}


def test_what_is_missing_is_named(client, world):
    world.rasa.go_away()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json["missing"] == ["Rasa", "action server"]
    assert answer.json["dependencies"]["MongoDB"] == "ok"
    world.rasa.come_back()
    assert client.get("/readyz").status_code == 200


def test_a_missing_store_and_a_missing_provider_are_named(world):
    with MongoClient("mongodb://127.0.0.1:1", serverSelectionTimeoutMS=50) as away:
        services = build_services(world.services.settings, database=away["x"], clock=world.clock)
        client = create_app(services).test_client()
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert {"MongoDB", "Infobip"} <= set(answer.json["missing"])
        assert client.get("/metrics").status_code == 503


def figures(client):
    """Every sample by its name and labels."""
    text = client.get("/metrics").text
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_metrics_tell_depths_ages_turns_steps_and_sends(client, world):
    before = figures(client)
    world.converse("cuánto debo")
    world.arrived(count=1)
    world.write("uno")
    world.pass_time(seconds=7)
    now = figures(client)
    assert now["fiado_queue_depth", "inbox", "ready"] == 1
    assert now["fiado_queue_depth", "outbox", "pending"] == 0
    assert now["fiado_queue_depth", "dead_letters", "kept"] == 0
    assert now["fiado_queue_oldest_seconds", "inbox"] == pytest.approx(7, abs=0.1)
    assert now["fiado_queue_oldest_seconds", "outbox"] == 0
    for counted in [
        ("fiado_turns_total", "answered"),
        ("fiado_sends_total", "sent"),
        ("fiado_turn_seconds_count", "dialogue"),
        ("fiado_turn_seconds_count", "whole"),
        ("fiado_send_seconds_count",),
    ]:
        assert now[counted] == before.get(counted, 0) + 1, counted


def test_figures_name_nobody(client, world):
    world.converse("cuánto debo")
    labels = " ".join(" ".join(map(str, name)) for name in figures(client))
    assert world.infobip.received("5491155550101")
    assert "549115555" not in labels
    assert "debo" not in labels
