"""Our parts of Rasa against the stock parts they replace, measured in the same run.

Runs in Rasa's environment: `.venv-rasa/bin/python tests/benchmarks/rasa_parts.py`. A row's ratio
says how many times less the time, or more the turns, is with our part.
"""

import argparse
import asyncio
import logging
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

PROJECT = Path(__file__).parents[2] / "bot" / "rasa_project"
sys.path[:0] = [str(PROJECT), str(PROJECT / "tests")]

import processes  # noqa: E402
import requests  # noqa: E402
from rasa.core.actions.action import RemoteAction  # noqa: E402
from rasa.engine.runner.dask import DaskGraphRunner  # noqa: E402
from rasa.shared.core.events import ActionExecuted, Event, UserUttered  # noqa: E402
from rasa.utils.endpoints import ClientResponseError, EndpointConfig  # noqa: E402
from rasa.utils.log_utils import configure_structlog  # noqa: E402

# taken before our modules replace them
STOCK_VALIDATION = RemoteAction._validate_action_result
STOCK_RUN = DaskGraphRunner.run
STOCK_RESOLVE = Event.resolve_by_type
STOCK_SESSION = EndpointConfig.session

from rasa.core.agent import Agent  # noqa: E402
from rasa.core.channels.channel import UserMessage  # noqa: E402
from rasa_extensions import plain_graph  # noqa: E402
from rasa_extensions.event_types import resolve_by_type  # noqa: E402
from rasa_extensions.fast_validation import validate_action_result  # noqa: E402
from rasa_extensions.keep_alive import kept_session  # noqa: E402

ROUNDS = 9
SLOT = {"event": "slot", "timestamp": None, "name": "size", "value": "XL"}
RESULT = {"events": [SLOT, SLOT], "responses": [{"text": "Status"}]}


@dataclass(frozen=True)
class Parts:
    """What both servers share."""

    folder: Path
    model: Path
    mongo_uri: str
    action_server: str


Send = Callable[[str, int], float]


def best_ms(pair: tuple[Callable[[], Any], Callable[[], Any]], times: int) -> list[float]:
    """The best round of each, taken in turn so that both meet the same machine."""
    best = [float("inf")] * 2
    for _ in range(ROUNDS):
        for which, work in enumerate(pair):
            started = time.perf_counter()
            for _ in range(times):
                work()
            best[which] = min(best[which], (time.perf_counter() - started) * 1000 / times)
    return best


def row(name: str, stock: float, ours: float, unit: str, more_is_better: bool = False) -> None:
    ratio = ours / stock if more_is_better else stock / ours
    print(f"{name:<42} {stock:>9.2f} {ours:>9.2f} {unit:<8} {ratio:>6.1f} x", flush=True)


def measure_functions(parts: Parts) -> None:
    """The parts by themselves, stock and ours by turns."""
    action = RemoteAction("action_status", None)
    pair = (
        lambda: STOCK_VALIDATION(action, RESULT),
        lambda: validate_action_result(action, RESULT),
    )
    row("check of an action's answer", *best_ms(pair, 30), "ms")

    look_ups = (
        lambda: STOCK_RESOLVE("session_started"),
        lambda: resolve_by_type("session_started"),
    )
    row("look-up of an event's class", *best_ms(look_ups, 1000), "ms")

    processor = Agent.load(parts.model).processor
    tracker = processor.tracker_store.init_tracker("person")
    tracker.update(ActionExecuted("action_listen"))
    tracker.update(UserUttered("cuanto debo", {"name": "ask_status"}))
    inputs = {"__message__": [UserMessage("cuanto debo")], "__tracker__": tracker}
    targets = {"text": processor.model_metadata.nlu_target}
    targets["next action"] = processor.model_metadata.core_target
    for name, target in targets.items():
        stock, ours = (
            partial(run, processor.graph_runner, inputs, [target])
            for run in (STOCK_RUN, plain_graph.run)
        )
        row(f"graph run for a {name}", *best_ms((stock, ours), 30), "ms")

    loop = asyncio.new_event_loop()
    endpoint = EndpointConfig(parts.action_server)
    body = {"next_action": "action_listen", "tracker": {}, "version": "3.6.21"}

    def call(session: Callable[[EndpointConfig], Any]) -> None:
        EndpointConfig.session = session
        try:
            loop.run_until_complete(endpoint.request(json=body))
        except ClientResponseError as refusal:  # there is no such action: that is all the work
            if refusal.status != 404:
                raise

    calls = (lambda: call(STOCK_SESSION), lambda: call(kept_session))
    row("call to the action server", *best_ms(calls, 30), "ms")
    loop.run_until_complete(endpoint.kept_session[1].session.close())
    loop.close()


