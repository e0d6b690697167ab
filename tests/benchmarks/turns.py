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
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
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
ROUNDS = 4


async def main(seconds: float) -> None:
    """Measure and print; ours and stock by turns, so that both meet the same machine."""
    async with running_service(BORROWERS) as service:
        for number in range(BORROWERS):
            await service.identify(phone_of(number))
        quiet = [await service.turn(phone_of(0), QUESTION) for _ in range(QUIET_TURNS)]
        print(f"one turn at a time     p50 {median_ms(quiet):6.1f} ms", end="")
        print(f"   p95 {percentile(quiet, 95):6.1f} ms")
        print(f"all processes          {resident_megabytes(service.data_dir):6.0f} MB")

        async def ask_ours(number: int) -> float:
            return await service.turn(phone_of(number), QUESTION)

        async with stock_rasa(service) as ask_stock:
            ours, stock = Load(ask_ours), Load(ask_stock)
            for _ in range(ROUNDS):
                await ours.go_on(seconds / ROUNDS)
                await stock.go_on(seconds / ROUNDS)
        ours.tell(f"{AT_ONCE} people at once")
        stock.tell("stock Rasa alone")
        print(f"ratio                  {ours.rate / stock.rate:6.2f} x stock Rasa's turns")


class Load:
    """People who ask again as soon as the answer is there, `AT_ONCE` of them."""

    def __init__(self, ask: Callable[[int], Awaitable[float]]) -> None:
        self._ask = ask
        self._took: list[float] = []
        self._seconds = 0.0

    async def go_on(self, seconds: float) -> None:
        started = perf_counter()

        async def person(number: int) -> None:
            place = number
            while perf_counter() - started < seconds:
                self._took.append(await self._ask(place))
                place = (place + AT_ONCE) % BORROWERS

        await all_of(AT_ONCE, person)
        self._seconds += perf_counter() - started

    @property
    def rate(self) -> float:
        """Turns a second."""
        return len(self._took) / self._seconds

    def tell(self, name: str) -> None:
        print(f"{name:<22} {self.rate:6.1f} turns/s", end="")
        print(f"   p50 {median_ms(self._took):6.1f} ms   p95 {percentile(self._took, 95):6.1f} ms")


@asynccontextmanager
async def stock_rasa(service: Service) -> AsyncIterator[Callable[[int], Awaitable[float]]]:
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
            rasa = Connections("127.0.0.1", port, {})

            async def ask(number: int) -> float:
                return await ask_stock(rasa, number, contact_ids[number])

            await until_it_answers(ask)
            yield ask
        finally:
            server.terminate()
            server.wait()


async def ask_stock(rasa: Connections, number: int, contact_id: str) -> float:
    """Seconds of one turn of stock Rasa."""
    metadata: dict[str, Any] = {
        "message_id": uuid4().hex,
        "contact_id": contact_id,
        "conversation_id": f"stock-{number}",
        "borrower_id": f"BENCH-B{number}",
    }
    body = {"sender": f"stock-{number}", "message": QUESTION, "metadata": metadata}
    status, answer, took = await rasa.post("/webhooks/rest/webhook", body)
    if status != 200 or not json.loads(answer):
        raise RuntimeError(f"stock Rasa answered {status}: {answer[:200]!r}")
    return took


async def until_it_answers(ask: Callable[[int], Awaitable[float]]) -> None:
    for _ in range(240):
        try:
            await ask(0)
        except (OSError, asyncio.IncompleteReadError, RuntimeError):
            await asyncio.sleep(0.5)
        else:
            return
    raise RuntimeError("stock Rasa did not answer within two minutes")


if __name__ == "__main__":
    os.environ.pop("FIADO_DATA_DIR", None)
    asyncio.run(main(float(sys.argv[1]) if len(sys.argv) > 1 else 24.0))
