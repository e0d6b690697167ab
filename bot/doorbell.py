"""Tells the workers of this machine at once that there is work; on other machines they poll.

A change stream of MongoDB would reach all machines, and costs it as much as half a turn for each
turn, since every stream reads every write of the database.
"""

import hashlib
import os
import socket
from collections.abc import Callable
from pathlib import Path
from tempfile import gettempdir
from threading import Thread

MAX_BYTES = 32


def bell_folder(data_dir: Path) -> Path:
    """Where the bells of the service on `data_dir` hang; short, as socket addresses must be."""
    digest = hashlib.blake2s(str(data_dir.resolve()).encode(), digest_size=8).hexdigest()
    return Path(gettempdir()) / f"fiado-{digest}"


class Doorbell:
    """The side that rings. It never fails and never waits: a worker that is away polls later."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = bell_folder(data_dir)

    def ring(self, queue: str) -> None:
        """Something was put into `queue`."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.setblocking(False)
            for bell in self._folder.glob("*.bell"):
                try:
                    line.sendto(queue.encode(), str(bell))
                except ConnectionRefusedError:
                    # its worker was killed before it could take the bell down
                    bell.unlink(missing_ok=True)
                except OSError:
                    continue


class DoorbellListener:
    """The side that hears: calls `on_ring[queue]` for each ring, in a thread of its own."""

    def __init__(self, data_dir: Path, on_ring: dict[str, Callable[[], None]]) -> None:
        folder = bell_folder(data_dir)
        folder.mkdir(mode=0o700, exist_ok=True)
        self._path = folder / f"{os.getpid()}.bell"
        self._on_ring = on_ring
        self._path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(self._path))
        self._thread = Thread(target=self._listen, name="doorbell", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Take the bell down."""
        self._path.unlink(missing_ok=True)
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()

    def _listen(self) -> None:
        while True:
            queue = self._socket.recv(MAX_BYTES)
            if not queue:
                return
            answer = self._on_ring.get(queue.decode())
            if answer is not None:
                answer()