def sender(address: str, is_ours: bool) -> Send:
    """Sends one message that needs an action and tells how long the answer took."""
    session = requests.Session()
    session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=64))
    session.headers["Authorization"] = f"Bearer {processes.TOKEN}"

    def send(conversation: str, number: int) -> float:
        metadata = {"person": "P"}
        body: dict[str, Any] = {"sender": conversation, "message": "cuanto debo"}
        path = "/webhooks/rest/webhook"
        if is_ours:
            path = "/webhooks/fiado/turn"
            body = {"conversation": conversation, "text": "cuanto debo", "message_id": str(number)}
        started = time.perf_counter()
        answer = session.post(f"{address}{path}", json={**body, "metadata": metadata})
        elapsed = time.perf_counter() - started
        assert f"Status {number + 1} of P" in answer.text, answer.text
        return elapsed * 1000

    return send


def alone(send: Send, turns: int) -> float:
    return statistics.median([send(uuid4().hex, 0) for _ in range(turns)])


def rate(send: Send, turns: int, clients: int) -> float:
    with ThreadPoolExecutor(clients) as pool:
        started = time.perf_counter()
        list(pool.map(lambda _: send(uuid4().hex, 0), range(turns)))
        return turns / (time.perf_counter() - started)


def early_and_late(send: Send, history: int) -> tuple[float, float]:
    """The time of about the fifth and of the last messages of one conversation."""
    conversation = uuid4().hex
    times = [send(conversation, number) for number in range(history)]
    return statistics.median(times[2:7]), statistics.median(times[-5:])


@contextmanager
def stock_server(parts: Parts) -> Iterator[str]:
    endpoints = parts.folder / "stock_endpoints.yml"
    endpoints.write_text(
        f"action_endpoint: {{url: '{parts.action_server}', enable_selective_domain: true}}\n"
        f"tracker_store: {{type: mongod, url: '{parts.mongo_uri}', db: stock}}\n"
    )
    credentials = parts.folder / "stock_credentials.yml"
    credentials.write_text("rest:\n")
    with processes.running_rasa(
        parts.folder,
        parts.model,
        {},
        endpoints=endpoints,
        credentials=credentials,
        health="/webhooks/rest/",
    ) as address:
        yield address


@contextmanager
def our_server(parts: Parts) -> Iterator[str]:
    environment = {
        "ACTION_SERVER_URL": parts.action_server,
        "FIADO_ACTION_TIMEOUT": "5",
        "FIADO_INTERNAL_TOKEN": processes.TOKEN,
        "MONGODB_DATABASE": "ours",
        "MONGODB_URI": parts.mongo_uri,
    }
    with processes.running_rasa(parts.folder, parts.model, environment) as address:
        yield address


def measure_servers(parts: Parts, turns: int, history: int) -> None:
    """Two whole servers, by turns: stock REST channel and Mongo tracker store, and ours."""
    with stock_server(parts) as stock_address, our_server(parts) as our_address:
        stock, ours = sender(stock_address, is_ours=False), sender(our_address, is_ours=True)
        for send in (stock, ours):
            alone(send, 20)
        row("turn with an action, p50", alone(stock, turns), alone(ours, turns), "ms")
        for clients in (8, 32):
            rates = rate(stock, turns, clients), rate(ours, turns, clients)
            row(f"turns with an action, {clients} clients", *rates, "per s", more_is_better=True)
        stock_times, our_times = early_and_late(stock, history), early_and_late(ours, history)
        row("message 5 of a conversation", stock_times[0], our_times[0], "ms")
        row(f"message {history} of a conversation", stock_times[1], our_times[1], "ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=300)
    parser.add_argument("--history", type=int, default=500)
    wanted = parser.parse_args()
    configure_structlog(logging.WARNING)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model = processes.train_tiny_bot(folder)
        with (
            processes.running_mongod(folder) as (mongo_uri, _),
            processes.running_action_server(folder) as action_server,
        ):
            parts = Parts(folder, model, mongo_uri, action_server)
            print(f"\n{'part':<42} {'stock':>9} {'ours':>9} {'unit':<8} {'ratio':>8}")
            measure_functions(parts)
            measure_servers(parts, wanted.turns, wanted.history)


if __name__ == "__main__":
    main()
