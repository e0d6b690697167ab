"""What the simulator must be told about the service it plays against. Reads no environment."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal


@dataclass(frozen=True)
class WebhookAuth:
    """How the service expects Infobip to prove itself; without any field set nothing is sent."""

    username: str | None = None
    password: str = field(default="", repr=False)
    secret_header: str | None = None
    secret: str = field(default="", repr=False)
    hmac_header: str | None = None
    hmac_secret: str = field(default="", repr=False)
    hmac_algorithm: str = "sha256"
    hmac_encoding: Literal["hex", "base64"] = "hex"

    def headers_for(self, body: bytes) -> dict[str, str]:
        """The headers that authenticate `body`."""
        headers = {}
        if self.username is not None:
            pair = base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
            headers["Authorization"] = f"Basic {pair}"
        if self.secret_header is not None:
            headers[self.secret_header] = self.secret
        if self.hmac_header is not None:
            headers[self.hmac_header] = self._signature(body)
        return headers

    def _signature(self, body: bytes) -> str:
        digest = hmac.new(
            self.hmac_secret.encode(), body, getattr(hashlib, self.hmac_algorithm)
        ).digest()
        return digest.hex() if self.hmac_encoding == "hex" else base64.b64encode(digest).decode()


@dataclass(frozen=True)
class DemoPerson:
    """Someone whom the phone page offers to be."""

    phone: str
    name: str
    note: str = ""


@dataclass(frozen=True)
class TemplateMessage:
    """A template as approved: `{{1}}` marks a placeholder, `buttons` are quick replies."""

    body: str
    language: str
    header: str | None = None
    footer: str | None = None
    buttons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pace:
    """How fast the fake network is; tests shorten it."""

    delivery_seconds: float = 0.05
    seen_seconds: float = 0.4
    late_seconds: float = 20.0
    slow_seconds: float = 8.0
    disorder_seconds: float = 3.0
    retry_seconds: tuple[float, ...] = (0.5, 1, 2, 4, 8, 16, 30)


@dataclass(frozen=True)
class SimulatorConfig:
    """
    Everything that the simulator needs from the service.

    `service_url` None: webhooks are recorded but posted nowhere. `templates` None: any template
    name is taken as approved. `data_dir` None: the clock cannot be moved.
    """

    api_key: str = field(repr=False)
    sender: str
    clock: Callable[[], datetime]
    brand_name: str = "Fiado"
    time_zone: str = "UTC"
    environment: str = "local"
    service_url: str | None = None
    infobip_url: str = ""
    webhook_auth: WebhookAuth = WebhookAuth()
    data_dir: Path | None = None
    fixtures_dir: Path | None = None
    list_people: Callable[[], Sequence[DemoPerson | Mapping[str, Any]]] = tuple
    templates: Mapping[str, TemplateMessage] | None = None
    pace: Pace = Pace()
