"""Browser safety of the pages: a strict content policy, and no writes from other sites."""

from flask import Response, abort, request

SAFE_METHODS = {"GET", "HEAD"}
WRITE_HEADER = "X-Simulator"
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "media-src 'self' blob:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


def refuse_foreign_writes() -> None:
    """A header that no other site's form can send without asking first."""
    if request.method not in SAFE_METHODS and WRITE_HEADER not in request.headers:
        abort(403)


def add_safety_headers(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = CONTENT_POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response
