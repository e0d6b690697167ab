"""Who may post to the webhooks: Basic, a secret header or an HMAC. Closed unless one is right."""

import base64
import binascii
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass

from flask import Request
from pydantic import SecretStr

from bot.settings import InvalidSettingsError, Settings

ALGORITHMS = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
DECODERS: dict[str, Callable[[str], bytes]] = {
    "hex": bytes.fromhex,
    "base64": lambda text: base64.b64decode(text, validate=True),
}


class WebhookAuthError(InvalidSettingsError):
    """The webhook settings contradict each other or name something that does not exist."""


@dataclass(frozen=True)
class Basic:
    username: str
    password: SecretStr

    def accepts(self, request: Request) -> bool:
        given = request.authorization
        if given is None or given.type != "basic":
            return False
        name_matches = _same(given.username or "", self.username)
        return _same(given.password or "", self.password) and name_matches


@dataclass(frozen=True)
class SecretHeader:
    header: str
    secret: SecretStr

    def accepts(self, request: Request) -> bool:
        return _same(request.headers.get(self.header, ""), self.secret)


@dataclass(frozen=True)
class Hmac:
    """A signature over the body, byte for byte; the vendor fixes neither header nor encoding."""

    header: str
    secret: SecretStr
    algorithm: str
    encoding: str

    def accepts(self, request: Request) -> bool:
        given = request.headers.get(self.header, "").strip()
        given = given.removeprefix(f"{self.algorithm}=")
        try:
            signature = DECODERS[self.encoding](given)
        except (ValueError, binascii.Error):
            return False
        key = self.secret.get_secret_value().encode()
        return hmac.compare_digest(signature, hmac.digest(key, request.get_data(), self.algorithm))


@dataclass(frozen=True)
class WebhookAuth:
    """Every configured way; any one of them is enough."""

    ways: tuple[Basic | SecretHeader | Hmac, ...]
    is_open: bool = False

    def accepts(self, request: Request) -> bool:
        """Whether `request` may be believed. `is_open`: nothing is configured, and may be so."""
        return self.is_open or any(way.accepts(request) for way in self.ways)


def webhook_auth(settings: Settings) -> WebhookAuth:
    """The ways that the settings name; WebhookAuthError if there is none outside the simulator."""
    ways: list[Basic | SecretHeader | Hmac] = []
    if basic := _pair(settings.webhook_username, settings.webhook_password, "USERNAME, PASSWORD"):
        ways.append(Basic(*basic))
    if secret := _pair(settings.webhook_secret_header, settings.webhook_secret, "SECRET_HEADER"):
        ways.append(SecretHeader(*secret))
    if signed := _pair(settings.webhook_hmac_header, settings.webhook_hmac_secret, "HMAC_HEADER"):
        algorithm = _algorithm(settings.webhook_hmac_algorithm)
        ways.append(Hmac(*signed, algorithm, _encoding(settings.webhook_hmac_encoding)))
    if not ways and not settings.simulator_is_on:
        raise WebhookAuthError("no webhook authentication is configured")
    return WebhookAuth(tuple(ways), is_open=not ways)


def _pair(
    name: str | None, secret: SecretStr | None, settings: str
) -> tuple[str, SecretStr] | None:
    """Both halves, or None for neither; one alone is a mistake that must not open the door."""
    if not name and not secret:
        return None
    if not name or not secret:
        raise WebhookAuthError(f"WEBHOOK_{settings}: both halves or neither")
    return name, secret


def _algorithm(name: str) -> str:
    """One name for `sha256`, `SHA-256` and Infobip's own `HMAC_SHA_256`."""
    algorithm = re.sub(r"[-_]", "", name.lower().removeprefix("hmac_"))
    if algorithm not in ALGORITHMS:
        raise WebhookAuthError(f"WEBHOOK_HMAC_ALGORITHM: one of {', '.join(ALGORITHMS)}")
    return algorithm


def _encoding(name: str) -> str:
    if name.lower() not in DECODERS:
        raise WebhookAuthError(f"WEBHOOK_HMAC_ENCODING: one of {', '.join(DECODERS)}")
    return name.lower()


def _same(given: str, expected: SecretStr | str) -> bool:
    """Equality in a time that does not tell how much was right."""
    secret = expected.get_secret_value() if isinstance(expected, SecretStr) else expected
    return hmac.compare_digest(given.encode(), secret.encode())
