"""What the fake network remembers, in memory and bounded: people, chats, files, the wire log."""

import hashlib
import re
import secrets
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from threading import RLock
from typing import Any

MAX_PEOPLE = 20_000
MAX_CHAT_MESSAGES = 500
MAX_MESSAGE_IDS = 200_000
MAX_FILES_BYTES = 128 * 1024 * 1024
WINDOW = timedelta(hours=24)
PHONE = re.compile(r"[1-9]\d{6,14}")
USER_ID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9]{6,60}")


class UnknownAddressError(Exception):
    """Neither a phone number in digits nor a business-scoped user id."""


class ChatState(StrEnum):
    """
    Of a person's message: sending, delivered (the service acknowledged it), read, failed.
    Of the service's: accepted, delivered, seen, failed.
    """

    SENDING = "sending"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    READ = "read"
    SEEN = "seen"
    FAILED = "failed"


@dataclass
class ChatMessage:
    """One bubble. `kind` is Infobip's word: an endpoint of ours, or a type of the person's."""

    message_id: str
    person_key: str
    is_from_person: bool
    kind: str
    content: dict[str, Any]
    at: datetime
    state: ChatState
    quoted_id: str | None = None
    error: str | None = None
    file_id: str | None = None
    reaction: str | None = None
    version: int = 0


@dataclass
class Person:
    """Someone on WhatsApp. `phone` None: known by the business-scoped user id only."""

    key: str
    phone: str | None
    user_id: str
    name: str
    shows_phone: bool = True
    reads_messages: bool = True
    has_blocked_us: bool = False
    last_inbound_at: datetime | None = None
    typing_until: float = 0.0
    identity_hash: str = "aWRlbnRpZGFkLTE="
    identity_changed_at: datetime | None = None
    identity_acknowledged: bool = True
    chat: deque[ChatMessage] = field(default_factory=lambda: deque(maxlen=MAX_CHAT_MESSAGES))

    @property
    def address(self) -> str:
        """What the business sees and writes to."""
        return self.phone if self.phone and self.shows_phone else self.user_id

    def window_is_open(self, at: datetime) -> bool:
        """Whether free text reaches them at `at`: within 24 hours after their last message."""
        return self.last_inbound_at is not None and at - self.last_inbound_at < WINDOW


@dataclass(frozen=True)
class StoredFile:
    name: str
    content_type: str
    data: bytes = field(repr=False)


class Store:
    """Thread-safe. Every change of a chat raises its version: a page asks for news only.

    `epoch` tells one life of the process from the next; `name_of` names people on first use.
    """

    def __init__(self, name_of: Callable[[str], str | None]) -> None:
        self.epoch = secrets.token_hex(8)
        self._name_of = name_of
        self.lock = RLock()
        self._people: OrderedDict[str, Person] = OrderedDict()
        self._messages: OrderedDict[str, ChatMessage | None] = OrderedDict()
        self._files: OrderedDict[str, StoredFile] = OrderedDict()
        self._file_bytes = 0
        self._version = 0

    def person(self, address: str, name: str | None = None) -> Person:
        """The person at `address`, made on first use; UnknownAddressError if it is none."""
        with self.lock:
            key = self._key(address)
            person = self._people.get(key)
            if person is None:
                person = self._people[key] = _new_person(key, self._name_of(key))
                while len(self._people) > MAX_PEOPLE:
                    self._people.popitem(last=False)
            if name:
                person.name = name
            return person

    def people(self) -> list[Person]:
        with self.lock:
            return list(self._people.values())

    def add_message(self, person: Person, message: ChatMessage) -> None:
        with self.lock:
            self._remember(message.message_id, message)
            person.chat.append(message)
            self.touch(message)

    def claim_message_id(self, message_id: str) -> bool:
        """Reserve an id; False if it was used before."""
        with self.lock:
            if message_id in self._messages:
                return False
            self._remember(message_id, None)
            return True

    def find_message(self, message_id: str) -> ChatMessage | None:
        with self.lock:
            return self._messages.get(message_id)

    def touch(self, message: ChatMessage, **changes: Any) -> None:
        """Change `message` and let pages know."""
        with self.lock:
            for name, value in changes.items():
                setattr(message, name, value)
            self._version += 1
            message.version = self._version

    def mark_read(self, person: Person, until: ChatMessage | None = None) -> None:
        """Blue ticks on what `person` wrote, up to and with `until`."""
        with self.lock:
            for message in person.chat:
                if message.is_from_person and message.state is not ChatState.READ:
                    self.touch(message, state=ChatState.READ)
                if message is until:
                    return

    def news(self, person: Person, after: int) -> tuple[int, list[ChatMessage]]:
        """Messages of `person` changed after version `after`, and the version reached."""
        with self.lock:
            return self._version, [item for item in person.chat if item.version > after]

    def add_file(self, file: StoredFile) -> str:
        """Keep `file`, dropping the oldest over the limit; returns its unguessable id."""
        file_id = secrets.token_urlsafe(16)
        with self.lock:
            self._files[file_id] = file
            self._file_bytes += len(file.data)
            while self._file_bytes > MAX_FILES_BYTES and len(self._files) > 1:
                _, oldest = self._files.popitem(last=False)
                self._file_bytes -= len(oldest.data)
        return file_id

    def find_file(self, file_id: str) -> StoredFile | None:
        with self.lock:
            return self._files.get(file_id)

    def delete_file(self, file_id: str) -> bool:
        with self.lock:
            file = self._files.pop(file_id, None)
            self._file_bytes -= len(file.data) if file else 0
            return file is not None

    def _remember(self, message_id: str, message: ChatMessage | None) -> None:
        self._messages[message_id] = message
        while len(self._messages) > MAX_MESSAGE_IDS:
            self._messages.popitem(last=False)

    def _key(self, address: str) -> str:
        if PHONE.fullmatch(address):
            return address
        if not USER_ID.fullmatch(address):
            raise UnknownAddressError(address)
        known = (person.key for person in self._people.values() if person.user_id == address)
        return next(known, address)


def _new_person(key: str, name: str | None) -> Person:
    if not PHONE.fullmatch(key):
        return Person(key=key, phone=None, user_id=key, name=name or key)
    digest = int(hashlib.sha256(key.encode()).hexdigest()[:14], 16)
    country = "PA" if key.startswith("507") else "AR"
    # what the business sees of a person who hides the number must not contain it
    shown_name = name or f"WhatsApp {key[-4:]}"
    return Person(key=key, phone=key, user_id=f"{country}.{digest:017d}", name=shown_name)
