"""The connection to MongoDB: durable writes, short waits, aware UTC instants."""

from contextlib import AbstractContextManager
from typing import Any

import pymongo
from pymongo import MongoClient
from pymongo.database import Database

Document = dict[str, Any]
MongoDatabase = Database[Document]


def connect(uri: str, database: str) -> MongoDatabase:
    """
    The named database. Nothing is dialled yet: the first operation does that.

    Every write is acknowledged by a majority with its journal flushed. A server that is away is
    reported within two seconds (ServerSelectionTimeoutError), one that hangs within twenty.
    """
    client: MongoClient[Document] = MongoClient(
        uri,
        appname="fiado",
        tz_aware=True,
        w="majority",
        journal=True,
        serverSelectionTimeoutMS=2_000,
        connectTimeoutMS=2_000,
        socketTimeoutMS=20_000,
        waitQueueTimeoutMS=5_000,
    )
    return client[database]


def ping(database: MongoDatabase) -> None:
    """Return when the primary answers; a pymongo error says why it does not."""
    database.command("ping")


def deadline(seconds: float) -> AbstractContextManager[object]:
    """Operations of the block together take no longer; past that they raise a pymongo error."""
    return pymongo.timeout(seconds)
