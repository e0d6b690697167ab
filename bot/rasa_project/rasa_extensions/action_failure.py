"""Makes a failed action fail the turn.

Rasa 3.6.21 logs the failure, counts the action as run with no events, and answers 200.
"""

import asyncio
import logging
from typing import Any

from rasa.core.actions.action import Action, ActionExecutionRejection, RemoteAction
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.shared.core.events import ActionExecuted, Event

from .turn import ActionFailed

logger = logging.getLogger(__name__)

DEFAULT_TIMEOUT_SECONDS = 5.0
_run_remotely = RemoteAction.run
_run_action = MessageProcessor._run_action


class LoudAction(Action):
    """Runs another action and raises `ActionFailed` where that one raises any error."""

    def __init__(self, action: Action) -> None:
        self._action = action

    def name(self) -> str:
        return self._action.name()

    async def run(self, *arguments: Any, **named: Any) -> list[Event]:
        return await _or_fail(self._action, self._action.run(*arguments, **named))

    def event_for_successful_execution(self, prediction: PolicyPrediction) -> ActionExecuted:
        return self._action.event_for_successful_execution(prediction)


async def run_remote_action(action: RemoteAction, *arguments: Any, **named: Any) -> list[Event]:
    """`RemoteAction.run` within the endpoint's `timeout_seconds`; raises `ActionFailed`."""
    options = action.action_endpoint.kwargs if action.action_endpoint else {}
    timeout = float(options.get("timeout_seconds", DEFAULT_TIMEOUT_SECONDS))
    return await _or_fail(
        action, asyncio.wait_for(_run_remotely(action, *arguments, **named), timeout)
    )


async def run_action(
    processor: MessageProcessor, action: Action, *arguments: Any, **named: Any
) -> bool:
    """`MessageProcessor._run_action` for an action whose errors are not swallowed."""
    return await _run_action(processor, LoudAction(action), *arguments, **named)


async def _or_fail(action: Action, running: Any) -> list[Event]:
    try:
        return await running
    except ActionExecutionRejection:
        raise
    except Exception as error:
        name, kind = action.name(), type(error).__name__
        # no traceback: the error's own words may quote what the person wrote
        logger.error("action_failed action=%s error=%s", name, kind)  # noqa: TRY400
        raise ActionFailed(name) from error
