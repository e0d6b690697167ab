"""`fiado api-key` as an operator calls it, each time in a process of its own."""

import os
import re
import subprocess
import sys

import pytest

from bot.bootstrap import build_services
from bot.settings import Settings


@pytest.fixture
def fiado(mongo_uri, database, tmp_path):
    """Run `fiado api-key` with these arguments."""
    environment = os.environ | {
        "MONGODB_URI": mongo_uri,
        "MONGODB_DATABASE": database.name,
        "FIADO_DATA_DIR": str(tmp_path),
    }

    def fiado(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "bot.cli", "api-key", *arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return fiado


@pytest.fixture
def services(database):
    """Those of a service that runs meanwhile."""
    return build_services(Settings(_env_file=None), database=database)


def test_a_key_is_printed_once_alone_and_works_in_a_running_service(fiado, services):
    made = fiado("create", "--name", "Portal Ñandú", "--scope", "portal")
    assert made.returncode == 0
    assert re.fullmatch(r"fiado_[a-z0-9]{8}_[A-Za-z0-9_-]{43}\n", made.stdout)
    key = services.api_keys.recognise(made.stdout.strip())
    assert (key.name, key.scope) == ("Portal Ñandú", "portal")
    assert key.prefix in made.stderr
    listed = fiado("list")
    assert re.fullmatch(rf"{key.prefix}  portal  .*  used .*  Portal Ñandú\n", listed.stdout)
    assert made.stdout.strip() not in listed.stdout


def test_a_revoked_key_is_listed_as_such_and_refused(fiado, services):
    text = fiado("create", "--name", "Portal", "--scope", "ingest").stdout.strip()
    prefix = text.split("_")[1]
    revoked, again = fiado("revoke", prefix), fiado("revoke", prefix)
    assert (revoked.returncode, revoked.stdout) == (0, f"{prefix} is revoked\n")
    assert again.returncode == 1
    assert again.stderr.startswith("Error: no key in force has the prefix ")
    assert "  revoked 20" in fiado("list").stdout
    assert services.api_keys.recognise(text) is None


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["create", "--scope", "portal"], id="no name"),
        pytest.param(["create", "--name", "x", "--scope", "all"], id="no such scope"),
        pytest.param(["create", "--name", "a\nb", "--scope", "portal"], id="a name of two lines"),
        pytest.param(["create", "--name", " ", "--scope", "portal"], id="an empty name"),
        pytest.param(["revoke"], id="no prefix"),
    ],
)
def test_bad_usage_exits_with_2_and_makes_nothing(fiado, database, arguments):
    refusal = fiado(*arguments)
    assert (refusal.returncode, refusal.stdout) == (2, "")
    assert "Error: " in refusal.stderr
    assert database["api_keys"].count_documents({}) == 0
