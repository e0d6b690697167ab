"""The public page where anybody who holds a letter can see whether it is authentic."""

import base64
import hashlib
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil
from pathlib import Path

from flask import Blueprint, Response, make_response, render_template, request
from markupsafe import Markup

from bot.bootstrap import Services
from bot.logs import get_logger
from bot.services.letter_checks import CheckedLetter, TooManyTries
from domain.country import format_instant
from storage.errors import StorageError
from webhooks.verification_facts import letter_facts

# what is shown again of what was typed: no folio and no code is longer, however it is spaced
MAX_TYPED_CHARACTERS = 60
RETRY_AFTER_SECONDS = 30

# in the page itself, and allowed there by its hash: one request, and nothing else ever loads
STYLE = (Path(__file__).parent / "templates" / "verification" / "style.css").read_text()
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # the code stands in the address
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
}

log = get_logger()


def verification(wired: Services) -> Blueprint:
    """`/verificar` and `/verificar/<folio>?c=<code>`."""
    blueprint = Blueprint("verification", __name__, template_folder="templates")
    pages = Pages(wired)

    @blueprint.get("/verificar", strict_slashes=False)
    def ask() -> Response:
        """The form; and its answer, since a form without scripts can only fill in a query."""
        if {"folio", "c"}.isdisjoint(request.args):
            return pages.show("form")
        return answer(request.args.get("folio", ""))

    @blueprint.get("/verificar/<path:folio>")
    def answer(folio: str) -> Response:
        """What holds of the letter: the same for a wrong code, an unknown folio and nonsense."""
        code = request.args.get("c", "")
        try:
            checked = wired.letter_checks.check(folio, code, address=_neighbourhood())
        except TooManyTries as refusal:
            return pages.too_many_tries(refusal.retry_after_seconds)
        return pages.letter(checked) if checked else pages.not_found(folio, code)

    @blueprint.errorhandler(StorageError)
    def store_away(error: StorageError) -> Response:
        log.error("store_unavailable", error=type(error).__name__)
        return pages.sorry(503)

    @blueprint.errorhandler(Exception)
    def broken(error: Exception) -> Response:
        log.error("view_failed", exc_info=error)
        return pages.sorry(500)

    @blueprint.after_request
    def add_headers(response: Response) -> Response:
        response.headers.update(HEADERS)
        return response

    return blueprint


class Pages:
    """What a person sees, in the site's name."""

    def __init__(self, wired: Services) -> None:
        self._site = wired.site
        self._clock = wired.clock

    def show(self, name: str, status: int = 200, **facts: object) -> Response:
        """The page of that name."""
        site = self._site
        html = render_template(
            f"verification/{name}.html",
            site=site,
            issuer=site.issuer,
            style=Markup(STYLE),  # noqa: S704 - our own file
            checked_at=format_instant(self._clock.now(), site.zone, site.pack),
            **facts,
        )
        return make_response(html, status)

    def letter(self, checked: CheckedLetter) -> Response:
        return self.show("letter", letter=letter_facts(checked))

    def not_found(self, folio: str, code: str) -> Response:
        """404: a caller without eyes is told what the page tells a clerk."""
        typed = {"folio": folio[:MAX_TYPED_CHARACTERS], "code": code[:MAX_TYPED_CHARACTERS]}
        return self.show("not_found", 404, typed=typed)

    def too_many_tries(self, seconds: int) -> Response:
        return self._later(self.show("too_many_tries", 429, minutes=ceil(seconds / 60)), seconds)

    def sorry(self, status: int) -> Response:
        return self._later(self.show("unavailable", status), RETRY_AFTER_SECONDS)

    def _later(self, response: Response, seconds: int) -> Response:
        response.headers["Retry-After"] = str(seconds)
        return response


def _neighbourhood() -> str:
    """Whom to count as one: an address or, as one subscriber has 2^64 of them, its IPv6 network."""
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        return str(ip_network((address, 64), strict=False))
    return str(address)
