"""Whether the process lives, whether everything it needs answers, and its figures."""

import os

from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import REGISTRY

from bot.bootstrap import Services
from bot.health import NotAnsweringError, dependencies
from bot.metrics import QueueCollector


def health(wired: Services) -> Blueprint:
    """`/healthz`, `/readyz` and `/metrics`."""
    blueprint = Blueprint("health", __name__)
    needed = dependencies(wired.settings, wired.database)
    queues = QueueCollector(wired.inbox, wired.outbox, wired.dead_letters, wired.clock)

    @blueprint.get("/healthz")
    def alive() -> dict[str, str]:
        return {"status": "alive"}

    @blueprint.get("/readyz")
    def ready() -> tuple[dict[str, object], int]:
        """200 when all dependencies answer, else 503 and which does not."""
        states: dict[str, str] = {}
        for dependency in needed:
            try:
                dependency.ping()
            except NotAnsweringError as error:
                states[dependency.name] = str(error)
            else:
                states[dependency.name] = "ok"
        missing = [name for name, state in states.items() if state != "ok"]
        return {"ready": not missing, "missing": missing, "dependencies": states}, (
            503 if missing else 200
        )

    @blueprint.get("/metrics")
    def metrics() -> Response:
        """All processes' figures added up, and the queues as they are now."""
        registry = CollectorRegistry()
        registry.register(queues)
        figures = generate_latest(registry)
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            shared = CollectorRegistry()
            MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
            figures += generate_latest(shared)
        else:
            figures += generate_latest(REGISTRY)
        return Response(figures, content_type=CONTENT_TYPE_LATEST)

    return blueprint
