"""Rasa's action server: every action of this package, in one process."""

import logging
from typing import Any

from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection
from sanic import Sanic
from structlog.contextvars import bound_contextvars

from bot.bootstrap import services
from bot.logs import configure_logs, get_logger
from bot.metrics import ACTION_SECONDS
from bot.settings import settings

log = get_logger()


class ObservedExecutor(ActionExecutor):
    """Runs actions, timed; a failure is logged by name and place, never with what was said."""

    def update_and_return_domain(self, payload: dict[str, Any], action_name: str) -> dict[str, Any]:
        """The domain sent with the call, if any: none of our actions needs it."""
        return payload.get("domain") or {}

    async def run(self, action_call: dict[str, Any]) -> Any:
        """Run one action; whatever it raises fails the turn, which is then tried again."""
        name = action_call.get("next_action")
        with bound_contextvars(conversation_id=_conversation_id(action_call)):
            try:
                with ACTION_SECONDS.labels(action=name).time():
                    result = await super().run(action_call)
            except ActionExecutionRejection:
                raise
            except Exception:
                log.exception("action_failed", action=name)
                raise
            log.info("action_done", action=name)
            return result


def _conversation_id(action_call: dict[str, Any]) -> str | None:
    """Our own id of the conversation, as the worker sent it along; Rasa's names a session."""
    message = (action_call.get("tracker") or {}).get("latest_message") or {}
    conversation_id: str | None = (message.get("metadata") or {}).get("conversation_id")
    return conversation_id


def main(host: str = "127.0.0.1", port: int = 5055) -> None:
    """Serve until told to stop."""
    current = settings()
    configure_logs(current.log_level, current.log_format, "actions")
    # the SDK logs the request and the error's text, both of which quote people
    logging.getLogger("rasa_sdk").setLevel(logging.CRITICAL)
    services()
    executor = ObservedExecutor()
    executor.register_package("actions")
    app = create_app(executor)
    app.prepare(host=host, port=port, single_process=True, access_log=False, motd=False)
    Sanic.serve_single(app)
