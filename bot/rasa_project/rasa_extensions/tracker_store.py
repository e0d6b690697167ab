"""Keeps dialogues in MongoDB: bounded, versioned, durable, and never pretends to have saved."""

import asyncio
import json
from collections import OrderedDict
from collections.abc import Callable, Iterable
from copy import copy
from datetime import datetime, timedelta, timezone
from typing import Any, TypeVar

from pymongo import MongoClient
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError, PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, deserialise_events
from rasa.shared.core.trackers import DialogueStateTracker

from .answer import has_message
from .compaction import compact
from .install import install
from .turn import (
    AlreadyAnswered,
    TrackerConflict,
    TrackerStoreUnavailable,
    TurnUnfinished,
    current_turn,
)

install()

COLLECTION = "dialogue_trackers"
KEPT_FOR = timedelta(days=30)
SERVER_SELECTION_TIMEOUT_MS = 2_000
SOCKET_TIMEOUT_MS = 3_000
REMEMBERED_SESSIONS = 1_000
Result = TypeVar("Result")


class BoundedTrackerStore(TrackerStore):
    """One document for each dialogue session: its last turns, led by a summary of the rest.

    Raises `TrackerStoreUnavailable` when MongoDB does not answer in time and `TrackerConflict`
    when somebody else saved since the tracker was read. Each call runs on a thread.

    What this process saved last of a session is remembered, since the next turn of the session
    comes here too: should another process have gone on with it, the version check of the save
    finds out, and the turn is tried again from what MongoDB has.
    """

    raises_on_failure = True

    def __init__(
        self,
        domain: Domain | None,
        host: str,
        db: str,
        event_broker: EventBroker | None = None,
        **_: Any,
    ) -> None:
        super().__init__(domain, event_broker)
        client: MongoClient[dict[str, Any]] = MongoClient(
            host,
            serverSelectionTimeoutMS=SERVER_SELECTION_TIMEOUT_MS,
            connectTimeoutMS=SERVER_SELECTION_TIMEOUT_MS,
            socketTimeoutMS=SOCKET_TIMEOUT_MS,
            tz_aware=True,
        )
        self._trackers: Collection[dict[str, Any]] = client[db].get_collection(
            COLLECTION,
            read_concern=ReadConcern("majority"),
            write_concern=WriteConcern(w="majority", j=True, wtimeout=SOCKET_TIMEOUT_MS),
        )
        self._has_index = False
        self._remembered: OrderedDict[str, tuple[int, list[Event]]] = OrderedDict()

    async def create_tracker(
        self, sender_id: str, append_action_listen: bool = True
    ) -> DialogueStateTracker:
        """A new tracker, in memory only: a turn that fails leaves no trace."""
        return self.init_tracker(sender_id)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The tracker as saved, or None; raises `AlreadyAnswered` for a repeated message."""
        saved = self._remembered.get(sender_id) or await self._read(sender_id)
        if saved is None:
            return None
        version, events = saved
        tracker = self.init_tracker(sender_id)
        for event in events:
            tracker.update(copy(event))
        _set_version(tracker, version)
        turn = current_turn.get()
        if turn is not None and has_message(tracker, turn.message_id):
            raise AlreadyAnswered(tracker)
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Returns when the turn is journaled on a majority; the turn must have ended."""
        if tracker.latest_action_name != ACTION_LISTEN_NAME:
            raise TurnUnfinished(f"latest action is {tracker.latest_action_name}")
        events = compact(tracker, self.domain.slots)
        text = json.dumps([event.as_dict() for event in events])
        # forgotten first: after a failed save only MongoDB knows what it has
        self._remembered.pop(tracker.sender_id, None)
        await self._call(self._write, tracker.sender_id, _version(tracker), text)
        _set_version(tracker, _version(tracker) + 1)
        self._remembered[tracker.sender_id] = _version(tracker), events
        if len(self._remembered) > REMEMBERED_SESSIONS:
            self._remembered.popitem(last=False)
        turn = current_turn.get()
        if turn is not None:
            turn.saved = tracker

    async def keys(self) -> Iterable[str]:
        """All dialogue session ids."""
        return await self._call(self._trackers.distinct, "_id")

    async def _read(self, sender_id: str) -> tuple[int, list[Event]] | None:
        """Version and events as MongoDB has them."""
        document = await self._call(self._trackers.find_one, {"_id": sender_id})
        if document is None:
            return None
        return document["version"], deserialise_events(json.loads(document["events"]))

    def _write(self, sender_id: str, version: int, events: str) -> None:
        if not self._has_index:
            self._trackers.create_index(
                "updated_at", expireAfterSeconds=int(KEPT_FOR.total_seconds())
            )
            self._has_index = True
        # JSON text, since BSON refuses what people can type (lone surrogates, huge integers)
        fields = {
            "version": version + 1,
            "updated_at": datetime.now(timezone.utc),
            "events": events,
        }
        if version == 0:
            try:
                self._trackers.insert_one({"_id": sender_id, **fields})
            except DuplicateKeyError:
                raise TrackerConflict(sender_id) from None
        elif not self._trackers.update_one(
            {"_id": sender_id, "version": version}, {"$set": fields}
        ).matched_count:
            raise TrackerConflict(sender_id)

    @staticmethod
    async def _call(function: Callable[..., Result], *arguments: Any) -> Result:
        try:
            return await asyncio.to_thread(function, *arguments)
        except PyMongoError as error:
            raise TrackerStoreUnavailable(type(error).__name__) from error


def _version(tracker: DialogueStateTracker) -> int:
    return getattr(tracker, "stored_version", 0)


def _set_version(tracker: DialogueStateTracker, version: int) -> None:
    tracker.stored_version = version  # type: ignore[attr-defined]
