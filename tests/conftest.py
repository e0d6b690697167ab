"""Fixtures for all tests: one real MongoDB for the whole run, a fresh database for each test."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from storage.embedded_mongo import embedded_mongo
from storage.indexes import ensure_indexes
from tests.fakes import fake_infobip, recording_service

__all__ = ["fake_infobip", "recording_service"]

_numbers = count(1)


@pytest.fixture(scope="session")
def mongo_uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a replica set that only this run uses."""
    with embedded_mongo(tmp_path_factory.mktemp("data")) as uri:
        yield uri


@pytest.fixture(scope="session")
def mongo_client(mongo_uri: str) -> Iterator[MongoClient[dict[str, Any]]]:
    """Instants come back aware, as the repositories expect them."""
    with MongoClient(mongo_uri, tz_aware=True, serverSelectionTimeoutMS=5000) as client:
        yield client


@pytest.fixture
def database(mongo_client: MongoClient[dict[str, Any]]) -> Iterator[Database[dict[str, Any]]]:
    """An empty database that is dropped after the test."""
    name = f"test_{next(_numbers)}"
    yield mongo_client[name]
    mongo_client.drop_database(name)


@pytest.fixture(scope="session")
def database_with_indexes(mongo_client: MongoClient[dict[str, Any]]) -> Database[dict[str, Any]]:
    """Indexes take a second to make, so they are made once."""
    database = mongo_client["test_with_indexes"]
    ensure_indexes(database)
    return database


@pytest.fixture
def indexed(database_with_indexes: Database[dict[str, Any]]) -> Database[dict[str, Any]]:
    """An empty database with all indexes in place."""
    for name in database_with_indexes.list_collection_names():
        database_with_indexes[name].delete_many({})
    return database_with_indexes
