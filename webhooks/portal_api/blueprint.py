"""Puts the portal API together for a Flask application."""

from functools import cache
from typing import Any

from flask import Blueprint, Flask, Response, request
from werkzeug.exceptions import MethodNotAllowed, NotFound

from bot.bootstrap import Services
from webhooks.portal_api import letters, loans, merchants, register
from webhooks.portal_api.authentication import authenticate
from webhooks.portal_api.bodies import limit_body
from webhooks.portal_api.docs import documentation
from webhooks.portal_api.endpoints import register as route
from webhooks.portal_api.openapi import openapi_document
from webhooks.portal_api.problems import (
    ApiProblem,
    answer_http_error,
    answer_problem,
    register_problems,
)

PREFIX = "/api/v1"
ENDPOINTS = [
    endpoint
    for subject in (loans.endpoints, letters.endpoints, register.endpoints, merchants.endpoints)
    for endpoint in subject.declared
]


def add_portal_api(app: Flask, wired: Services) -> None:
    """`/api/v1`: its endpoints, each for those who carry a key, and its documentation for all."""
    app.register_blueprint(documentation(PREFIX, _document()))
    app.register_blueprint(portal_api(wired))


@cache
def _document() -> dict[str, Any]:
    """Made once for all applications of a process: it takes longer than all the rest of one."""
    return openapi_document(ENDPOINTS, PREFIX)


def portal_api(wired: Services) -> Blueprint:
    """Every endpoint behind one check of the key: none can be added outside of it."""
    blueprint = Blueprint("portal_api", __name__, url_prefix=PREFIX)

    limits = {f"{blueprint.name}.{each.view.__name__}": each.max_body_bytes for each in ENDPOINTS}

    @blueprint.before_request
    def admit() -> None:
        limit_body(limits[request.endpoint or ""])
        authenticate(wired)

    @blueprint.after_request
    def keep_to_the_caller(response: Response) -> Response:
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    @blueprint.before_app_request
    def answer_unrouted() -> Response | None:
        """What no endpoint is for: below our prefix a problem, and for strangers not even that."""
        error = request.routing_exception
        is_ours = request.path.startswith(f"{PREFIX}/")
        if not is_ours or not isinstance(error, (NotFound, MethodNotAllowed)):
            return None
        try:
            authenticate(wired)
        except ApiProblem as problem:
            return answer_problem(problem)
        return answer_http_error(error)

    register_problems(blueprint)
    route(blueprint, wired, ENDPOINTS)
    return blueprint
