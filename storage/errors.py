"""MongoDB's failures under names that callers outside this package may catch."""

from gridfs.errors import CorruptGridFile as DamagedFileError
from pymongo.errors import DuplicateKeyError as AlreadyStoredError
from pymongo.errors import PyMongoError as StorageError

DUPLICATE_KEY = 11000

__all__ = ["DUPLICATE_KEY", "AlreadyStoredError", "DamagedFileError", "StorageError"]
