"""Files that people sent: wanted when the message arrives, fetched later, kept in GridFS."""

from datetime import datetime, timedelta
from typing import Any

from gridfs import GridFSBucket
from pydantic import BaseModel, ConfigDict
from pymongo import IndexModel, ReturnDocument
from pymongo.client_session import ClientSession
from pymongo.database import Database

from domain.message import MediaKind

INDEXES = [
    IndexModel([("state", 1), ("available_at", 1)], name="next_wanted"),
    IndexModel([("conversation_id", 1), ("wanted_at", -1)], name="by_conversation"),
]


class NewAttachment(BaseModel):
    """A file to fetch; `attachment_id` is the message that carried it."""

    model_config = ConfigDict(frozen=True)

    attachment_id: str
    contact_id: str
    media_kind: MediaKind
    url: str


class Attachment(NewAttachment):
    """One file and how far we got with it: wanted, stored, gone or refused."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    conversation_id: str
    state: str
    attempts: int = 0
    content_type: str | None = None


class Attachments:
    """The `attachments` collection and its files."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._attachments = database["attachments"]
        self._files = GridFSBucket(database, bucket_name="attachment_files")

    def add_many(
        self,
        attachments: list[NewAttachment],
        conversation_id: str,
        now: datetime,
        session: ClientSession | None = None,
    ) -> None:
        """Want these files, each once."""
        for attachment in attachments:
            self._attachments.update_one(
                {"_id": attachment.attachment_id},
                {
                    "$setOnInsert": attachment.model_dump(exclude={"attachment_id"})
                    | {
                        "conversation_id": conversation_id,
                        "state": "wanted",
                        "attempts": 0,
                        "wanted_at": now,
                        "available_at": now,
                    }
                },
                upsert=True,
                session=session,
            )

    def claim_next(self, *, now: datetime, lease: timedelta) -> Attachment | None:
        """Take the longest wanted file; it becomes available again if we die (next_wanted)."""
        document = self._attachments.find_one_and_update(
            {"state": "wanted", "available_at": {"$lte": now}},
            {"$set": {"available_at": now + lease}, "$inc": {"attempts": 1}},
            sort=[("available_at", 1)],
            return_document=ReturnDocument.AFTER,
        )
        return _attachment(document) if document else None

    def store(self, attachment: Attachment, content: bytes, content_type: str) -> None:
        """Keep the file; storing the same one twice leaves one."""
        self._files.upload_from_stream_with_id(
            file_id := f"{attachment.attachment_id}:{attachment.attempts}",
            attachment.attachment_id,
            content,
            metadata={"content_type": content_type},
        )
        result = self._attachments.update_one(
            {"_id": attachment.attachment_id, "state": "wanted"},
            {"$set": {"state": "stored", "file_id": file_id, "content_type": content_type}},
        )
        if result.modified_count == 0:
            self._files.delete(file_id)

    def settle(self, attachment_id: str, state: str, *, reason: str) -> None:
        """End as `gone` or `refused`, with the reason an agent will see."""
        self._attachments.update_one(
            {"_id": attachment_id, "state": "wanted"}, {"$set": {"state": state, "reason": reason}}
        )

    def retry_at(self, attachment_id: str, at: datetime) -> None:
        self._attachments.update_one(
            {"_id": attachment_id, "state": "wanted"}, {"$set": {"available_at": at}}
        )

    def find(self, attachment_id: str) -> Attachment | None:
        document = self._attachments.find_one({"_id": attachment_id})
        return _attachment(document) if document else None

    def read(self, attachment_id: str) -> bytes:
        """The stored file; KeyError if it is not there."""
        document = self._attachments.find_one({"_id": attachment_id, "state": "stored"})
        if document is None:
            raise KeyError(attachment_id)
        return self._files.open_download_stream(document["file_id"]).read()


def _attachment(document: dict[str, Any]) -> Attachment:
    return Attachment.model_validate({"attachment_id": document["_id"], **document})
