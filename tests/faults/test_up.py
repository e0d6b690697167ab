"""`fiado up` as a whole, with its real parts: what dies comes back, and nothing stays behind."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.processes import answers
from bot.settings import CHECKOUT
from tests.processes import eventually, is_alive

START_SECONDS = 240  # the model may have to be trained, on a busy machine

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


class Running:
    """A `fiado up` of its own on a free port."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.output_file = data_dir / "output"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        with self.output_file.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot.cli", "up", "--port", str(self.port)],
                cwd="/",
                env=os.environ | {"FIADO_DATA_DIR": str(data_dir)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    def output(self) -> str:
        return self.output_file.read_text()

    def says(self, text: str) -> bool:
        return eventually(lambda: text in self.output(), START_SECONDS)

    def is_ready(self) -> bool:
        return answers("127.0.0.1", self.port, "/readyz")

    def processes(self) -> dict[int, str]:
        """Command lines of all that belongs to it, itself apart."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                environment = (folder / "environ").read_bytes()
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if f"FIADO_DATA_DIR={self.data_dir}".encode() in environment.split(b"\0"):
                found[int(folder.name)] = command
        return {pid: command for pid, command in found.items() if pid != self.process.pid}

    def pid_of(self, part: str) -> int:
        return min(pid for pid, command in self.processes().items() if part in command)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    data_dir = tmp_path_factory.mktemp("up")
    trained = CHECKOUT / "var" / "models"
    if trained.exists():
        shutil.copytree(trained, data_dir / "models")
    running = Running(data_dir)
    yield running
    running.process.kill()
    running.process.wait()


def test_the_last_lines_of_the_start_say_where_to_click(running):
    assert running.says("Ctrl-C stops everything."), running.output()
    assert f"http://127.0.0.1:{running.port}/simulator\n" in running.output()
    assert running.is_ready()


@pytest.mark.parametrize(
    ("part", "name"),
    [
        pytest.param("bot.cli worker", "worker-1", id="worker"),
        pytest.param("bot.cli actions", "actions", id="action server"),
        pytest.param("bot.cli scheduler", "scheduler", id="scheduler"),
        pytest.param("bot.cli web", "web", id="web"),
        pytest.param("rasa run", "rasa-1", id="Rasa"),
    ],
)
def test_a_part_that_is_killed_comes_back(running, part, name):
    os.kill(running.pid_of(part), signal.SIGKILL)
    assert running.says(f"{name} ended, again in 0.5 s (SIGKILL)")
    assert running.says(f"{name} is running again"), running.output()
    assert eventually(running.is_ready, 60)


def test_mongodb_that_is_killed_comes_back(running):
    os.kill(running.pid_of("bin/mongod --dbpath"), signal.SIGKILL)
    assert eventually(lambda: not running.is_ready())
    assert eventually(running.is_ready, 60)


def test_sigterm_stops_all_of_it(running):
    pids = running.processes()
    assert len(pids) >= 8
    running.process.terminate()
    assert running.process.wait(60) == 0
    assert running.output().endswith("Fiado has stopped.\n")
    assert {pid: command for pid, command in pids.items() if is_alive(pid)} == {}


def test_a_killed_supervisor_leaves_nothing_behind(tmp_path):
    running = Running(tmp_path)
    seen = eventually(lambda: {"worker", "web", "mongod"} <= words(running), 60)
    pids = running.processes()
    running.process.kill()
    running.process.wait()
    assert seen, running.output()
    assert eventually(lambda: not any(is_alive(pid) for pid in pids), 30)


def words(running: Running) -> set[str]:
    text = " ".join(running.processes().values()).replace("/", " ")
    return set(text.split())
