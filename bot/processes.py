"""The processes of the service on one machine: how each is started, and when it is ready."""

import secrets
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from bot.rasa_runtime import model_file
from bot.settings import Settings
from bot.supervisor import ProcessSpec, at_once
from storage.mongod_guardian import free_port

PROBE_SECONDS = 1.0
YIELDS = 10
"""Niceness of what works through the queues: taking a message in comes before answering others."""


@dataclass(frozen=True)
class Plan:
    """What `fiado up` runs, and where its processes find each other."""

    host: str
    port: int
    workers: int
    demo_data: bool
    model: Path
    rasa_ports: tuple[int, ...]  # none: RASA_URLS names servers that run elsewhere
    actions_port: int | None  # None: ACTION_SERVER_URL names one that runs elsewhere
    environment: dict[str, str]


def make_plan(
    settings: Settings, *, host: str, workers: int, rasa_servers: int, demo_data: bool
) -> Plan:
    """Start what the settings do not place elsewhere, on free ports of the loopback address."""
    configured = settings.model_fields_set
    rasa_ports = () if "rasa_urls" in configured else free_ports(rasa_servers)
    actions_port = None if "action_server_url" in configured else free_port()
    environment = {
        "FIADO_PORT": str(settings.fiado_port),
        "FIADO_SIMULATOR": str(settings.fiado_simulator).lower(),
        "PROMETHEUS_MULTIPROC_DIR": str(metrics_dir(settings)),
        "PYTHONUNBUFFERED": "1",
    }
    if "fiado_internal_token" not in configured:
        environment["FIADO_INTERNAL_TOKEN"] = secrets.token_urlsafe(32)
    if rasa_ports:
        environment["RASA_URLS"] = ",".join(f"http://127.0.0.1:{port}" for port in rasa_ports)
    if actions_port:
        environment["ACTION_SERVER_URL"] = f"http://127.0.0.1:{actions_port}/webhook"
    return Plan(
        host=host,
        port=settings.fiado_port,
        workers=workers,
        demo_data=demo_data and not settings.is_production,
        model=model_file(settings),
        rasa_ports=rasa_ports,
        actions_port=actions_port,
        environment=environment,
    )


def process_specs(plan: Plan) -> list[ProcessSpec]:
    """In order of starting, so Rasa is first: it takes longest. Stopped in the reverse order."""
    specs = []
    train = bool(plan.rasa_ports) and not plan.model.exists()
    if train:
        specs.append(fiado(plan, "dialogue-model", "train", is_task=True))
    for number, port in enumerate(plan.rasa_ports, 1):
        is_ready = partial(answers, "127.0.0.1", port, "/webhooks/fiado/")
        needs = ("dialogue-model",) if train else ()
        # one that comes back serves what it served before, whatever was edited meanwhile
        arguments = ("rasa", "--port", str(port), "--model", str(plan.model))
        specs.append(fiado(plan, f"rasa-{number}", *arguments, is_ready=is_ready, needs=needs))
    if plan.demo_data:
        specs.append(fiado(plan, "demo-data", "demo-data", is_task=True))
    if plan.actions_port:
        is_ready = partial(answers, "127.0.0.1", plan.actions_port, "/health")
        command = ("actions", "--port", str(plan.actions_port))
        specs.append(fiado(plan, "actions", *command, is_ready=is_ready))
    specs.append(fiado(plan, "scheduler", "scheduler"))
    specs += [fiado(plan, f"worker-{number + 1}", "worker") for number in range(plan.workers)]
    # what the web process tells about itself covers what all the others depend on
    is_ready = partial(answers, plan.host, plan.port, "/readyz")
    web = ("web", "--host", plan.host, "--port", str(plan.port))
    specs.append(fiado(plan, "web", *web, is_ready=is_ready))
    return specs


def fiado(
    plan: Plan,
    name: str,
    *arguments: str,
    is_ready: Callable[[], bool] = at_once,
    needs: tuple[str, ...] = (),
    is_task: bool = False,
) -> ProcessSpec:
    """One of our own commands as a process; all but the web process give way to it."""
    command = [sys.executable, "-m", "bot.cli", *arguments]
    niceness = 0 if name == "web" else YIELDS
    return ProcessSpec(name, command, plan.environment, needs, is_ready, is_task, niceness)


def answers(host: str, port: int, path: str) -> bool:
    """Whether a GET of `path` is answered with 200."""
    address = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    connection = HTTPConnection(address, port, timeout=PROBE_SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def free_ports(count: int) -> tuple[int, ...]:
    """Different ports that are free on the loopback address."""
    ports: set[int] = set()
    while len(ports) < count:
        ports.add(free_port())
    return tuple(ports)


def metrics_dir(settings: Settings) -> Path:
    """Where the processes leave their figures for `/metrics` to add up."""
    return settings.fiado_data_dir / "metrics"
