"""Calls to Infobip. Only the outbox worker sends messages; see errors for what can happen."""

from typing import Any

import requests
from urllib3.exceptions import NewConnectionError

from bot.infobip.errors import SendError, SendUnavailable, SendUnknown
from bot.infobip.outbound import WireRequest, mark_as_read_request, to_wire, typing_request
from bot.infobip.responses import SendResult, raise_failure, read_acceptance
from bot.infobip.session import AppKey, checked_base_url, open_session
from domain.message import OutboundMessage

SEND_TIMEOUTS = (3.0, 10.0)
COURTESY_TIMEOUTS = (1.0, 2.0)


class InfobipClient:
    """Infobip's API for one business number. Safe to share between threads."""

    def __init__(
        self,
        base_url: str,
        api_key: str,
        business_number: str,
        *,
        notify_url: str | None = None,
        pool_size: int = 16,
        timeouts: tuple[float, float] = SEND_TIMEOUTS,
    ) -> None:
        """`timeouts`: seconds to connect, seconds without an answer."""
        self._base_url = checked_base_url(base_url)
        self._key = AppKey(api_key)
        self._business_number = business_number
        self._notify_url = notify_url
        self._timeouts = timeouts
        self._session = open_session(pool_size)

    def send(self, message: OutboundMessage) -> SendResult:
        """
        Send once. SendRefused, SendUnavailable (try again), SendUnknown (wait) or Unauthorized.

        A message over a limit of the channel is refused before any call.
        """
        request = to_wire(message, self._notify_url)
        response = self._call(request, self._timeouts)
        return read_acceptance(response.content, message.message_id)

    def send_typing(self, to: str) -> bool:
        """Show `to` that an answer is coming; False if that failed, which nobody minds."""
        return self._try(typing_request(self._business_number, to))

    def mark_as_read(self, external_id: str) -> bool:
        """Turn the ticks of a contact's message blue; False if that failed."""
        return self._try(mark_as_read_request(self._business_number, external_id))

    def close(self) -> None:
        self._session.close()

    def _try(self, request: WireRequest) -> bool:
        try:
            self._call(request, COURTESY_TIMEOUTS)
        except SendError:
            return False
        return True

    def _call(self, request: WireRequest, timeouts: tuple[float, float]) -> requests.Response:
        response = self._exchange(request, timeouts)
        if not 200 <= response.status_code < 300:
            raise_failure(
                response.status_code, response.content, response.headers.get("Retry-After")
            )
        return response

    def _exchange(self, request: WireRequest, timeouts: tuple[float, float]) -> requests.Response:
        try:
            return self._session.request(
                request.method,
                self._base_url + request.path,
                json=request.body,
                auth=self._key,
                timeout=timeouts,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            name = type(error).__name__
            # the original carries the request and its key: it must not travel on
            failure = SendUnavailable(name) if _never_left(error) else SendUnknown(name)
        raise failure


def _never_left(error: requests.RequestException) -> bool:
    """Whether no connection was made, so that Infobip cannot have seen the message."""
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.SSLError):
        return True
    reason: Any = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, NewConnectionError)
