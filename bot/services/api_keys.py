"""Keys of the portal API: made once, shown once, known again by a hash."""

import hmac
import re
import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from bot.clock import Clock
from domain.api_key import ApiKey, Scope
from storage.api_keys import ApiKeys as StoredApiKeys
from storage.audit_log import AuditLog

SECRET_BYTES = 32
PREFIX_CHARACTERS = 8
PREFIX_ALPHABET = "abcdefghjkmnpqrstvwxyz23456789"
REMEMBERED_FOR = timedelta(seconds=3)
"""How long a revoked key may still be believed by a process that has just seen it."""
USE_IS_NOTED_EVERY = timedelta(minutes=1)

_KEY = re.compile(r"fiado_([a-z0-9]{8})_[A-Za-z0-9_-]{43}", re.ASCII)


class ApiKeys:
    """Makes, revokes and recognises keys. A new key works at once, in every process."""

    def __init__(self, keys: StoredApiKeys, audit_log: AuditLog, clock: Clock) -> None:
        self._keys = keys
        self._audit_log = audit_log
        self._clock = clock
        self._remembered: dict[str, tuple[ApiKey, datetime]] = {}

    def create(self, name: str, scope: Scope) -> tuple[str, ApiKey]:
        """A new key and what is kept of it; nobody can tell the key again."""
        prefix = "".join(secrets.choice(PREFIX_ALPHABET) for _ in range(PREFIX_CHARACTERS))
        text = f"fiado_{prefix}_{secrets.token_urlsafe(SECRET_BYTES)}"
        key = ApiKey(prefix=prefix, name=name, scope=scope, created_at=self._clock.machine_now())
        self._keys.add(key, _hash(text))
        self._note("api_key_created", key)
        return text, key

    def list_all(self) -> list[ApiKey]:
        """Every key ever made, oldest first."""
        return self._keys.list_all()

    def revoke(self, prefix: str) -> ApiKey | None:
        """Refuse the key within seconds, everywhere; None if none of that prefix is in force."""
        key = self._keys.revoke(prefix, at=self._clock.machine_now())
        if key is not None:
            self._remembered.clear()
            self._note("api_key_revoked", key)
        return key

    def recognise(self, text: str) -> ApiKey | None:
        """The key in force whose text this is."""
        shape = _KEY.fullmatch(text)
        if shape is None:
            return None
        key_hash, now = _hash(text), self._clock.machine_now()
        key, until = self._remembered.get(key_hash, (None, now))
        if key is not None and now < until:
            return key
        found = self._keys.find(shape[1])
        self._remembered.pop(key_hash, None)
        if found is None or not hmac.compare_digest(found[1], key_hash) or found[0].revoked_at:
            return None
        # only keys in force are remembered: there are few, and a new one is never missed
        self._remembered[key_hash] = (found[0], now + REMEMBERED_FOR)
        self._note_used(found[0], now)
        return found[0]

    def _note_used(self, key: ApiKey, now: datetime) -> None:
        if key.last_used_at is None or now - key.last_used_at >= USE_IS_NOTED_EVERY:
            self._keys.note_used(key.prefix, at=now)

    def _note(self, act: str, key: ApiKey) -> None:
        self._audit_log.add(
            actor="operator", act=act, subject=key.actor, at=self._clock.now(), reason=key.scope
        )


def _hash(text: str) -> str:
    # one plain round is enough: a slow, salted hash guards what people make up, and nobody can
    # go through 256 random bits
    return sha256(text.encode()).hexdigest()
