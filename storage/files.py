"""Files of ours that people get: each stored whole under its id, once and for all."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any, BinaryIO, cast
from uuid import uuid4

from gridfs import GridFSBucket
from gridfs.errors import FileExists
from pymongo import IndexModel
from pymongo.database import Database

from domain.letter import StoredFile

BUCKET = "files"
INDEXES = {
    f"{BUCKET}.files": [IndexModel([("filename", 1)], name="once", unique=True)],
    f"{BUCKET}.chunks": [IndexModel([("files_id", 1), ("n", 1)], name="in_order", unique=True)],
}
_AFTER_SLASH = "0"
"""The character that follows a slash: the end of the range of ids that begin with one."""


@dataclass(frozen=True)
class OpenFile:
    """A stored file ready to be read, and what it says of itself."""

    file: StoredFile
    name: str
    content_type: str
    stream: BinaryIO


class Files:
    """
    The GridFS bucket `files`.

    A file is there as soon as its document is, which is written after all its chunks. Every attempt
    to store it has chunks of its own: nobody ever reads, or takes away, those of another.
    """

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._bucket = GridFSBucket(database, bucket_name=BUCKET)
        self._files = database[f"{BUCKET}.files"]
        self._chunks = database[f"{BUCKET}.chunks"]

    def put_once(self, file_id: str, content: bytes, *, name: str, content_type: str) -> StoredFile:
        """Store the file; the one that is stored under that id already stays, and is returned."""
        while True:
            stored = self.find(file_id) or self._put(file_id, content, name, content_type)
            if stored is not None:
                return stored

    def find(self, file_id: str) -> StoredFile | None:
        """What is known of a stored file; None until it is stored whole."""
        document = self._files.find_one({"filename": file_id})
        return _stored(document) if document else None

    def open(self, file_id: str) -> OpenFile | None:
        """The file to read from; None until it is stored whole."""
        document = self._files.find_one({"filename": file_id})
        if document is None:
            return None
        stream = self._bucket.open_download_stream(document["_id"])
        facts = document["metadata"]
        return OpenFile(
            file=_stored(document),
            name=facts["name"],
            content_type=facts["content_type"],
            stream=cast("BinaryIO", stream),
        )

    def _put(self, file_id: str, content: bytes, name: str, content_type: str) -> StoredFile | None:
        """None if somebody else was faster."""
        facts = {
            "sha256": sha256(content).hexdigest(),
            "name": name,
            "content_type": content_type,
        }
        attempt_id = f"{file_id}/{uuid4().hex}"
        upload = self._bucket.open_upload_stream_with_id(attempt_id, file_id, metadata=facts)
        try:
            upload.write(content)
            upload.close()
        except FileExists:
            upload.abort()
            return None
        self._clear_attempts(file_id, keep=attempt_id)
        return StoredFile(file_id=file_id, size_bytes=len(content), sha256=facts["sha256"])

    def _clear_attempts(self, file_id: str, *, keep: str) -> None:
        """Take away what attempts left that were cut short, or that this one has overtaken."""
        ids = {"$gte": f"{file_id}/", "$lt": f"{file_id}{_AFTER_SLASH}", "$ne": keep}
        self._chunks.delete_many({"files_id": ids})


def _stored(document: dict[str, Any]) -> StoredFile:
    return StoredFile(
        file_id=document["filename"],
        size_bytes=document["length"],
        sha256=document["metadata"]["sha256"],
    )
