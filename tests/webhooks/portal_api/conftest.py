"""The portal API on a real database, behind real keys; nothing prints letters here."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from bot.bootstrap import Services, build_services
from bot.clock import Clock
from bot.settings import Settings
from domain.api_key import Scope
from storage.portfolio_import import import_portfolio
from tests.portfolio_builders import BORROWER, MERCHANT, as_file
from tests.webhooks.portal_api.records import LOANS, PAYMENTS
from webhooks.app import create_app
from webhooks.portal_api import letters

NOON = datetime(2026, 3, 2, 15, tzinfo=UTC)
"""Noon in Argentina."""
PDF = b"%PDF-1.7 a letter"


class StandingClock(Clock):
    """Business time stands still. The machine's goes on, and ahead if a test wants it to."""

    def __init__(self) -> None:
        super().__init__()
        self.reset()

    def reset(self) -> None:
        self.business = NOON
        self.ahead = timedelta()

    def now(self) -> datetime:
        return self.business

    def machine_now(self) -> datetime:
        return super().machine_now() + self.ahead


@dataclass(frozen=True)
class Caller:
    """Somebody with a key."""

    app: Flask
    key: str

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.call("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> TestResponse:
        return self.call("POST", path, json=body, **options)

    def put(self, path: str, body: Any = None, **options: Any) -> TestResponse:
        return self.call("PUT", path, json=body, **options)

    def call(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, **options: Any
    ) -> TestResponse:
        carried = {"Authorization": f"Bearer {self.key}"} | (headers or {})
        client = self.app.test_client()
        return client.open(f"/api/v1{path}", method=method, headers=carried, **options)


@dataclass(frozen=True)
class World:
    app: Flask
    services: Services
    clock: StandingClock

    def caller(self, scope: str = "portal") -> Caller:
        key, _ = self.services.api_keys.create(f"test {scope}", Scope(scope))
        return Caller(self.app, key)

    def store_document(self, folio: str, content: bytes = PDF) -> None:
        """What the worker does when a letter is printed."""
        letter = self.services.letters.find(folio)
        name = self.services.site.pack.letters.file_name(letter.kind, folio)
        self.services.files.put_once(
            letter.file_id, content, name=name, content_type="application/pdf"
        )

    def audit(self, act: str) -> list[dict[str, Any]]:
        return list(self.services.database["audit_log"].find({"act": act}))


@pytest.fixture(scope="session")
def standing_world(database_with_indexes) -> World:
    """An application that holds nothing of what it was asked: all of that is in the database."""
    clock = StandingClock()
    settings = Settings(
        _env_file=None,
        fiado_simulator=False,
        webhook_secret_header="X-Secret",
        webhook_secret="right",
        public_base_url="https://fiado.example",
    )
    services = build_services(settings, database=database_with_indexes, clock=clock)
    return World(create_app(services), services, clock)


@pytest.fixture
def world(standing_world, indexed, monkeypatch) -> World:
    """At noon, with the loans of one borrower and nothing else."""
    monkeypatch.setattr(letters, "PRINT_WAIT_SECONDS", 0)
    standing_world.clock.reset()
    import_portfolio(indexed, as_file([MERCHANT, BORROWER, *LOANS, *PAYMENTS]), _refuse)
    return standing_world


@pytest.fixture
def portal(world) -> Caller:
    return world.caller("portal")


@pytest.fixture
def agent(world) -> Caller:
    return world.caller("agent")


@pytest.fixture
def ingest(world) -> Caller:
    return world.caller("ingest")


def _refuse(line: int, problem: str) -> None:
    raise ValueError(f"line {line}: {problem}")
