"""Reading what a request brings: JSON without second meanings, files, queries without strangers."""

import json
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import g, request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import RequestEntityTooLarge

from storage.record_errors import Complaint, record_error
from webhooks.portal_api.problems import ApiProblem, invalid

MAX_BODY_BYTES = 512 * 1024
MAX_DEPTH = 16
JSON_TYPE = "application/json"

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Upload:
    """A body that is a file: of which media types, and how many bytes it may have."""

    media_types: tuple[str, ...]
    max_bytes: int


class _NotOurJson(ValueError):
    """Legal for some readers, and read differently by others."""


def read_body(model: type[Model]) -> Model:
    """
    The request's JSON as `model`.

    415 for another content type, 400 for what is no JSON or could be read in two ways (a name
    twice, NaN, deep nesting), 422 for what the model refuses, unknown fields among it.
    """
    if request.mimetype != JSON_TYPE:
        raise unsupported_media_type(JSON_TYPE)
    body = body_bytes()
    _refuse_ambiguous(body)
    try:
        return model.model_validate_json(body, strict=True)
    except ValidationError as error:
        if error.errors(include_url=False, include_input=False)[0]["type"] == "json_invalid":
            raise _unreadable("not valid JSON") from None
        raise record_error(error) from None


def read_file(upload: Upload) -> bytes:
    """The body as it came; 415 for another content type. What it holds is still to be seen."""
    if request.mimetype not in upload.media_types:
        raise unsupported_media_type(*upload.media_types)
    return body_bytes()


def unsupported_media_type(*media_types: str) -> ApiProblem:
    """The body is not one of these."""
    title = f"The body must be {' or '.join(media_types)}"
    return ApiProblem(415, "unsupported_media_type", title)


def limit_body(max_bytes: int) -> None:
    """Read no more of this request than it may have."""
    g.max_body_bytes = max_bytes
    # one byte more tells a body at the limit from one without a length that was cut there
    request.max_content_length = max_bytes + 1


def body_bytes() -> bytes:
    """The body as it came; 413 if it is too large."""
    body = request.get_data()
    if len(body) > g.max_body_bytes:
        raise RequestEntityTooLarge
    return body


def read_query(model: type[Model]) -> Model:
    """The query parameters as `model`; each may be given once, and no others."""
    twice = [name for name, values in request.args.lists() if len(values) > 1]
    if twice:
        raise invalid([Complaint(name, "is given more than once") for name in twice])
    try:
        return model.model_validate(request.args.to_dict())
    except ValidationError as error:
        raise record_error(error) from None


def refuse_query() -> None:
    """422 if there is any query parameter, where none is known."""
    if request.args:
        raise invalid([Complaint(name, "unknown parameter") for name in request.args])


def _refuse_ambiguous(body: bytes) -> None:
    try:
        parsed = json.loads(
            body.decode(), object_pairs_hook=_each_name_once, parse_constant=_refuse_constant
        )
    except _NotOurJson as error:
        raise _unreadable(str(error)) from None
    except (ValueError, RecursionError):
        raise _unreadable("not valid JSON") from None
    if not isinstance(parsed, dict):
        raise _unreadable("not a JSON object")
    if _depth(parsed) > MAX_DEPTH:
        raise _unreadable(f"nested deeper than {MAX_DEPTH} levels")


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = dict(pairs)
    if len(names) != len(pairs):
        raise _NotOurJson("a name stands twice in one object")
    return names


def _refuse_constant(_: str) -> Any:
    raise _NotOurJson("NaN and Infinity are not JSON")


def _depth(parsed: Any) -> int:
    """Levels of nesting, counted level by level: a deep body must not exhaust the stack."""
    level, depth = [parsed], 0
    while level := [each for each in level if isinstance(each, dict | list)]:
        depth += 1
        level = [
            part for each in level for part in (each.values() if isinstance(each, dict) else each)
        ]
    return depth


def _unreadable(detail: str) -> ApiProblem:
    return ApiProblem(400, "bad_request", "The body cannot be read", detail)
