"""The press of a worker process: real processes, the real key, nothing left behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.bootstrap import build_services
from bot.clock import FixedClock
from bot.settings import CHECKOUT, Settings
from bot.workers.printing import open_press
from pdfs.errors import PressError
from tests.letter_builders import a_no_debt_draft
from tests.message_builders import NOON
from tests.processes import eventually, is_alive

CONTENT = a_no_debt_draft().content("AR-LD-2026-000001")
HOLDS_A_PRESS = """
import sys, time
from pathlib import Path
from bot.bootstrap import build_services
from bot.settings import Settings
from bot.workers.printing import open_press
from storage.mongo import connect

if __name__ == "__main__":
    settings = Settings(_env_file=None, fiado_data_dir=Path(sys.argv[1]))
    with open_press(build_services(settings, database=connect("mongodb://127.0.0.1:1", "x"))):
        print("open", flush=True)
        time.sleep(60)
"""


def services(database, data_dir, **changes):
    settings = Settings(_env_file=None, fiado_data_dir=data_dir, **changes)
    return build_services(settings, database=database, clock=FixedClock(NOON))


def children(pid):
    """Processes that `pid` started."""
    own = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(each) for file in own for each in file.read_text().split()]


def command_line(pid):
    return Path(f"/proc/{pid}/cmdline").read_bytes().decode()


def printers(pid):
    """Processes of a press; the other child keeps count of what they share."""
    return [each for each in children(pid) if "spawn_main" in command_line(each)]


def test_a_press_prints_signs_and_leaves_nothing_running(database, tmp_path):
    with open_press(services(database, tmp_path)) as press:
        printed = press.print_letter(CONTENT)
        running = printers(os.getpid())
        niceness = [os.getpriority(os.PRIO_PROCESS, each) for each in running]
        sessions = [os.getsid(each) for each in running]
    assert printed.startswith(b"%PDF-")
    assert b"/ByteRange" in printed
    assert len(running) == 1
    assert min(niceness) > 0
    assert sessions == running
    assert not any(map(is_alive, running))


def test_without_a_key_chats_go_on_and_each_letter_says_why(database, tmp_path):
    missing = tmp_path / "missing.p12"
    wired = services(database, tmp_path, letter_signing_key_file=missing)
    with open_press(wired) as press, pytest.raises(PressError, match=r"missing\.p12"):
        press.print_letter(CONTENT)


def test_a_logo_that_is_not_there_is_told(database, tmp_path):
    site = tmp_path / "site.toml"
    default = (CHECKOUT / "bot" / "site.default.toml").read_text()
    site.write_text(default.replace("tax_id =", 'logo = "gone.png"\ntax_id ='))
    wired = services(database, tmp_path, site_file=site)
    with open_press(wired) as press, pytest.raises(PressError, match=r"gone\.png"):
        press.print_letter(CONTENT)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's word to the children")
def test_a_press_dies_with_its_worker_however_that_ends(tmp_path):
    program = tmp_path / "holds_a_press.py"
    program.write_text(HOLDS_A_PRESS)
    worker = subprocess.Popen(
        [sys.executable, str(program), str(tmp_path)],
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    with worker:
        assert worker.stdout.readline() == b"open\n"
        assert eventually(lambda: printers(worker.pid) != [])
        running = printers(worker.pid)
        worker.send_signal(signal.SIGKILL)
    assert eventually(lambda: not any(map(is_alive, running)))
