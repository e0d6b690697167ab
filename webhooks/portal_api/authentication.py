"""Who calls: a key in `Authorization: Bearer`, and whether its scope covers the endpoint."""

from collections.abc import Collection

from flask import g, request

from bot.bootstrap import Services
from bot.logs import get_logger
from domain.api_key import ApiKey, Scope
from webhooks.portal_api.problems import ApiProblem

READERS = frozenset({Scope.PORTAL, Scope.AGENT})
WRITERS = frozenset({Scope.PORTAL, Scope.AGENT, Scope.INGEST})
PORTALS = frozenset({Scope.PORTAL})
AGENTS = frozenset({Scope.AGENT})

log = get_logger()


def authenticate(wired: Services) -> None:
    """Remember whose request this is; 401 unless it carries a key in force."""
    given = request.authorization
    text = given.token if given is not None and given.type == "bearer" else None
    key = wired.api_keys.recognise(text) if text else None
    if key is None:
        log.warning("api_unauthorized", reason="no key" if text is None else "wrong key")
        challenge = 'Bearer realm="portal"' + (', error="invalid_token"' if text else "")
        raise ApiProblem(
            401,
            "unauthorized",
            "A key in force is needed",
            "Authorization: Bearer KEY",
            headers={"WWW-Authenticate": challenge},
        )
    g.api_key = key


def caller() -> ApiKey:
    """The key that this request came with."""
    key: ApiKey = g.api_key
    return key


def refuse_unless_in_scope(scopes: Collection[Scope]) -> None:
    """403 if the caller's key is not for this."""
    if caller().scope not in scopes:
        needed = ", ".join(sorted(scopes))
        log.warning("api_forbidden", name=caller().actor)
        raise ApiProblem(
            403,
            "forbidden",
            "The key is not for this",
            f"its scope is {caller().scope}, needed is one of: {needed}",
            headers={"WWW-Authenticate": 'Bearer realm="portal", error="insufficient_scope"'},
        )
