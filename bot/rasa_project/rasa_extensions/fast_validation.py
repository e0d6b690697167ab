"""Checks an action server's answer with a validator that is built once.

Rasa 3.6.21 calls `jsonschema.validate`, which checks the schema against its own meta-schema at
every call: most of the time of a turn with an action.
"""

from typing import Any, Dict

from jsonschema.exceptions import best_match
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction

_SCHEMA = RemoteAction.action_response_format_spec()
_Validator = validator_for(_SCHEMA)
_Validator.check_schema(_SCHEMA)
_validator = _Validator(_SCHEMA)


def validate_action_result(_: RemoteAction, result: Dict[str, Any]) -> bool:
    """True, or the same `ValidationError` that `jsonschema.validate` would raise."""
    error = best_match(_validator.iter_errors(result))
    if error is not None:
        raise error
    return True
