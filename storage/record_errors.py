"""What is wrong with a record, in one line for the person who made the file."""

import json

from pydantic import ValidationError
from pydantic_core import ErrorDetails

MAX_COMPLAINTS = 3
MAX_NAME_CHARACTERS = 40

_KNOWN = {
    "dict_type": "not a JSON object",
    "missing": "is missing",
    "extra_forbidden": "unknown field",
    "union_tag_not_found": '"type" is missing',
    "string_type": "must be a string",
    "string_pattern_mismatch": "has characters that are not allowed here",
    "date_type": "must be a string",
    "datetime_type": "must be a string",
    "list_type": "must be a list",
    "timezone_aware": "must have an offset from UTC",
}


class RecordError(Exception):
    """A record cannot be taken; the message names fields and ids, never other values."""


def record_error(error: ValidationError, *, tag_depth: int = 0) -> RecordError:
    """
    The first complaints of `error` with the field each is about.

    `tag_depth` leading parts of each location are pydantic's own and left out.
    """
    details = error.errors(include_url=False, include_input=False)
    complaints = [_complaint(detail, tag_depth) for detail in details[:MAX_COMPLAINTS]]
    if len(details) > MAX_COMPLAINTS:
        complaints.append(f"and {len(details) - MAX_COMPLAINTS} more")
    return RecordError("; ".join(complaints))


def _complaint(detail: ErrorDetails, tag_depth: int) -> str:
    message = _KNOWN.get(detail["type"]) or _message(detail)
    # an unknown name is the file's own text: cut, and quoted so that it stays on one line
    path = ".".join(str(part)[:MAX_NAME_CHARACTERS] for part in detail["loc"][tag_depth:])
    if detail["type"] == "extra_forbidden":
        return f"{message} {json.dumps(path)}"
    return f"{path.replace('_minor', '')}: {message}" if path else message


def _message(detail: ErrorDetails) -> str:
    context = detail.get("ctx", {})
    if detail["type"] == "union_tag_invalid":
        return f"unknown type, known are {context['expected_tags']}"
    if detail["type"] == "json_invalid":
        return f"not valid JSON: {context['error']}".replace("line 1 column", "column")
    if detail["type"] == "value_error":
        return str(context["error"])
    return detail["msg"].replace("Input should", "should")
