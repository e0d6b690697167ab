"""Workers and a web process as they run in production, on a real MongoDB, made to be killed."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

from bot.clock import Clock
from storage.indexes import ensure_indexes
from tests.fake_rasa import FakeRasa
from tests.fakes import API_KEY, SENDER, a_simulator_config
from tests.processes import eventually
from webhooks.simulator.config import WebhookAuth
from webhooks.simulator.standalone import FakeInfobip

ROOT = Path(__file__).resolve().parent.parent.parent
KILL_POINTS = Path(__file__).resolve().parent / "kill_points"
SECRET = {"X-Secret": "right"}
START_SECONDS = 30


class Service:
    """The processes of one service, each started when a test wants it."""

    def __init__(self, mongo_uri: str, database: Any, rasa: FakeRasa, data_dir: Path) -> None:
        self.database, self.rasa = database, rasa
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.infobip: FakeInfobip
        self._data_dir = data_dir
        self._mongo_uri = mongo_uri
        self._running: list[subprocess.Popen[bytes]] = []
        ensure_indexes(database)

    def start(
        self, command: str, *, kill_at: str | None = None, short_leases: bool = True
    ) -> subprocess.Popen[bytes]:
        """`fiado worker` or `fiado web`; a kill point is `module:Class.method:before|after`."""
        environment = {
            **os.environ,
            "PYTHONPATH": f"{KILL_POINTS}:{ROOT}",
            "FIADO_DATA_DIR": str(self._data_dir),
            "FIADO_SIMULATOR": "false",
            "FIADO_PORT": str(self.port),
            "WEBHOOK_SECRET_HEADER": "X-Secret",
            "WEBHOOK_SECRET": "right",
            "MONGODB_URI": self._mongo_uri,
            "MONGODB_DATABASE": self.database.name,
            "RASA_URLS": self.rasa.url,
            "INFOBIP_BASE_URL": self.infobip.base_url,
            "INFOBIP_API_KEY": API_KEY,
            "INFOBIP_SENDER": SENDER,
        }
        if short_leases:
            environment["SHORT_LEASES"] = "yes"
        if kill_at:
            environment["KILL_AT"] = kill_at
        with (self._data_dir / f"{command}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "bot.cli", command],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._running.append(process)
        return process

    def start_web(self, kill_at: str | None = None) -> subprocess.Popen[bytes]:
        """The web process, once it listens."""
        process = self.start("web", kill_at=kill_at)
        assert eventually(self.is_listening, START_SECONDS), self.log("web")
        return process

    def is_listening(self) -> bool:
        try:
            return requests.get(f"{self.url}/healthz", timeout=1).status_code == 200
        except requests.RequestException:
            return False

    def post(self, *results: dict[str, Any]) -> int | None:
        """Status of the webhook call as Infobip sees it; None if there is no answer."""
        try:
            return requests.post(
                f"{self.url}/webhooks/infobip/inbound",
                data=json.dumps({"results": results}),
                headers=SECRET,
                timeout=10,
            ).status_code
        except requests.RequestException:
            return None

    def stop_all(self) -> None:
        """Nothing of this service runs on."""
        for process in self._running:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGCONT)
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._running.clear()

    def log(self, command: str) -> str:
        return (self._data_dir / f"{command}.log").read_text()

    def states(self, collection: str, field: str) -> list[str]:
        """That field of all documents, sorted."""
        return sorted(each[field] for each in self.database[collection].find())

    def heard(self, phone: str) -> list[str]:
        """What reached the person, without the introduction."""
        return [
            bubble.content["text"].rpartition("\n\n")[2] for bubble in self.infobip.received(phone)
        ]


@contextmanager
def open_service(mongo_uri: str, database: Any, data_dir: Path) -> Iterator[Service]:
    """A service without any process yet, with its Rasa and its Infobip."""
    with ExitStack() as stack:
        rasa = stack.enter_context(FakeRasa())
        service = Service(mongo_uri, database, rasa, data_dir)
        config = a_simulator_config(
            clock=Clock().now,
            service_url=service.url,
            webhook_auth=WebhookAuth(secret_header="X-Secret", secret="right"),
        )
        service.infobip = stack.enter_context(FakeInfobip(config))
        stack.callback(service.stop_all)
        yield service


def a_result(message_id: str, text: str, phone: str, at: datetime | None = None) -> dict[str, Any]:
    """One inbound text as Infobip posts it."""
    received_at = (at or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"
    return {
        "from": phone,
        "to": SENDER,
        "integrationType": "WHATSAPP",
        "receivedAt": received_at,
        "messageId": message_id,
        "message": {"type": "TEXT", "text": text},
        "contact": {"name": "Ramona"},
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
