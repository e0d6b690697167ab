"""Log files that a child process writes while they are rotated."""

import subprocess
import sys

import pytest

from bot import log_files
from bot.log_files import LogFile
from tests.processes import eventually

TALK = "import sys\nfor line in sys.stdin: print(line.strip(), flush=True)"


@pytest.fixture
def log(tmp_path, monkeypatch):
    monkeypatch.setattr(log_files, "ROTATE_AT_BYTES", 10)
    return LogFile(tmp_path / "logs" / "web.log")


def test_a_child_goes_on_writing_after_a_rotation(log):
    with (
        log.open() as output,
        subprocess.Popen(
            [sys.executable, "-c", TALK], stdin=subprocess.PIPE, stdout=output, text=True
        ) as child,
    ):
        print("a long first line", file=child.stdin, flush=True)
        assert eventually(lambda: log.last_line() == "a long first line")
        log.rotate()
        child.communicate("second\n")
    assert log.path.read_text() == "second\n"
    assert log.path.with_suffix(".log.1").read_text() == "a long first line\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", "", id="nothing written"),
        pytest.param("one\ntwo\n\n  \n", "two", id="blank lines at the end"),
        pytest.param("x" * 9000 + "\nlast", "last", id="far more than is read"),
        pytest.param("caf\udce9\n".encode("utf-8", "surrogateescape"), "caf�", id="not UTF-8"),
    ],
)
def test_the_last_line_that_says_something(log, text, expected):
    log.path.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert log.last_line() == expected
