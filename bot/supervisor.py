"""Runs several processes as one: starts, watches, restarts and stops them. Knows none of them."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Protocol

from bot.log_files import LogFile
from bot.stop_signals import StopSignals
from storage.mongod_guardian import die_with

FIRST_BACK_OFF_SECONDS = 0.5
LONGEST_BACK_OFF_SECONDS = 30.0
HEALTHY_AFTER_SECONDS = 30.0
GRACE_SECONDS = 10.0
STARTING_POLL_SECONDS = 0.25
RUNNING_POLL_SECONDS = 1.0


def at_once() -> bool:
    """Readiness of a process that serves nobody: it is ready as soon as it runs."""
    return True


@dataclass(frozen=True)
class ProcessSpec:
    """A service, or a task: something that ends by itself and without which the start fails.

    It is started when the services it `needs` are ready and the tasks it `needs` have ended well.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    needs: Sequence[str] = ()
    is_ready: Callable[[], bool] = at_once
    is_task: bool = False
    niceness: int = 0


def begin_child(parent: int, niceness: int) -> None:
    """Runs in the child before its program: it ends with `parent` and yields the processor."""
    die_with(parent, signal.SIGKILL)
    os.nice(niceness)


class TaskFailedError(Exception):
    """A task ended badly; the message names it, its exit code and its log."""


class Console(Protocol):
    """Where a person watches the start."""

    def say(self, line: str) -> None:
        """Something happened."""

    def waiting_for(self, names: Sequence[str]) -> None:
        """These are not ready yet; called again and again, with none in the end."""


@dataclass
class Child:
    """One process under supervision, and what became of it so far."""

    spec: ProcessSpec
    log: LogFile
    process: subprocess.Popen[bytes] | None = None
    is_ready: bool = False
    deaths: int = 0
    started_at: float = 0.0
    not_before: float = 0.0

    def start(self) -> None:
        """In a process group of its own, which the kernel ends if this process is killed."""
        with self.log.open() as output:
            self.process = subprocess.Popen(
                self.spec.command,
                env=os.environ | self.spec.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=partial(begin_child, os.getpid(), self.spec.niceness),
            )
        self.started_at = time.monotonic()

    def ask_to_end(self) -> None:
        if self.process is not None:
            self.process.terminate()

    def has_ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def end_group(self) -> None:
        """Kill what is left of its process group, the children of a dead process included."""
        if self.process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def plan_restart(self) -> float:
        """Seconds until it may start again: doubled each time unless it had lived for a while."""
        now = time.monotonic()
        if now - self.started_at > HEALTHY_AFTER_SECONDS:
            self.deaths = 0
        back_off = min(FIRST_BACK_OFF_SECONDS * 2.0**self.deaths, LONGEST_BACK_OFF_SECONDS)
        self.deaths += 1
        self.is_ready, self.not_before = False, now + back_off
        return back_off


class Supervisor:
    """Keeps `specs` running, in that order of starting, until it is told to stop."""

    def __init__(self, specs: Sequence[ProcessSpec], log_dir: Path, console: Console) -> None:
        self._children = [Child(spec, LogFile(log_dir / f"{spec.name}.log")) for spec in specs]
        self._console = console

    def run(self, when_ready: Callable[[], None]) -> None:
        """Return after a stop signal, with everything stopped; TaskFailedError likewise.

        `when_ready` is called once, when all are ready for the first time.
        """
        announced = False
        with StopSignals() as signals:
            try:
                while not signals.stop_requested:
                    waited_for = self._advance()
                    if not announced:
                        self._console.waiting_for(waited_for)
                    if not waited_for and not announced:
                        announced = True
                        when_ready()
                    signals.wait(STARTING_POLL_SECONDS if waited_for else RUNNING_POLL_SECONDS)
            finally:
                self._console.waiting_for([])
                self._console.say("stopping")
                self._stop_all(signals)

    def _advance(self) -> list[str]:
        """Notice deaths, start what can start; names of those that are not ready."""
        for child in self._children:
            if child.process is not None and child.process.poll() is not None:
                self._bury(child, child.process.returncode)
            if child.process is None and self._may_start(child):
                child.start()
            if child.process is not None and not child.is_ready and not child.spec.is_task:
                child.is_ready = child.spec.is_ready()
                if child.is_ready and child.deaths:
                    self._console.say(f"{child.spec.name} is running again")
            child.log.rotate()
        return [child.spec.name for child in self._children if not child.is_ready]

    def _may_start(self, child: Child) -> bool:
        if child.spec.is_task and child.is_ready:
            return False
        ready = {other.spec.name for other in self._children if other.is_ready}
        return ready.issuperset(child.spec.needs) and time.monotonic() >= child.not_before

    def _bury(self, child: Child, code: int) -> None:
        """Of a task that ended well nothing is left to do; a service is started again later."""
        child.end_group()
        name, last_line = child.spec.name, child.log.last_line()
        if child.spec.is_task:
            if code != 0:
                raise TaskFailedError(f"{name} failed (exit {code}): {last_line}")
            child.is_ready = True
            return
        seconds = child.plan_restart()
        reason = f"exit {code}: {last_line}" if code >= 0 else signal.Signals(-code).name
        self._console.say(f"{name} ended, again in {seconds:g} s ({reason})")

    def _stop_all(self, signals: StopSignals) -> None:
        """One after the other, the last started first; a second stop signal ends the patience."""
        for child in reversed(self._children):
            child.ask_to_end()
            deadline = time.monotonic() + GRACE_SECONDS
            while not child.has_ended() and time.monotonic() < deadline and signals.count < 2:
                signals.wait(STARTING_POLL_SECONDS)
            child.end_group()
