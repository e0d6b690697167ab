"""One real MongoDB, action server and Rasa server for the whole run; a conversation per test."""

import logging
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import processes
import pytest
import requests
from rasa.utils.log_utils import configure_structlog

configure_structlog(logging.WARNING)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rasa")


@pytest.fixture(scope="session")
def model(folder: Path) -> Path:
    return processes.train_tiny_bot(folder)


@dataclass
class Mongo:
    uri: str
    process: "subprocess.Popen[bytes]"


@pytest.fixture(scope="session")
def mongo(folder: Path) -> Iterator[Mongo]:
    with processes.running_mongod(folder) as (uri, process):
        yield Mongo(uri, process)


@pytest.fixture(scope="session")
def action_server(folder: Path) -> Iterator[str]:
    with processes.running_action_server(folder) as address:
        yield address


@pytest.fixture(scope="session")
def rasa_server(folder: Path, model: Path, mongo: Mongo, action_server: str) -> Iterator[str]:
    environment = {
        "ACTION_SERVER_URL": action_server,
        "FIADO_ACTION_TIMEOUT": "1",
        "FIADO_INTERNAL_TOKEN": processes.TOKEN,
        "MONGODB_DATABASE": processes.DATABASE,
        "MONGODB_URI": mongo.uri,
    }
    with processes.running_rasa(folder, model, environment) as address:
        yield address


@dataclass
class Chat:
    """One conversation with the server."""

    address: str
    conversation: str = field(default_factory=lambda: uuid4().hex)
    ids: Iterator[int] = field(default_factory=count)

    def post(self, body: Any, token: str = processes.TOKEN, **options: Any) -> requests.Response:
        return requests.post(
            f"{self.address}/webhooks/fiado/turn",
            json=body,
            headers={"Authorization": f"Bearer {token}"},
            timeout=20,
            **options,
        )

    def body(self, message_id: str | None = None, **content: Any) -> dict[str, Any]:
        identifier = message_id or f"message-{next(self.ids)}"
        return {"conversation": self.conversation, "message_id": identifier, **content}

    def say(self, text: str, **more: Any) -> requests.Response:
        return self.post(self.body(text=text, **more))

    def tap(self, intent: str, **entities: Any) -> requests.Response:
        return self.post(self.body(intent={"name": intent, "entities": entities}))

    def break_with(self, way: str) -> requests.Response:
        return self.post(self.body(intent={"name": "break_action"}, metadata={"break_with": way}))


@pytest.fixture
def chat(rasa_server: str) -> Chat:
    return Chat(rasa_server)


def texts(response: requests.Response) -> "list[str]":
    assert response.status_code == 200, response.text
    return [each["text"] for each in response.json()["responses"]]
