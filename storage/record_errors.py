"""What is wrong with a record, in one line for the person who made the file."""

import json
from typing import NamedTuple

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


class Complaint(NamedTuple):
    """What is wrong with one field, whose path has its parts joined by points; "": with all."""

    field: str
    message: str
    is_unknown_field: bool = False

    def __str__(self) -> str:
        # an unknown name is the sender's own text: quoted, so that it stays on one line
        if self.is_unknown_field:
            return f"{self.message} {json.dumps(self.field)}"
        return f"{self.field}: {self.message}" if self.field else self.message


class RecordError(Exception):
    """A record cannot be taken; the complaints name fields and ids, never other values."""

    def __init__(self, *complaints: Complaint | str) -> None:
        self.complaints = [
            each if isinstance(each, Complaint) else Complaint("", each) for each in complaints
        ]
        super().__init__(_in_one_line(self.complaints))


def record_error(error: ValidationError, *, tag_depth: int = 0) -> RecordError:
    """
    The complaints of `error` with the field each is about.

    `tag_depth` leading parts of each location are pydantic's own and left out.
    """
    details = error.errors(include_url=False, include_input=False)
    return RecordError(*(_complaint(detail, tag_depth) for detail in details))


def _in_one_line(complaints: list[Complaint]) -> str:
    told = [str(each) for each in complaints[:MAX_COMPLAINTS]]
    if len(complaints) > MAX_COMPLAINTS:
        told.append(f"and {len(complaints) - MAX_COMPLAINTS} more")
    return "; ".join(told)


def _complaint(detail: ErrorDetails, tag_depth: int) -> Complaint:
    message = _KNOWN.get(detail["type"]) or _message(detail)
    path = ".".join(str(part)[:MAX_NAME_CHARACTERS] for part in detail["loc"][tag_depth:])
    if detail["type"] == "extra_forbidden":
        return Complaint(path, message, is_unknown_field=True)
    return Complaint(path.replace("_minor", ""), message)


def _message(detail: ErrorDetails) -> str:
    context = detail.get("ctx", {})
    if detail["type"] == "union_tag_invalid":
        return f"unknown type, known are {context['expected_tags']}"
    if detail["type"] == "json_invalid":
        return f"not valid JSON: {context['error']}".replace("line 1 column", "column")
    if detail["type"] == "value_error":
        return str(context["error"])
    return detail["msg"].replace("Input should", "should")
