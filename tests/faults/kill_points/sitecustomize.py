"""
Loaded by a process under test through PYTHONPATH: shortens its leases and kills it where asked.

KILL_AT names a point, `module:Class.method:before` or `...:after`; the process ends there as by
`kill -9`. The service itself knows nothing of this.
"""

import os
import signal
from datetime import timedelta
from importlib import import_module
from typing import Any

LEASE = timedelta(seconds=2)


def shorten_leases() -> None:
    """Recovery takes two seconds instead of half a minute."""
    keeper = import_module("bot.workers.lease_keeper")
    keeper.LEASE, keeper.RENEW_AFTER_SECONDS = LEASE, 0.5
    outbox_worker = import_module("bot.workers.outbox_worker")
    outbox_worker.LEASE = outbox_worker.WAIT_FOR_REPORT = LEASE
    import_module("bot.workers.attachment_worker").LEASE = LEASE


def kill_at(point: str) -> None:
    """Replace what the point names by something that ends the process before or after it."""
    module_name, path, moment = point.split(":")
    owner: Any = import_module(module_name)
    *parents, name = path.split(".")
    for parent in parents:
        owner = getattr(owner, parent)
    original = getattr(owner, name)

    def deadly(*args: Any, **kwargs: Any) -> None:
        if moment == "halfway":
            # a batch is stored by one call: what a crash of the server in it would leave
            original(args[0], args[1][: len(args[1]) // 2], **kwargs)
        if moment == "after" and original(*args, **kwargs) is None and name == "claim":
            return
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, name, deadly)


if "SHORT_LEASES" in os.environ:
    shorten_leases()
if "KILL_AT" in os.environ:
    kill_at(os.environ["KILL_AT"])
