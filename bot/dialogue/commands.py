"""
Button ids: what a tap means, signed so that only our own buttons become commands.

An id is `f1.<what it means>.<signature>`; the signature covers the contact, so a button copied to
somebody else's phone means nothing there.
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
from typing import Any

from pydantic import BaseModel, ConfigDict

MAX_ID_LENGTH = 200
PREFIX = "f1"
SIGNATURE_BYTES = 9
PAYLOAD = re.compile(r"^/(?P<intent>\w+)(?P<entities>\{.*\})?$", re.DOTALL)

# Only what answers one open question; everything else a button asks for can be asked any time.
STEP_INTENTS = frozenset(
    {"affirm", "deny", "issue_letter", "drop_letter", "change_letter_addressee"}
)


class Command(BaseModel):
    """A tapped or typed choice: the intent it stands for, with its values."""

    model_config = ConfigDict(frozen=True)

    intent: str
    entities: dict[str, Any] = {}


class SignedCommand(Command):
    """A command as it came back from a phone, with the offer it was part of."""

    nonce: str

    def is_stale(self, current_nonce: str | None) -> bool:
        """Whether the question this answered is no longer the one that is open."""
        return self.intent in STEP_INTENTS and self.nonce != current_nonce


def parse_payload(payload: str) -> Command:
    """The command of a dialogue file's button, `/intent` or `/intent{"slot": "value"}`."""
    match = PAYLOAD.match(payload)
    if match is None:
        raise ValueError(f"not a button payload: {payload!r}")
    return Command(intent=match["intent"], entities=json.loads(match["entities"] or "{}"))


class CommandSigner:
    """Turns commands into button ids and back."""

    def __init__(self, key: str) -> None:
        self._key = hashlib.sha256(f"button ids {key}".encode()).digest()

    def sign(self, command: Command, *, contact_id: str, nonce: str) -> str:
        """The id to put on a button. ValueError if it would not fit a list row."""
        meaning = [command.intent, nonce, *([command.entities] if command.entities else [])]
        packed = _pack(json.dumps(meaning, separators=(",", ":"), ensure_ascii=False).encode())
        reply_id = f"{PREFIX}.{packed}.{self._signature(packed, contact_id)}"
        if len(reply_id) > MAX_ID_LENGTH:
            raise ValueError(f"button id of {len(reply_id)} characters for {command.intent}")
        return reply_id

    def read(self, reply_id: str, *, contact_id: str) -> SignedCommand | None:
        """What the id means; None if it is not ours, was altered, or was another contact's."""
        prefix, _, rest = reply_id.partition(".")
        packed, _, signature = rest.partition(".")
        if prefix != PREFIX or not hmac.compare_digest(
            signature.encode(), self._signature(packed, contact_id).encode()
        ):
            return None
        try:
            intent, nonce, *entities = json.loads(_unpack(packed))
        except (ValueError, binascii.Error):
            return None
        return SignedCommand(intent=intent, entities=entities[0] if entities else {}, nonce=nonce)

    def _signature(self, packed: str, contact_id: str) -> str:
        digest = hmac.new(self._key, f"{contact_id}.{packed}".encode(), hashlib.sha256).digest()
        return _pack(digest[:SIGNATURE_BYTES])


def _pack(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _unpack(packed: str) -> bytes:
    return base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
