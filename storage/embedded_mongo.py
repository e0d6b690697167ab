"""The embedded MongoDB of a data directory: found if it runs, started if not. See mongod_guardian.

Real mongod as a one-node replica set, so transactions and majority writes work as in production.
"""

import fcntl
import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from storage import mongod_guardian
from storage.mongod_guardian import (
    ADDRESS_FILE,
    GUARDIAN_LOCK,
    LOG_FILE,
    REPLICA_SET,
    USERS_LOCK,
    last_port,
    try_lock,
    write_address,
)

START_LOCK = "mongod.start"
READY_SECONDS = 60.0
STOP_SECONDS = 25.0
POLL_SECONDS = 0.02

NOT_YET_INITIALISED = 94


class EmbeddedMongoError(Exception):
    """mongod cannot be had here; the message says why and what to do."""


@contextmanager
def embedded_mongo(data_dir: Path, *, keep_over_exec: bool = False) -> Iterator[str]:
    """Address of the mongod of `data_dir`, which runs at least until the block is left.

    Several processes may use it at once; it stops when the last of them leaves or dies. With
    `keep_over_exec` a program that this process turns into counts as the same user.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / USERS_LOCK).open("a") as users:
        os.set_inheritable(users.fileno(), keep_over_exec)
        # waits while a guardian that found nobody here is still stopping its mongod
        fcntl.flock(users, fcntl.LOCK_SH)
        port = attach_or_start(data_dir)
        try:
            yield f"mongodb://127.0.0.1:{port}/?replicaSet={REPLICA_SET}"
        finally:
            fcntl.flock(users, fcntl.LOCK_UN)
            wait_until_stopped(data_dir, users)


def attach_or_start(data_dir: Path) -> int:
    """Port of a mongod that takes writes. Of several callers at once one starts it."""
    with (data_dir / START_LOCK).open("a") as one_starter:
        fcntl.flock(one_starter, fcntl.LOCK_EX)
        if not is_guarded(data_dir):
            start_guardian(data_dir)
        port = wait_for_port(data_dir)
        become_primary(port)
    return port


def start_guardian(data_dir: Path) -> None:
    """In a session of its own: it must outlive whoever started it, and every Ctrl-C."""
    address = data_dir / ADDRESS_FILE
    write_address(address, None, last_port(address))  # what a killed run left is not a promise
    command = [sys.executable, "-P", mongod_guardian.__file__, str(mongod_path()), str(data_dir)]
    log = data_dir / LOG_FILE
    log.parent.mkdir(exist_ok=True)
    with log.open("ab") as output:
        subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            check=True,
        )


def mongod_path() -> Path:
    """The mongod that came as a Python package; looked up without importing the package."""
    spec = importlib.util.find_spec("fiftyone")
    for location in (spec.submodule_search_locations or ()) if spec else ():
        candidate = Path(location) / "db" / "bin" / "mongod"
        if os.access(candidate, os.X_OK):
            return candidate
    raise EmbeddedMongoError(
        f"no embedded MongoDB for {sys.platform}: set MONGODB_URI to a replica set's address"
    )


def wait_for_port(data_dir: Path) -> int:
    """Port of the running mongod. EmbeddedMongoError: it did not start."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and is_guarded(data_dir):
        with suppress(OSError, ValueError):
            address = json.loads((data_dir / ADDRESS_FILE).read_text())
            if address["pid"] is not None:
                return int(address["port"])
        time.sleep(POLL_SECONDS)
    raise EmbeddedMongoError(f"MongoDB did not start; the reason is in {data_dir / LOG_FILE}")


def become_primary(port: int) -> None:
    """Return once the one member of the replica set takes writes.

    The set is made on the first start, and told the new port when the last one was taken.
    """
    here = f"127.0.0.1:{port}"
    deadline = time.monotonic() + READY_SECONDS
    client: MongoClient[dict[str, Any]] = MongoClient(
        here, directConnection=True, serverSelectionTimeoutMS=10_000
    )
    with client:
        while time.monotonic() < deadline:
            with suppress(PyMongoError):
                hello = client.admin.command("hello")
                if hello.get("isWritablePrimary"):
                    return
                if hello.get("me", here) != here or "setName" not in hello:
                    configure(client, here)
            time.sleep(POLL_SECONDS)
    raise EmbeddedMongoError(f"MongoDB on {here} did not become primary in {READY_SECONDS:.0f} s")


def configure(client: MongoClient[dict[str, Any]], here: str) -> None:
    """Make this mongod the one member, under the address that it has now."""
    members = [{"_id": 0, "host": here}]
    try:
        config = client.admin.command("replSetGetConfig")["config"]
    except OperationFailure as error:
        if error.code != NOT_YET_INITIALISED:
            raise
        client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": members})
        return
    if config["members"][0]["host"] != here:
        moved = config | {"members": members, "version": config["version"] + 1}
        client.admin.command("replSetReconfig", moved, force=True)


def is_guarded(data_dir: Path) -> bool:
    """Whether a guardian is alive on `data_dir`: it holds its lock for as long as it lives."""
    with (data_dir / GUARDIAN_LOCK).open("a") as alive:
        return not try_lock(alive, fcntl.LOCK_SH)


def wait_until_stopped(data_dir: Path, users: IO[str]) -> None:
    """Return when mongod has stopped, or at once if somebody else uses it."""
    deadline = time.monotonic() + STOP_SECONDS
    while is_guarded(data_dir) and time.monotonic() < deadline:
        # neither refused: nobody uses it; both refused: the guardian is stopping it
        alone = try_lock(users, fcntl.LOCK_EX)
        if not alone and try_lock(users, fcntl.LOCK_SH):
            return
        fcntl.flock(users, fcntl.LOCK_UN)
        time.sleep(POLL_SECONDS)
