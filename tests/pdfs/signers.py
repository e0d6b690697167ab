"""Stand-ins for the signature that misbehave in the press's own process."""

import os
import signal
import time
from pathlib import Path

from pdfs.errors import PressError


class OddError(Exception):
    """Can be pickled, but not unpickled."""

    def __init__(self, name: str, _number: int) -> None:
        super().__init__(name)


def unchanged(pdf, _content) -> bytes:
    return pdf


def process_facts(_pdf, _content) -> bytes:
    """Id, niceness and memory at its peak (kB) of the process."""
    status = Path("/proc/self/status").read_text("ascii")
    peak = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    return f"{os.getpid()} {os.nice(0)} {peak}".encode()


def by_addressee(pdf, content) -> bytes:
    """What the letter's addressee asks for."""
    match content.addressee:
        case "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case "slow":
            time.sleep(60)
        case "greedy":
            return b"x" * 4_000_000_000
        case "refused":
            raise PressError("refused")
        case "odd":
            raise OddError(content.holder.name, 2)
    return pdf
