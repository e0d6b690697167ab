"""The vendor's bodies kept as files: own values in the shapes of Infobip's documents."""

import json
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).parents[2] / "fixtures" / "infobip"


def fixture_bytes(name: str) -> bytes:
    """A body as it travels; `name` is its path below the folder of fixtures."""
    return (FIXTURES / name).read_bytes()


def fixture_json(name: str) -> Any:
    return json.loads(fixture_bytes(name))


def fixture_names(folder: str) -> set[str]:
    """The stems of a folder's files."""
    return {path.stem for path in (FIXTURES / folder).glob("*.json")}
