"""`Idempotency-Key`: a write that is asked for again is answered again, and done once."""

import re
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from uuid import uuid4

from flask import Response, current_app, make_response, request

from bot.bootstrap import Services
from domain.api_key import ApiKey
from storage.idempotency import Claim, KeyInUseError, KeyReusedError, StoredAnswer
from webhooks.portal_api.bodies import body_bytes
from webhooks.portal_api.problems import ApiProblem, come_back

HEADER = "Idempotency-Key"
MAX_KEY_CHARACTERS = 255
LEASE = timedelta(seconds=30)
"""Longer than any request takes: after it, whoever worked on the key must have died."""
RETRY_AFTER_SECONDS = 2

_KEY = re.compile(rf"[\x20-\x7e]{{1,{MAX_KEY_CHARACTERS}}}")
_MADE_ANEW = {"content-length", "date"}


def answered_once(
    wired: Services,
    caller: ApiKey,
    work: Callable[[str], Response],
    renew: Callable[[Response], Response],
) -> Response:
    """
    The answer of `work`, which is given a cause id: that of the first such request, if repeated.

    `renew` makes it fit to be given again. An answer that blames us (5xx) is not kept: the same
    request may try again.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return _attempt(work, f"api:{uuid4().hex}")
    if not _KEY.fullmatch(key):
        raise ApiProblem(
            400,
            "bad_idempotency_key",
            f"{HEADER} cannot be used",
            f"1 to {MAX_KEY_CHARACTERS} printable ASCII characters",
        )
    claim = _claim(wired, _digest(caller.prefix, key))
    if isinstance(claim, StoredAnswer):
        return renew(_given_before(claim))
    response = _attempt(work, claim.cause_id)
    if response.status_code >= 500:
        wired.idempotency.release(claim)
    else:
        wired.idempotency.finish(claim, _kept(response))
    return response


def _attempt(work: Callable[[str], Response], cause_id: str) -> Response:
    """The answer, also where it is a refusal: that is kept like others."""
    try:
        return work(cause_id)
    except Exception as error:  # noqa: BLE001 - Flask finds the handler, the last resort included
        return make_response(current_app.handle_user_exception(error))


def _claim(wired: Services, key_id: str) -> Claim | StoredAnswer:
    request_hash = _digest(request.method, request.full_path, body_bytes())
    now = wired.clock.machine_now()
    try:
        return wired.idempotency.claim(key_id, request_hash, now=now, lease=LEASE)
    except KeyReusedError:
        raise ApiProblem(
            422, "idempotency_key_reused", f"{HEADER} came before with another request"
        ) from None
    except KeyInUseError:
        title = f"The first request with this {HEADER} is not answered yet"
        raise come_back("idempotency_key_in_use", title, RETRY_AFTER_SECONDS, status=409) from None


def _kept(response: Response) -> StoredAnswer:
    headers = [(name, value) for name, value in response.headers if name.lower() not in _MADE_ANEW]
    return StoredAnswer(response.status_code, headers, response.get_data())


def _given_before(answer: StoredAnswer) -> Response:
    response = Response(answer.body, status=answer.status)
    # no content type where there was none
    response.headers.clear()
    response.headers.extend(answer.headers)
    return response


def _digest(*parts: str | bytes) -> str:
    """One hash over all the parts, each told from the next."""
    hashes = (sha256(part if isinstance(part, bytes) else part.encode()).digest() for part in parts)
    return sha256(b"".join(hashes)).hexdigest()
