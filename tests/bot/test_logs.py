import base64
import json
import subprocess
import sys

import pytest

from domain.message import message_key

PHONE, WORDS = "5491155550101", "mi deuda es un secreto"

PROGRAM = """
import logging
from bot.logs import configure_logs, get_logger
configure_logs("INFO", {log_format!r}, "worker")
log = get_logger()
{lines}
"""


def logged(lines, log_format="json"):
    """What a process that runs those lines writes to standard error."""
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(lines=lines, log_format=log_format)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout == ""
    return result.stderr.splitlines()


def one(lines):
    [line] = logged(lines)
    return json.loads(line)


def test_a_line_has_its_event_its_fields_and_its_process():
    entry = one('log.info("turn_answered", external_id="in-1", milliseconds=12)')
    assert entry.pop("timestamp").endswith("Z")
    assert entry == {
        "event": "turn_answered",
        "level": "info",
        "process": "worker",
        "external_id": message_key("in-1"),
        "milliseconds": 12,
    }


def test_the_number_inside_a_providers_id_is_not_written():
    external_id = "wamid.HBgNNTQ5MTE1NTU1MDEwMRUCABIYFDAwMDAwMDAwMDAwMDAwMDAwMDAxAA=="
    assert PHONE.encode() in base64.b64decode(external_id.removeprefix("wamid."))
    entry = one(f'log.info("inbound_stored", external_id="{external_id}")')
    assert entry["external_id"] == message_key(external_id)


def test_only_allowed_fields_are_written():
    entry = one(f'log.info("x", text="{WORDS}", phone="{PHONE}", state="ok")')
    assert entry["state"] == "ok"
    assert not {"text", "phone"} & entry.keys()


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(
            f'try:\n    raise ValueError("{WORDS}")\nexcept ValueError:\n    log.exception("x")',
            id="ours, exception",
        ),
        pytest.param(f'log.error("x", exc_info=ValueError("{WORDS}"))', id="ours, exc_info"),
        pytest.param(
            f'logging.getLogger("lib").error("cannot send to %s", "{PHONE}: {WORDS}")',
            id="a library's values",
        ),
        pytest.param(
            f'try:\n    raise ValueError("{WORDS}")\n'
            f'except ValueError:\n    logging.getLogger("lib").exception("job failed")',
            id="a library's exception",
        ),
    ],
)
@pytest.mark.parametrize("log_format", ["json", "console"])
def test_no_value_or_exception_text_is_ever_written(lines, log_format):
    written = "\n".join(logged(lines, log_format))
    assert written
    assert WORDS not in written
    assert PHONE not in written


def test_where_an_exception_came_from_is_written():
    entry = one('try:\n    1 / 0\nexcept ZeroDivisionError:\n    log.exception("turn_failed")')
    assert entry["exception"].startswith("ZeroDivisionError at <string>:")


def test_a_librarys_line_has_our_shape():
    entry = one('logging.getLogger("lib").warning("cannot reach %s", "x")')
    assert (entry["event"], entry["logger"]) == ("library_log", "lib")
    assert (entry["level"], entry["reason"]) == ("warning", "cannot reach %s")
    assert entry["process"] == "worker"


def test_noisy_libraries_are_quiet():
    assert logged('logging.getLogger("urllib3").info("x"); log.debug("x")') == []
