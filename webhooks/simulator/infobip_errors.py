"""Infobip's two shapes of error, and a connection that breaks before the answer is whole."""

from collections.abc import Iterator
from typing import Any

from flask import Response, jsonify, request

from webhooks.simulator.limits.checks import Violations

RETRY_AFTER_SECONDS = "1"
SERVICE_EXCEPTIONS = {
    400: ("BAD_REQUEST", "Bad request"),
    401: ("UNAUTHORIZED", "Unauthorized"),
    404: ("NOT_FOUND", "Not found"),
    409: ("CONFLICT", "Conflict"),
    429: ("TOO_MANY_REQUESTS", "Too many requests"),
    500: ("GENERAL_ERROR", "Something went wrong. Please contact support."),
}
API_ERRORS = {
    400: ("Request cannot be processed.", "Check the syntax, violations and adjust the request."),
    401: (
        "The request lacks valid authentication credentials for the requested resource.",
        "Check the resources and adjust authentication credentials.",
    ),
}


def error_response(status: int, found: Violations | None = None) -> Response:
    """An error in the shape of the endpoint that is being called."""
    is_event = request.path.endswith("/whatsapp/1/events")
    response = jsonify(_api_error(status, found) if is_event else _service_error(status, found))
    response.status_code = status
    if status == 429:
        response.headers["Retry-After"] = RETRY_AFTER_SECONDS
    return response


def break_connection(response: Response) -> Response:
    """An answer that promises more bytes than ever arrive: the caller can't tell what happened."""
    length = response.content_length or 0
    broken = Response(_cut_off(response.get_data()), status=response.status_code)
    broken.headers["Content-Type"] = "application/json"
    broken.headers["Content-Length"] = str(length + 1024)
    return broken


def _cut_off(data: bytes) -> Iterator[bytes]:
    yield data[: len(data) // 2]
    raise ConnectionAbortedError("dropped on request")


def _service_error(status: int, found: Violations | None) -> dict[str, Any]:
    code, text = SERVICE_EXCEPTIONS[status]
    exception: dict[str, Any] = {"messageId": code, "text": text}
    if found:
        exception["validationErrors"] = found
    return {"requestError": {"serviceException": exception}}


def _api_error(status: int, found: Violations | None) -> dict[str, Any]:
    description, action = API_ERRORS[status]
    violations = [
        {"property": path, "violation": text}
        for path, texts in (found or {}).items()
        for text in texts
    ]
    return {
        "errorCode": f"E{status}",
        "description": description,
        "action": action,
        "violations": violations,
        "resources": [],
    }
