from collections.abc import Iterator
from typing import Any

import pytest

from tests.worker_world import World, open_world


@pytest.fixture
def world(indexed: Any) -> Iterator[World]:
    with open_world(indexed) as world:
        yield world
