"""Keeps one mongod alive on a data directory for as long as anybody there uses it.

A process of its own, standard library only: `python mongod_guardian.py MONGOD DATA_DIR`. Users hold
a shared lock on `mongod.users`; the kernel lets go of it however they end, kill -9 included. When
the guardian gets that lock for itself nobody is left, and it stops mongod. How users find and start
it is in embedded_mongo.
"""

import contextlib
import ctypes
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import IO

REPLICA_SET = "fiado"
ADDRESS_FILE = "mongod.json"
USERS_LOCK = "mongod.users"
GUARDIAN_LOCK = "mongod.guardian"
DATABASE_DIR = "mongo"
LOG_FILE = Path("logs") / "mongod.log"

POLL_SECONDS = 0.1
START_SECONDS = 60.0
STOP_SECONDS = 20.0
LONGEST_BACK_OFF_SECONDS = 30.0
LOG_BYTES = 10_000_000
PR_SET_PDEATHSIG = 1


def main() -> int:
    """Exit code 0 as soon as there is a guardian, which lives on in the background."""
    for ignored in (signal.SIGINT, signal.SIGHUP):  # a terminal's Ctrl-C is for the users
        signal.signal(ignored, signal.SIG_IGN)
    mongod, data_dir = sys.argv[1], Path(sys.argv[2])
    with (data_dir / GUARDIAN_LOCK).open("a") as alive:
        fcntl.flock(alive, fcntl.LOCK_EX)  # waits at most for somebody who is just looking
        if os.fork():
            return 0  # the starter sees the lock taken, and has no child to look after
        return guard(mongod, data_dir)


def guard(mongod: str, data_dir: Path) -> int:
    """Start mongod, start it again when it dies, stop it when its last user is gone."""
    address = data_dir / ADDRESS_FILE
    port = free_port(preferred=last_port(address))
    end_leftover(data_dir / DATABASE_DIR / "mongod.lock")
    back_off = 0.5
    with (data_dir / USERS_LOCK).open("a") as users:
        process = start(mongod, data_dir, port)
        if not answers(process, port):
            return 1
        write_address(address, process.pid, port)
        while not try_lock(users, fcntl.LOCK_EX):
            if process.poll() is not None:
                time.sleep(back_off)
                back_off = min(back_off * 2, LONGEST_BACK_OFF_SECONDS)
                process = start(mongod, data_dir, port)
                if answers(process, port):
                    write_address(address, process.pid, port)
            time.sleep(POLL_SECONDS)
        stop(process)
        write_address(address, None, port)  # the next start takes the same port if it can
    return 0


def start(mongod: str, data_dir: Path, port: int) -> subprocess.Popen[bytes]:
    """A mongod that dies with this process; its log never holds a document's content."""
    database, log = data_dir / DATABASE_DIR, data_dir / LOG_FILE
    database.mkdir(parents=True, exist_ok=True)
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))
    command = [mongod, "--dbpath", str(database), "--port", str(port), "--bind_ip", "127.0.0.1"]
    command += ["--replSet", REPLICA_SET, "--oplogSize", "256", "--nounixsocket"]
    command += ["--wiredTigerCacheSizeGB", "0.25", "--logpath", str(log), "--logappend", "--quiet"]
    # a slow command would be logged with what it was asked for
    command += ["--slowOpSampleRate", "0"]
    command += ["--setParameter", "diagnosticDataCollectionEnabled=false"]
    return subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        preexec_fn=partial(die_with, os.getpid(), signal.SIGTERM),
    )


def end_leftover(lock_file: Path) -> None:
    """Stop a mongod that outlived its guardian: it holds its lock file, which has its id inside."""
    deadline = time.monotonic() + STOP_SECONDS
    while lock_file.exists() and time.monotonic() < deadline:
        with lock_file.open() as lock:
            if try_lock(lock, fcntl.LOCK_EX):
                return
            with contextlib.suppress(ValueError, ProcessLookupError):
                os.kill(int(lock.read()), signal.SIGTERM)
        time.sleep(POLL_SECONDS)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Let mongod finish what it is writing; kill it if it does not come to an end."""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def answers(process: subprocess.Popen[bytes], port: int) -> bool:
    """Wait until mongod takes connections; False if it ended or never did."""
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return True
        time.sleep(0.02)
    return False


def try_lock(file: IO[str], kind: int) -> bool:
    """Take the lock if that is possible without waiting; it is kept until `file` is closed."""
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def last_port(address: Path) -> int:
    """Port of the last run, 0 if there was none."""
    try:
        return int(json.loads(address.read_text())["port"])
    except (OSError, ValueError, KeyError):
        return 0


def free_port(preferred: int = 0) -> int:
    """`preferred` if it is free on the loopback address, else any free port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", preferred))
        except OSError:
            return free_port()
        return int(probe.getsockname()[1])


def write_address(address: Path, pid: int | None, port: int) -> None:
    """Replace the file in one step: a reader sees the old one or the new one, never half."""
    draft = address.with_suffix(".draft")
    draft.write_text(json.dumps({"pid": pid, "port": port}))
    draft.replace(address)


def die_with(parent: int, deadly: int) -> None:
    """Linux sends `deadly` to the calling process when `parent` dies; elsewhere nothing happens."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, deadly)
        if os.getppid() != parent:  # it died before we asked
            os.kill(os.getpid(), deadly)


if __name__ == "__main__":
    sys.exit(main())
