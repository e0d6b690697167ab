"""The command line: quick to answer, honest exit codes, errors in one readable line."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli import COMMANDS
from bot.running_service import AlreadyRunningError, only_one, running_environment

ROOT = Path(__file__).parents[2]
NOWHERE = "http://127.0.0.1:1"


def fiado(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a person would, with nothing configured but `environment`."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-m", "bot.cli", *arguments],
        cwd="/",  # no .env of the checkout
        env=kept | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture
def busy_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_help_lists_every_command_and_loads_none():
    question = (
        "import sys; from bot.cli import main; main(['--help'], standalone_mode=False);"
        "print('loaded:', [m for m in sys.modules if m.startswith(('bot.', 'pymongo', 'flask'))])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", question], cwd=ROOT, capture_output=True, text=True
    )
    assert all(f"  {name} " in answer.stdout for name in COMMANDS)
    assert "loaded: ['bot.cli']" in answer.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["dance"], id="unknown command"),
        pytest.param(["up", "--workers", "none"], id="value of the wrong type"),
        pytest.param(["up", "--port", "70000"], id="no such port"),
    ],
)
def test_bad_usage_exits_with_2(arguments):
    assert fiado(*arguments).returncode == 2


def test_up_refuses_a_busy_port_in_one_line(tmp_path, busy_port):
    refusal = fiado("up", "--port", str(busy_port), "--data-dir", str(tmp_path))
    assert (refusal.returncode, refusal.stdout) == (1, "")
    assert refusal.stderr == (
        f"Error: cannot listen on 127.0.0.1:{busy_port} (Address already in use);"
        " choose another with --port\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_up_refuses_a_data_directory_that_is_in_use(tmp_path):
    with only_one(tmp_path, {}):
        refusal = fiado("up", "--port", "1025", "--data-dir", str(tmp_path))
    assert (refusal.returncode, refusal.stderr) == (1, f"Error: Fiado already runs on {tmp_path}\n")


def test_settings_that_do_not_work_are_told_in_one_line(tmp_path):
    refusal = fiado("up", "--no-simulator", "--data-dir", str(tmp_path))
    assert refusal.returncode == 1
    assert refusal.stderr.startswith("Error: the settings do not work: ")
    assert "WEBHOOK_USERNAME" in refusal.stderr
    assert refusal.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["up", "--port", "1025"], id="up"),
        pytest.param(["web"], id="web"),
        pytest.param(["worker"], id="worker"),
        pytest.param(["scheduler"], id="scheduler"),
        pytest.param(["actions"], id="actions"),
        pytest.param(["rasa"], id="rasa"),
        pytest.param(["import", __file__], id="import"),
        pytest.param(["demo-data"], id="demo-data"),
        pytest.param(["api-key", "list"], id="api-key"),
        pytest.param(["train"], id="train"),
        pytest.param(["nlu", "parse"], id="nlu"),
    ],
)
def test_a_site_file_that_does_not_work_is_told_in_one_line(tmp_path, command):
    site_file = tmp_path / "site.toml"
    refusal = fiado(
        *command,
        *("--data-dir", str(tmp_path)),
        SITE_FILE=str(site_file),
        MONGODB_URI="mongodb://127.0.0.1:1",
    )
    assert (refusal.returncode, refusal.stdout) == (1, "")
    assert refusal.stderr == f"Error: {site_file}: cannot be read: No such file or directory\n"


def test_all_that_is_wrong_with_a_site_file_is_told_in_one_line(tmp_path):
    (tmp_path / "site.toml").write_text("country = 'XX'")
    refusal = fiado("train", SITE_FILE=str(tmp_path / "site.toml"))
    assert refusal.returncode == 1
    assert refusal.stderr.startswith("Error: ")
    assert "country" in refusal.stderr
    assert "brand_name" in refusal.stderr
    assert refusal.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["up", "web"])
def test_webhook_settings_that_do_not_work_are_told_in_one_line(tmp_path, command):
    refusal = fiado(
        *(command, "--port", "1025", "--data-dir", str(tmp_path)),
        WEBHOOK_HMAC_HEADER="X-Signature",
        WEBHOOK_HMAC_SECRET="secret",
        WEBHOOK_HMAC_ENCODING="rot13",
    )
    assert refusal.returncode == 1
    assert refusal.stderr == "Error: WEBHOOK_HMAC_ENCODING: one of hex, base64\n"


def test_check_has_a_line_for_each_dependency(tmp_path):
    answer = fiado(
        "check",
        *("--data-dir", str(tmp_path)),
        RASA_URLS=NOWHERE,
        ACTION_SERVER_URL=f"{NOWHERE}/webhook",
        INFOBIP_BASE_URL=NOWHERE,
        INFOBIP_API_KEY="key",
    )
    assert answer.returncode == 1
    assert [line.split("  ")[0].strip() for line in answer.stdout.splitlines()] == [
        "MongoDB",
        "Rasa",
        "action server",
        "Infobip",
        "signing key",
    ]
    assert answer.stdout.count("FAILED") == 3


def test_a_running_service_is_found_by_its_data_directory(tmp_path):
    assert running_environment(tmp_path) == {}
    with only_one(tmp_path, {"FIADO_PORT": "8001"}):
        assert running_environment(tmp_path) == {"FIADO_PORT": "8001"}
        with pytest.raises(AlreadyRunningError), only_one(tmp_path, {}):
            pass
        assert (tmp_path / "up.json").stat().st_mode & 0o077 == 0
    assert running_environment(tmp_path) == {}
