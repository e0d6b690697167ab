"""Checks an action server's answer with validators that are built once.

Rasa 3.6.21 calls `jsonschema.validate`, which checks the schema against its own meta-schema at
every call, and then tries each event on every kind of event: most of the time of a turn.
"""

from typing import Any

from jsonschema.exceptions import best_match
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.shared.utils.schemas.events import EVENT_SCHEMA

_SCHEMA = RemoteAction.action_response_format_spec()
_Validator = validator_for(_SCHEMA)
_Validator.check_schema(_SCHEMA)
_validator = _Validator(_SCHEMA)
_ANY_EVENT = {key: rule for key, rule in EVENT_SCHEMA.items() if key != "oneOf"}
_event_validators = {
    kind["properties"]["event"]["const"]: _Validator({**_ANY_EVENT, "allOf": [kind]})
    for kind in EVENT_SCHEMA["oneOf"]
}


def validate_action_result(_: RemoteAction, result: dict[str, Any]) -> bool:
    """True, or the same `ValidationError` that `jsonschema.validate` would raise."""
    if _is_plainly_valid(result):
        return True
    error = best_match(_validator.iter_errors(result))
    if error is not None:
        raise error
    return True


def _is_plainly_valid(result: Any) -> bool:
    """Judges each event by the one kind whose name it bears; False leaves it to the schema."""
    return (
        isinstance(result, dict)
        and isinstance(result.get("events", []), list)
        and isinstance(result.get("responses", []), list)
        and all(isinstance(response, dict) for response in result.get("responses", []))
        and all(_is_valid_event(event) for event in result.get("events", []))
    )


def _is_valid_event(event: Any) -> bool:
    if not isinstance(event, dict) or not isinstance(event.get("event"), str):
        return False
    validator = _event_validators.get(event["event"])
    return validator is not None and validator.is_valid(event)
