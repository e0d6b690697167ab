"""Which service runs on a data directory: at most one, and other commands can find it."""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

LOCK_FILE = "up.lock"
ENVIRONMENT_FILE = "up.json"


class AlreadyRunningError(Exception):
    """Another `fiado up` is at work on the same data directory."""


@contextmanager
def only_one(data_dir: Path, environment: Mapping[str, str]) -> Iterator[None]:
    """Be the service of `data_dir` within the block, found by `environment`."""
    data_dir.mkdir(parents=True, exist_ok=True)
    file = data_dir / ENVIRONMENT_FILE
    with (data_dir / LOCK_FILE).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunningError(f"Fiado already runs on {data_dir}") from None
        file.unlink(missing_ok=True)
        # the internal token is in it: for nobody else's eyes
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), "w") as output:
            json.dump(dict(environment), output)
        try:
            yield
        finally:
            file.unlink(missing_ok=True)


def running_environment(data_dir: Path) -> dict[str, str]:
    """Settings under which the service of `data_dir` runs; empty if none does."""
    if not (data_dir / LOCK_FILE).exists():
        return {}
    with (data_dir / LOCK_FILE).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return dict(json.loads((data_dir / ENVIRONMENT_FILE).read_text()))
    return {}
