"""Turns with an action, from webhook to Infobip call, against stock Rasa alone in the same run.

`fiado bench turns`, or `python -m tests.benchmarks.turns [SECONDS]`. Stock Rasa has the REST
channel and the Mongo tracker store, the same model, the same action server and the same database;
it has neither inbox nor outbox nor a provider to call.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import uuid4

import yaml

from bot.rasa_runtime import model_file, rasa_command, rasa_environment
from bot.running_service import running_environment
from bot.settings import Settings
from storage.mongo import connect
from tests.benchmarks.http_peer import Connections, all_of
from tests.benchmarks.service import (
    Service,
    free_port,
    median_ms,
    percentile,
    phone_of,
    resident_megabytes,
    running_service,
)

QUESTION = "cuánto debo"
BORROWERS = 64
QUIET_TURNS = 100
AT_ONCE = 16


async def main(seconds: float) -> None:
    """Measure and print."""
    async with running_service(BORROWERS) as service:
        for number in range(BORROWERS):
            await service.identify(phone_of(number))
        quiet = [await service.turn(phone_of(0), QUESTION) for _ in range(QUIET_TURNS)]
        print(f"one turn at a time     p50 {median_ms(quiet):6.1f} ms", end="")
        print(f"   p95 {percentile(quiet, 95):6.1f} ms")
        loaded, took = await under_load(service, seconds)
        rate = len(loaded) / took
        print(f"{AT_ONCE} people at once       {rate:6.1f} turns/s", end="")
        print(f"   p50 {median_ms(loaded):6.1f} ms   p95 {percentile(loaded, 95):6.1f} ms")
        print(f"all processes          {resident_megabytes(service.data_dir):6.0f} MB")
        stock, took = await stock_rasa(service, seconds)
        stock_rate = len(stock) / took
        print(f"stock Rasa alone       {stock_rate:6.1f} turns/s", end="")
        print(f"   p50 {median_ms(stock):6.1f} ms   p95 {percentile(stock, 95):6.1f} ms")
        print(f"ratio                  {rate / stock_rate:6.2f} x stock Rasa's turns")


async def under_load(service: Service, seconds: float) -> tuple[list[float], float]:
    """Each person asks again as soon as the answer is there."""
    took: list[float] = []
    started = perf_counter()

    async def person(number: int) -> None:
        place = number
        while perf_counter() - started < seconds:
            took.append(await service.turn(phone_of(place), QUESTION))
            place = (place + AT_ONCE) % BORROWERS

    await all_of(AT_ONCE, person)
    return took, perf_counter() - started


async def stock_rasa(service: Service, seconds: float) -> tuple[list[float], float]:
    """The same question to an unchanged Rasa server over its REST channel."""
    environment = running_environment(service.data_dir)
    uri = service.mongodb_uri
    contacts = connect(uri, "fiado")["contacts"]
    contact_ids = [
        contacts.find_one({"aliases": f"phone:{phone_of(number)}"})["_id"]
        for number in range(BORROWERS)
    ]
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        endpoints = {
            "action_endpoint": {"url": environment["ACTION_SERVER_URL"]},
            "tracker_store": {"type": "mongod", "url": uri, "db": "stock"},
        }
        (Path(folder) / "endpoints.yml").write_text(yaml.safe_dump(endpoints))
        (Path(folder) / "credentials.yml").write_text("rest:\n")
        settings = Settings(fiado_data_dir=service.data_dir, mongodb_uri=uri)
        command = rasa_command(
            "rasa", "run",
            *("--model", str(model_file(settings))),
            *("--endpoints", f"{folder}/endpoints.yml"),
            *("--credentials", f"{folder}/credentials.yml"),
            *("--interface", "127.0.0.1"), *("--port", str(port)),
        )  # fmt: skip
        server = subprocess.Popen(
            command,
            env=rasa_environment(settings),
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            return await _ask_stock(Connections("127.0.0.1", port, {}), contact_ids, seconds)
        finally:
            server.terminate()
            server.wait()


async def _ask_stock(
    rasa: Connections, contact_ids: list[str], seconds: float
) -> tuple[list[float], float]:
    async def ask(number: int) -> float:
        message_id = uuid4().hex
        metadata: dict[str, Any] = {
            "message_id": message_id,
            "contact_id": contact_ids[number],
            "conversation_id": f"stock-{number}",
        }
        body = {"sender": f"stock-{number}", "message": QUESTION, "metadata": metadata}
        status, answer, took = await rasa.post("/webhooks/rest/webhook", body)
        if status != 200 or not json.loads(answer):
            raise RuntimeError(f"stock Rasa answered {status}: {answer[:200]!r}")
        return took

    for _ in range(240):
        try:
            await ask(0)
            break
        except (OSError, asyncio.IncompleteReadError, RuntimeError):
            await asyncio.sleep(0.5)
    took: list[float] = []
    started = perf_counter()

    async def person(number: int) -> None:
        place = number
        while perf_counter() - started < seconds:
            took.append(await ask(place))
            place = (place + AT_ONCE) % BORROWERS

    await all_of(AT_ONCE, person)
    return took, perf_counter() - started


if __name__ == "__main__":
    os.environ.pop("FIADO_DATA_DIR", None)
    asyncio.run(main(float(sys.argv[1]) if len(sys.argv) > 1 else 20.0))
