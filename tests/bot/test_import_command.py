"""`fiado import` and `fiado demo-data` as a person calls them, each in a process of its own."""

import os
import pty
import subprocess
import sys

import pytest
from click.testing import CliRunner

from bot.cli import main
from storage.portfolio_batch import Portfolio
from tests.portfolio_builders import BORROWER, PORTFOLIO, as_bytes

FIADO = (sys.executable, "-m", "bot.cli")


@pytest.fixture
def environment(mongo_uri, database, tmp_path):
    return os.environ | {
        "MONGODB_URI": mongo_uri,
        "MONGODB_DATABASE": database.name,
        "FIADO_DATA_DIR": str(tmp_path),
    }


@pytest.fixture
def fiado(environment):
    """Run `fiado` with these arguments; exit code and both outputs are kept."""

    def fiado(*arguments, **changes):
        return subprocess.run(
            [*FIADO, *map(str, arguments)],
            env=environment | changes,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return fiado


@pytest.fixture
def portfolio(tmp_path):
    file = tmp_path / "portfolio.jsonl"
    file.write_bytes(as_bytes(PORTFOLIO))
    return file


def test_a_good_file_is_imported_and_again_changes_nothing(fiado, portfolio, database):
    first = fiado("import", portfolio)
    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout == f"{portfolio}: 6 new, 1 changed, 0 unchanged; bad lines: 0\n"
    assert Portfolio.of(database).loans.find("L-2026-004821")
    assert "0 new, 0 changed, 7 unchanged" in fiado("import", portfolio).stdout


def test_bad_lines_are_told_with_file_and_line_and_the_others_imported(
    fiado, portfolio, tmp_path, database
):
    bad = tmp_path / "bad [red].jsonl"
    bad.write_bytes(as_bytes([b"nonsense", BORROWER, BORROWER | {"nick": "[bold]Mona"}]))
    result = fiado("import", bad, portfolio)
    assert result.returncode == 1
    assert result.stderr.splitlines() == [
        f"{bad}:1: not valid JSON: expected ident at column 2",
        f'{bad}:3: unknown field "nick"',
    ]
    assert "1 new, 0 changed, 0 unchanged; bad lines: 2" in result.stdout
    assert Portfolio.of(database).borrowers.find("B-1")
    assert Portfolio.of(database).loans.find("L-2026-004821")


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["import"], id="no file"),
        pytest.param(["import", "missing.jsonl"], id="missing file"),
        pytest.param(["import", "/"], id="folder"),
        pytest.param(["import", "--surprise"], id="option"),
        pytest.param(["demo-data", "--country", "XX"], id="country"),
    ],
)
def test_bad_usage_is_exit_code_2(arguments):
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert "Error: " in result.stderr


def test_mongodb_away_is_one_line(fiado, portfolio):
    result = fiado("import", portfolio, MONGODB_URI="mongodb://127.0.0.1:1/?replicaSet=none")
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert "MongoDB does not answer" in result.stderr


def test_on_a_terminal_a_bar_shows_the_progress(environment, portfolio):
    terminal, ours = pty.openpty()
    subprocess.run(
        [*FIADO, "import", str(portfolio)],
        env=environment | {"TERM": "xterm"},
        stdout=subprocess.DEVNULL,
        stderr=ours,
        timeout=60,
        check=True,
    )
    shown = os.read(terminal, 100_000).decode()
    os.close(ours)
    os.close(terminal)
    assert "portfolio.jsonl" in shown
    assert "━" in shown


def test_demo_data_is_listed_and_loaded(fiado, database):
    result = fiado("demo-data", "--country", "pa")
    assert result.returncode == 0
    assert "50765550101  Itzel González" in result.stdout
    assert Portfolio.of(database).borrowers.list_by_phone("50765550101")
    assert fiado("demo-data").returncode == 0
    assert Portfolio.of(database).borrowers.list_by_phone("5491144440101")
