"""The press: what it prints, and what becomes of it when a letter or its process goes wrong."""

import os
import pickle
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from domain.letter_content import LetterKind
from pdfs.errors import LetterRenderError, PressError, UnusableLogo, UnusableMerchantLogo
from pdfs.press import NICENESS, Press
from pdfs.samples import sample
from tests.pdfs.printed import Printed
from tests.pdfs.signers import by_addressee, process_facts, unchanged
from tests.pictures import RED, a_picture

CONTENT = sample(LetterKind.NO_DEBT, "AR")


def asking(wish):
    return CONTENT.model_copy(update={"addressee": wish})


@pytest.fixture(scope="module")
def press():
    with Press(by_addressee, letter_seconds=3) as press:
        yield press


def test_prints(press):
    assert "Folio AR-LD-2026-000123" in Printed(press.print_letter(CONTENT)).text


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        pytest.param("killed", "the process ended with code -9", id="killed"),
        pytest.param("slow", "not printed within 3 seconds", id="too slow"),
        pytest.param("greedy", "more memory needed than a letter may take", id="too much memory"),
        pytest.param("refused", "refused", id="refused"),
        pytest.param("odd", r"^OddError in .*signers.py, line \d+$", id="no word of the message"),
    ],
)
def test_what_goes_wrong_is_told_and_the_next_letter_is_printed(press, wish, told):
    with pytest.raises(PressError, match=told):
        press.print_letter(asking(wish))
    assert press.print_letter(CONTENT).startswith(b"%PDF")


def test_many_letters_at_once(press):
    with ThreadPoolExecutor(20) as pool:
        printed = list(pool.map(press.print_letter, [CONTENT] * 20))
    assert len(set(printed)) == 1


def test_process_is_nice_and_small_and_replaced_when_killed_between_letters():
    with Press(process_facts) as press:
        press.warm()
        pid, niceness, peak_kb = map(int, press.print_letter(CONTENT).split())
        assert niceness == NICENESS
        assert peak_kb < 200_000
        os.kill(pid, signal.SIGKILL)
        another, *_ = map(int, press.print_letter(CONTENT).split())
        assert another != pid
    wait_until_gone(another)
    with pytest.raises(PressError, match="the press is closed"):
        press.print_letter(CONTENT)


def test_failures_keep_their_kind_between_processes():
    with Press(unchanged, logo=b"no picture") as press, pytest.raises(UnusableLogo):
        press.print_letter(CONTENT)


def test_the_merchants_logo_is_printed_and_told_of_when_it_cannot_be():
    with Press(unchanged) as press:
        printed = Printed(press.print_letter(CONTENT, merchant_logo=a_picture(colour=RED)))
        with pytest.raises(UnusableMerchantLogo):
            press.print_letter(CONTENT, merchant_logo=b"no picture")
    assert RED in [each.colour for each in printed.pictures]


def test_render_error_travels():
    again = pickle.loads(pickle.dumps(LetterRenderError("no_debt.html", "ValueError")))
    assert (again.template, str(again)) == ("no_debt.html", "template no_debt.html: ValueError")


def fail() -> None:
    raise RuntimeError


def test_a_press_that_cannot_start_says_so_each_time(capfd):
    with Press(unchanged, initializer=fail) as press:
        for _ in range(2):
            with pytest.raises(PressError, match="the press has stopped"):
                press.print_letter(CONTENT)
    assert "RuntimeError" in capfd.readouterr().err


OWNER = """
import os, sys
from functools import partial
from pdfs.press import Press
from storage.mongod_guardian import die_with
from tests.pdfs.signers import process_facts
from tests.pdfs.test_press import CONTENT
import signal, time
if __name__ == "__main__":
    press = Press(process_facts, initializer=partial(die_with, os.getpid(), signal.SIGKILL))
    print(press.print_letter(CONTENT).decode(), flush=True)
    time.sleep(60)
"""


def test_processes_die_with_their_owner(tmp_path):
    script = tmp_path / "owner.py"
    script.write_text(OWNER)
    owner = subprocess.Popen(
        [sys.executable, script],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )
    with owner:
        printer = int(owner.stdout.readline().split()[0])
        owner.kill()
    wait_until_gone(printer)


def test_importing_the_press_loads_no_printing():
    program = (
        "import sys, pdfs.press, pdfs.letter_signer;"
        "loaded = {name.partition('.')[0] for name in sys.modules};"
        "print(loaded & {'xhtml2pdf', 'reportlab', 'pyhanko', 'PIL', 'jinja2'})"
    )
    printed = subprocess.check_output([sys.executable, "-c", program], text=True)
    assert printed.strip() == "set()"


def wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    pytest.fail(f"process {pid} still runs")
