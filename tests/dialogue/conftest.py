"""Fixtures of the chats: the whole service once a run, and a phone of one's own in each test."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.running_service import Phone, RunningService

# a Tuesday at ten in Buenos Aires and at eight in Panamá, no holiday in either
START = datetime(2026, 3, 10, 13, 0, tzinfo=UTC)

PANAMA = """
brand_name = "Fiado Panamá"
legal_name = "Fiado Panamá S.A."
country = "PA"
currency = "PAB"
time_zone = "America/Panama"
privacy_notice_url = "https://fiado.example/pa/privacidad"

[business_hours]
tuesday = ["08:00-17:00"]
"""


@pytest.fixture(scope="session")
def running_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """The service of the default site, in Argentina."""
    with RunningService(tmp_path_factory.mktemp("service"), None, START) as running:
        yield running


@pytest.fixture(scope="session")
def panama_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """The service of a site in Panamá."""
    data_dir = tmp_path_factory.mktemp("panama")
    site_file = data_dir / "site.toml"
    site_file.write_text(PANAMA)
    with RunningService(data_dir, site_file, START) as running:
        yield running


@pytest.fixture
def phone(running_service: RunningService) -> Phone:
    """A number that never wrote to the Argentine service."""
    return running_service.phone()


@pytest.fixture
def later(running_service: RunningService) -> Iterator[RunningService]:
    """The Argentine service for a test that lets time pass; afterwards it is as before."""
    yield running_service
    running_service.restore_time()
