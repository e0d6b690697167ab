"""Supervision, with real processes that die, hang and have children."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.processes import eventually, is_alive

SUPERVISE = """
import json, sys
from pathlib import Path
from bot.console import Console
from bot.supervisor import ProcessSpec, Supervisor, TaskFailedError
specs = [ProcessSpec(**spec) for spec in json.loads(sys.argv[2])]
try:
    Supervisor(specs, Path(sys.argv[1]), Console()).run(lambda: print("ready", flush=True))
except TaskFailedError as error:
    sys.exit(str(error))
"""
PROGRAM = """
import os, signal, sys, time
def note(what, value):
    with open(sys.argv[1] + what, "a") as file:
        file.write(f"{value}\\n")
def end(*_):
    note(".ended", time.monotonic_ns())
    sys.exit(0)
"""
WORK = "note('.pids', os.getpid()); time.sleep(60)\n"
END_WELL = "signal.signal(signal.SIGTERM, end)\n"
IGNORE_SIGTERM = "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
HAVE_A_CHILD = "os.fork()\n"


class Supervised:
    """A supervisor in a process of its own, and what its processes left behind."""

    def __init__(self, place: Path, **programs: str | dict[str, Any]) -> None:
        self.place = place
        specs = [
            self.spec(name, **(program if isinstance(program, dict) else {"code": program}))
            for name, program in programs.items()
        ]
        command = [sys.executable, "-c", SUPERVISE, str(place / "logs"), json.dumps(specs)]
        with (place / "out").open("w") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=output)

    def spec(self, name: str, code: str, **details: Any) -> dict[str, Any]:
        command = [sys.executable, "-S", "-c", PROGRAM + code, str(self.place / name)]
        return {"name": name, "command": command, **details}

    def says(self, text: str) -> bool:
        return eventually(lambda: text in self.output())

    def output(self) -> str:
        return (self.place / "out").read_text()

    def pids(self, name: str = "*") -> list[int]:
        """Of the processes that got as far as working, in the order of their starts."""
        files = self.place.glob(f"{name}.pids")
        return [int(line) for file in files for line in file.read_text().split()]

    def ended_at(self, name: str) -> int:
        return int((self.place / f"{name}.ended").read_text())

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(20)


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[Any]:
    started: list[Supervised] = []

    def start(**programs: str | dict[str, Any]) -> Supervised:
        started.append(Supervised(tmp_path, **programs))
        return started[-1]

    yield start
    for supervised in started:
        supervised.process.kill()
        supervised.process.wait()


def test_a_process_that_is_killed_is_started_again(supervise):
    service = supervise(web=WORK, worker=WORK)
    assert eventually(lambda: len(service.pids()) == 2)
    os.kill(service.pids("worker")[0], signal.SIGKILL)
    assert service.says("worker ended, again in 0.5 s (SIGKILL)")
    assert service.says("worker is running again")
    assert eventually(lambda: len(service.pids("worker")) == 2)
    assert len(service.pids("web")) == 1


def test_a_process_that_keeps_dying_is_started_at_growing_intervals(supervise):
    service = supervise(worker="print('no database'); sys.exit(3)\n")
    assert service.says("worker ended, again in 0.5 s (exit 3: no database)")
    assert service.says("worker ended, again in 1 s (exit 3: no database)")
    assert service.says("worker ended, again in 2 s (exit 3: no database)")


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP], ids=lambda number: number.name
)
def test_a_stop_signal_ends_all_in_the_reverse_order(supervise, number):
    service = supervise(rasa=END_WELL + WORK, worker=END_WELL + WORK, web=END_WELL + WORK)
    assert eventually(lambda: len(service.pids()) == 3)
    assert service.stop(number) == 0
    assert service.ended_at("web") < service.ended_at("worker") < service.ended_at("rasa")


def test_children_of_a_process_are_ended_with_it(supervise):
    service = supervise(web=IGNORE_SIGTERM + HAVE_A_CHILD + WORK)
    assert eventually(lambda: len(service.pids()) == 2)
    service.process.send_signal(signal.SIGTERM)
    assert not eventually(lambda: service.process.poll() is not None, seconds=0.5)
    service.stop(signal.SIGINT)  # the second signal ends the patience
    assert not any(is_alive(pid) for pid in service.pids())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends the children of the dead")
def test_a_killed_supervisor_leaves_nothing_running(supervise):
    service = supervise(web=IGNORE_SIGTERM + WORK, worker=WORK)
    assert eventually(lambda: len(service.pids()) == 2)
    service.process.kill()
    assert eventually(lambda: not any(is_alive(pid) for pid in service.pids()))


def test_what_needs_a_task_starts_when_it_has_ended(supervise, tmp_path):
    train = "time.sleep(0.3); note('.model', 1)\n"
    serve = "print(os.path.exists(sys.argv[1].replace('rasa', 'training') + '.model'))\n"
    service = supervise(
        rasa={"code": serve + WORK, "needs": ["training"]},
        training={"code": train, "is_task": True},
    )
    assert service.says("waiting for rasa, training")
    assert service.says("ready")
    assert eventually(lambda: (tmp_path / "logs" / "rasa.log").read_text() == "True\n")


def test_a_task_that_fails_ends_the_start_with_its_last_words(supervise):
    failing = "print('rules contradict each other', file=sys.stderr); sys.exit(1)\n"
    service = supervise(web=WORK, training={"code": failing, "is_task": True})
    assert service.process.wait(10) == 1
    assert "training failed (exit 1): rules contradict each other" in service.output()
    assert not any(is_alive(pid) for pid in service.pids())


def test_logs_are_kept_apart(supervise, tmp_path):
    service = supervise(web="print('one')\n" + WORK, worker="print('two')\n" + WORK)
    logs = tmp_path / "logs"
    assert service.says("ready")
    assert eventually(lambda: "one" in (logs / "web.log").read_text())
    assert eventually(lambda: (logs / "worker.log").read_text() == "two\n")
