"""Doubles of what cannot be real in a test. Import the fixtures where they are wanted."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Thread
from time import monotonic, sleep
from typing import Any, Self

import pytest
from flask import Flask, request
from werkzeug.serving import make_server

from webhooks.simulator.config import Pace, SimulatorConfig
from webhooks.simulator.standalone import FakeInfobip, SilentHandler

API_KEY = "key-for-tests"
SENDER = "5491155550100"
CONTACT = "5491155550101"
QUICK = Pace(
    delivery_seconds=0,
    seen_seconds=0.02,
    late_seconds=0.3,
    slow_seconds=0.5,
    disorder_seconds=0.3,
    retry_seconds=(0.02, 0.02, 0.02),
)


def a_simulator_config(**changes: Any) -> SimulatorConfig:
    """A quick fake Infobip that tells nobody; pass only what the test is about."""
    fields: dict[str, Any] = {
        "api_key": API_KEY,
        "sender": SENDER,
        "clock": lambda: datetime.now(UTC),
        "pace": QUICK,
    }
    return SimulatorConfig(**(fields | changes))


@pytest.fixture
def fake_infobip() -> Iterator[FakeInfobip]:
    """An Infobip that takes messages and reports to nobody; `base_url` is its address."""
    with FakeInfobip(a_simulator_config()) as fake:
        yield fake


@dataclass
class Webhook:
    """One webhook call as it arrived."""

    path: str
    body: dict[str, Any]
    raw: bytes
    headers: dict[str, str]


@dataclass
class RecordingService:
    """Stands where the service would be: keeps webhooks, answers `statuses` in turn, then 200."""

    statuses: list[int] = field(default_factory=list)
    webhooks: list[Webhook] = field(default_factory=list)
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    on_inbound: Callable[[dict[str, Any]], None] | None = None

    def __enter__(self) -> Self:
        app = Flask("recording_service", static_folder=None)
        app.post("/webhooks/infobip/<name>")(self._receive)
        app.get("/files/<name>")(lambda name: (self.files[name][1], self._headers(name)))
        self._server = make_server(
            "127.0.0.1", 0, app, threaded=True, request_handler=SilentHandler
        )
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def named(self, name: str) -> list[Webhook]:
        """Webhooks to `/webhooks/infobip/<name>` so far."""
        return [webhook for webhook in self.webhooks if webhook.path.endswith(name)]

    def wait_for(self, name: str, count: int = 1, timeout_seconds: float = 5.0) -> list[Webhook]:
        """The webhooks called `name` once there are `count`; TimeoutError if too few come."""
        deadline = monotonic() + timeout_seconds
        while len(self.named(name)) < count:
            if monotonic() > deadline:
                raise TimeoutError(f"{len(self.named(name))} of {count} webhooks {name}")
            sleep(0.005)
        return self.named(name)

    def results(self, name: str, count: int = 1) -> list[dict[str, Any]]:
        """The items of the `results` of those webhooks."""
        return [item for hook in self.wait_for(name, count) for item in hook.body["results"]]

    def _receive(self, name: str) -> tuple[str, int]:
        body = request.get_json()
        self.webhooks.append(Webhook(request.path, body, request.data, dict(request.headers)))
        status = self.statuses.pop(0) if self.statuses else 200
        if status == 200 and name == "inbound" and self.on_inbound is not None:
            self.on_inbound(body)
        return "", status

    def _headers(self, name: str) -> dict[str, str]:
        return {"Content-Type": self.files[name][0]}


@pytest.fixture
def recording_service() -> Iterator[RecordingService]:
    with RecordingService() as recording:
        yield recording
