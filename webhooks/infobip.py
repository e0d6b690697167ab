"""Infobip's webhooks: authenticate, parse, store, acknowledge - and nothing else."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, current_app, request
from werkzeug.exceptions import RequestEntityTooLarge

from bot.bootstrap import Services
from bot.infobip.errors import BadPayload
from bot.infobip.inbound import parse_messages
from bot.infobip.reports import parse_reports
from bot.logs import get_logger
from bot.services.receiving import NotStoredError
from webhooks.auth import WebhookAuth

MAX_BODY_BYTES = 4 * 1024 * 1024
RETRY_AFTER_SECONDS = "5"

Answer = tuple[dict[str, Any], int] | tuple[dict[str, Any], int, dict[str, str]]

log = get_logger()


def infobip_webhooks(auth: WebhookAuth) -> Blueprint:
    """The blueprint; every request to it must be one that `auth` accepts."""
    blueprint = Blueprint("infobip_webhooks", __name__, url_prefix="/webhooks/infobip")

    @blueprint.before_request
    def authenticate() -> Answer | None:
        # one byte more tells a body at the limit from one that was cut there
        request.max_content_length = MAX_BODY_BYTES + 1
        if auth.accepts(request):
            return None
        log.warning("webhook_unauthorized", path=request.path)
        return {"error": "unauthorized"}, HTTPStatus.UNAUTHORIZED

    blueprint.post("/inbound")(receive_inbound)
    blueprint.post("/reports")(receive_reports)
    blueprint.register_error_handler(BadPayload, answer_bad_payload)
    blueprint.register_error_handler(NotStoredError, answer_not_stored)
    blueprint.register_error_handler(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, answer_too_large)
    return blueprint


def receive_inbound() -> Answer:
    """Store messages; answering them is the inbox worker's job."""
    items = parse_messages(_body(), _services().clock.now())
    new = _services().receiving.accept_inbound(items)
    return {"received": len(items), "new": new}, HTTPStatus.OK


def receive_reports() -> Answer:
    """Apply delivery and seen reports and the other events."""
    items = parse_reports(_body())
    new = _services().receiving.accept_reports(items)
    return {"received": len(items), "new": new}, HTTPStatus.OK


def answer_bad_payload(error: BadPayload) -> Answer:
    """Not acknowledged, yet kept whole: an operator may have set a wrong format."""
    source = "inbound" if request.path.endswith("/inbound") else "report"
    log.error("webhook_unreadable", path=request.path, reason=error.reason)
    try:
        _services().receiving.keep_unreadable(source, request.get_data(), error.reason)
    except NotStoredError as not_stored:
        return answer_not_stored(not_stored)
    return {"error": "bad_payload", "reason": error.reason}, HTTPStatus.BAD_REQUEST


def answer_not_stored(_: NotStoredError) -> Answer:
    """Whoever posts must post again: nothing was taken."""
    log.error("webhook_not_stored", path=request.path)
    headers = {"Retry-After": RETRY_AFTER_SECONDS}
    return {"error": "unavailable"}, HTTPStatus.SERVICE_UNAVAILABLE, headers


def answer_too_large(_: Exception) -> Answer:
    log.error("webhook_too_large", path=request.path, size_bytes=request.content_length)
    return {"error": "too_large"}, HTTPStatus.REQUEST_ENTITY_TOO_LARGE


def _body() -> bytes:
    body = request.get_data()
    if len(body) > MAX_BODY_BYTES:
        raise RequestEntityTooLarge
    return body


def _services() -> Services:
    services: Services = current_app.extensions["fiado"]
    return services
