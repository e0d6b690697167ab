"""Asks Rasa: one turn in, the bot's responses out, with an honest account of failures."""

import hashlib
from typing import Any

import requests
from pydantic import BaseModel, ConfigDict, ValidationError
from requests.adapters import HTTPAdapter

from bot.dialogue.commands import Command
from bot.dialogue.reading import Reading

TIMEOUT_SECONDS = (1.0, 12.0)


class RasaUnavailableError(Exception):
    """Rasa, its memory or an action is away; the same turn may be tried again."""


class RasaTurnFailedError(Exception):
    """Rasa is there, but this turn broke inside it or its action; it may break again."""


class RasaRefusedError(Exception):
    """Rasa will never accept this turn; trying again would not help."""


class RasaResponse(BaseModel):
    """One thing the bot says: words, buttons with payloads, or a custom instruction."""

    model_config = ConfigDict(extra="ignore")

    response: str | None = None
    text: str | None = None
    buttons: list[dict[str, Any]] = []
    custom: dict[str, Any] = {}


class RasaAnswer(BaseModel):
    """Rasa's answer to one turn."""

    model_config = ConfigDict(extra="ignore")

    responses: list[RasaResponse]
    replayed: bool = False
    active_form: str | None = None


class RasaClient:
    """One pooled connection to each Rasa server; a conversation sticks to one server by hash."""

    def __init__(self, urls: list[str], token: str, connections: int) -> None:
        self._urls = urls
        self._http = requests.Session()
        self._http.trust_env = False
        self._http.headers["Authorization"] = f"Bearer {token}"
        self._http.mount("http://", HTTPAdapter(pool_maxsize=connections, max_retries=0))

    def take_turn(
        self, session_id: str, message_id: str, reading: Reading, metadata: dict[str, Any]
    ) -> RasaAnswer:
        """One turn. RasaUnavailableError, RasaTurnFailedError or RasaRefusedError: no answer."""
        body: dict[str, Any] = {
            "conversation": session_id,
            "message_id": message_id,
            "metadata": metadata,
        }
        if isinstance(reading, Command):
            body["intent"] = {"name": reading.intent, "entities": reading.entities}
        else:
            body["text"] = reading.text
        url = f"{self._url_for(session_id)}/webhooks/fiado/turn"
        try:
            response = self._http.post(url, json=body, timeout=TIMEOUT_SECONDS)
        except requests.RequestException as error:
            raise RasaUnavailableError(type(error).__name__) from None
        if response.status_code != 200:
            raise _failure(response)
        try:
            return RasaAnswer.model_validate_json(response.content)
        except ValidationError:
            raise RasaUnavailableError("unreadable_answer") from None

    def ping(self) -> None:
        """RasaUnavailableError unless every server answers with a loaded model."""
        for url in self._urls:
            try:
                response = self._http.get(f"{url}/webhooks/fiado/", timeout=2.0)
            except requests.RequestException as error:
                raise RasaUnavailableError(type(error).__name__) from None
            if response.status_code != 200:
                raise RasaUnavailableError(f"http_{response.status_code}")

    def _url_for(self, session_id: str) -> str:
        conversation_id = session_id.rpartition(".")[0]
        digest = hashlib.blake2s(conversation_id.encode(), digest_size=4).digest()
        return self._urls[int.from_bytes(digest) % len(self._urls)]


def _failure(response: requests.Response) -> Exception:
    """What an answer other than 200 means; see the channel for its codes."""
    status = f"http_{response.status_code}"
    if response.status_code == 500 or b"action_failed" in response.content:
        return RasaTurnFailedError(status)
    if response.status_code >= 500 or response.status_code in {401, 404, 408, 429}:
        return RasaUnavailableError(status)
    return RasaRefusedError(status)
