"""The HTTP server around `webhooks.app`: one process, many threads: requests wait for MongoDB."""

import os
import signal
from collections.abc import Callable
from importlib import import_module
from typing import Any

from granian.constants import Interfaces
from granian.server import Server

from storage.mongod_guardian import die_with

APPLICATION = "webhooks.app:create_app"
THREADS = 32
STOP_SECONDS = 8


def serve(host: str, port: int) -> None:
    """Serve until SIGTERM or Ctrl-C; requests being answered are finished."""
    server = Server(
        APPLICATION,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        blocking_threads=THREADS,
        workers_kill_timeout=STOP_SECONDS,
        log_enabled=False,
    )
    server.serve(target_loader=load_application)


def load_application(target: str) -> Callable[..., Any]:
    """Runs in granian's worker process, which must not outlive the server process."""
    die_with(os.getppid(), signal.SIGKILL)
    module, _, factory = target.partition(":")
    application: Callable[..., Any] = getattr(import_module(module), factory)()
    return application
