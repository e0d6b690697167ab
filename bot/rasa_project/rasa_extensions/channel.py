"""The service's door to Rasa: one authenticated request is one turn, with an honest status."""

import hmac
import json
import logging
import traceback
from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import ValidationError
from rasa.core.agent import Agent
from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from rasa.shared.core.constants import (
    USER_INTENT_BACK,
    USER_INTENT_RESTART,
    USER_INTENT_SESSION_START,
)
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from .answer import responses_to
from .install import install
from .neutral_text import neutralise
from .turn import (
    ActionFailed,
    AlreadyAnswered,
    TrackerConflict,
    TrackerStoreUnavailable,
    Turn,
    current_turn,
)
from .turn_request import IntentRequest, TurnRequest

install()
logger = logging.getLogger(__name__)

# Rasa's own commands change the dialogue behind its rules
COMMANDS = {USER_INTENT_BACK, USER_INTENT_RESTART, USER_INTENT_SESSION_START}

RETRYABLE: dict[type[BaseException], str] = {
    ActionFailed: "action_failed",
    TrackerConflict: "tracker_conflict",
    TrackerStoreUnavailable: "tracker_store_unavailable",
}


class SilentOutput(OutputChannel):
    """Sends nothing: the answer is read off the tracker once it is saved."""

    @classmethod
    def name(cls) -> str:
        return FiadoChannel.name()

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        return None


class FiadoChannel(InputChannel):
    """`POST turn` answers with what the bot says to one message; `GET /` tells if it could.

    503 means that nothing was saved and the same request may be sent again; a repeat of a
    message that was saved gets the saved answer. Texts never reach the log.
    """

    def __init__(self, token: str) -> None:
        if not token:
            self.raise_missing_credentials_exception()
        self._token = f"Bearer {token}".encode()

    @classmethod
    def name(cls) -> str:
        return "fiado"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> "FiadoChannel":
        return cls((credentials or {}).get("token", ""))

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The two routes under `/webhooks/fiado`."""
        blueprint = Blueprint("fiado_channel")

        @blueprint.get("/")
        async def health(request: Request) -> HTTPResponse:
            agent: Agent = request.app.ctx.agent
            ready = _is_ready(agent)
            state = {
                "status": "ok" if ready else "not_ready",
                "model_id": agent.model_id,
                "model_file": agent.processor.model_filename if agent.processor else None,
                "tracker_store": type(agent.tracker_store).__name__,
            }
            return response.json(state, status=200 if ready else 503)

        @blueprint.post("/turn")
        async def turn(request: Request) -> HTTPResponse:
            given = request.headers.get("Authorization", "").encode()
            if not hmac.compare_digest(given, self._token):
                return _error(401, "unauthorized")
            try:
                wanted = TurnRequest.parse_obj(json.loads(request.body))
            except ValidationError as error:
                return _error(422, "invalid_body", fields=_fields(error))
            except (ValueError, RecursionError):
                return _error(400, "invalid_json")
            agent: Agent = request.app.ctx.agent
            if not _is_ready(agent):
                return _error(503, "not_ready")
            if wanted.intent and not _is_known(wanted.intent, agent.domain):
                return _error(422, "unknown_intent")
            return await _answer(wanted, on_new_message)

        return blueprint


async def _answer(
    wanted: TurnRequest, on_new_message: Callable[[UserMessage], Awaitable[Any]]
) -> HTTPResponse:
    turn = Turn(wanted.message_id)
    token = current_turn.set(turn)
    try:
        await on_new_message(_user_message(wanted))
    except AlreadyAnswered as repeated:
        return _success(wanted, repeated.tracker, replayed=True)
    except (ActionFailed, Exception) as failure:  # noqa: BLE001 any other is a 500 of ours
        return _failure(wanted, failure)
    finally:
        current_turn.reset(token)
    if turn.saved is None:
        return _error(500, "turn_not_saved")
    return _success(wanted, turn.saved, replayed=False)


def _user_message(wanted: TurnRequest) -> UserMessage:
    """Taps carry no text, so that no slot is filled with words which nobody wrote."""
    parse_data = None
    if wanted.intent:
        parse_data = {
            "text": None,
            "intent": {"name": wanted.intent.name, "confidence": 1.0},
            "entities": [
                {"entity": name, "value": value, "extractor": FiadoChannel.name()}
                for name, value in wanted.intent.entities.items()
            ],
        }
    return UserMessage(
        text=None if wanted.text is None else neutralise(wanted.text),
        output_channel=SilentOutput(),
        sender_id=wanted.conversation,
        parse_data=parse_data,
        input_channel=FiadoChannel.name(),
        message_id=wanted.message_id,
        metadata=wanted.metadata,
    )


def _is_ready(agent: Agent) -> bool:
    """A model is loaded and the store is ours; Rasa goes on without either, saying nothing."""
    return agent.is_ready() and getattr(agent.tracker_store, "raises_on_failure", False)


def _is_known(intent: IntentRequest, domain: Domain) -> bool:
    is_intent = intent.name in domain.intent_properties and intent.name not in COMMANDS
    return is_intent and set(intent.entities) <= set(domain.entities)


def _success(wanted: TurnRequest, tracker: DialogueStateTracker, replayed: bool) -> HTTPResponse:
    return response.json(
        {
            "message_id": wanted.message_id,
            "responses": responses_to(tracker, wanted.message_id),
            "replayed": replayed,
            "active_form": tracker.active_loop_name,
        }
    )


def _failure(wanted: TurnRequest, failure: BaseException) -> HTTPResponse:
    """Logs where it happened without the error's own words, which may quote the person."""
    code = RETRYABLE.get(type(failure))
    places = [f"{at.filename}:{at.lineno}" for at in traceback.extract_tb(failure.__traceback__)]
    logger.error(
        "turn_failed message_id=%s error=%s at=%s",
        wanted.message_id,
        type(failure).__name__,
        " < ".join(reversed(places[-5:])),
    )
    return _error(503, code) if code else _error(500, "turn_failed")


def _error(status: int, code: str, **details: Any) -> HTTPResponse:
    return response.json({"error": code, **details}, status=status)


def _fields(error: ValidationError) -> list[str]:
    return sorted({".".join(str(part) for part in each["loc"]) for each in error.errors()})
