"""Real servers for the tests: started on free ports, waited for, stopped by their own id."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pymongo
import rasa
import requests

PROJECT = Path(__file__).parents[1]
TINY_BOT = Path(__file__).parent / "tiny_bot"
TOKEN = "token-of-the-tests"
DATABASE = "rasa_tests"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def rasa_environment(**more: str) -> dict[str, str]:
    return {
        **os.environ,
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": str(PROJECT),
        "PYTHONWARNINGS": "ignore",
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        **more,
    }


@contextmanager
def running(
    command: list[str],
    is_up: Callable[[], bool],
    *,
    log: Path,
    environment: dict[str, str] | None = None,
    folder: Path | None = None,
    patience_seconds: float = 90,
) -> Iterator["subprocess.Popen[bytes]"]:
    """The process, once `is_up`; killed at the end."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, env=environment, cwd=folder
        )
        try:
            deadline = time.monotonic() + patience_seconds
            while not is_up():
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"{command[0]} did not start:\n{log.read_text()[-3000:]}")
                time.sleep(0.1)
            yield process
        finally:
            process.kill()
            process.wait()


def answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).ok
    except requests.RequestException:
        return False


def mongod_binary() -> str:
    """`MONGOD`, else the one in the service's environment beside this checkout's Rasa."""
    given = os.environ.get("MONGOD")
    found = PROJECT.parents[1].glob(".venv/lib/python3*/site-packages/fiftyone/db/bin/mongod")
    return given or str(next(found, "mongod"))


@contextmanager
def running_mongod(folder: Path) -> Iterator["tuple[str, subprocess.Popen[bytes]]"]:
    """The address and process of a one-node replica set."""
    port = free_port()
    client = pymongo.MongoClient(
        "127.0.0.1", port, directConnection=True, serverSelectionTimeoutMS=500
    )

    def is_up() -> bool:
        try:
            return bool(client.admin.command("ping")["ok"])
        except pymongo.errors.PyMongoError:
            return False

    data = folder / "db"
    data.mkdir()
    command = [mongod_binary(), "--dbpath", str(data), "--port", str(port)]
    command += ["--bind_ip", "127.0.0.1", "--replSet", "rs0"]
    with running(command, is_up, log=folder / "mongod.log") as process:
        member = {"_id": 0, "host": f"127.0.0.1:{port}"}
        client.admin.command("replSetInitiate", {"_id": "rs0", "members": [member]})
        while not client.admin.command("hello")["isWritablePrimary"]:
            time.sleep(0.05)
        client.close()
        yield f"mongodb://127.0.0.1:{port}/?replicaSet=rs0", process


@contextmanager
def running_action_server(folder: Path) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "rasa_sdk", "--actions", "actions", "--port", str(port)]
    address = f"http://127.0.0.1:{port}"
    with running(
        command,
        lambda: answers(f"{address}/health"),
        log=folder / "actions.log",
        environment=rasa_environment(),
        folder=TINY_BOT,
    ):
        yield f"{address}/webhook"


@contextmanager
def running_rasa(
    folder: Path,
    model: Path,
    environment: dict[str, str],
    *,
    endpoints: Path = PROJECT / "endpoints.yml",
    credentials: Path = PROJECT / "credentials.yml",
    health: str = "/webhooks/fiado/",
) -> Iterator[str]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "rasa", "run", "--model", str(model)]
    command += ["--endpoints", str(endpoints), "--credentials", str(credentials)]
    command += ["--interface", "127.0.0.1", "--port", str(port)]
    with running(
        command,
        lambda: answers(f"{address}{health}"),
        log=folder / "rasa.log",
        environment=rasa_environment(**environment),
        folder=folder,
    ):
        yield address


def train_tiny_bot(folder: Path) -> Path:
    """The tiny bot's model, trained in seconds."""
    result = rasa.train(
        domain=str(TINY_BOT / "domain.yml"),
        config=str(TINY_BOT / "config.yml"),
        training_files=str(TINY_BOT / "data.yml"),
        output=str(folder),
        fixed_model_name="tiny",
    )
    return Path(result.model)
