"""Webhook calls from the fake Infobip to the service, with a provider's bounded retries."""

import json
from collections.abc import Callable
from threading import local
from time import monotonic
from typing import Any

import requests

from webhooks.simulator.config import SimulatorConfig
from webhooks.simulator.timed_queue import TimedQueue
from webhooks.simulator.wire_log import Direction, WireLog

INBOUND_PATH = "/webhooks/infobip/inbound"
REPORTS_PATH = "/webhooks/infobip/reports"
TIMEOUT_SECONDS = (2, 10)
MAX_ANSWER_CHARACTERS = 2000


class Deliveries:
    """Posts bodies to the service: a 5xx or no answer is tried again, anything else is final."""

    def __init__(self, config: SimulatorConfig, log: WireLog) -> None:
        self._config = config
        self._log = log
        self._queue = TimedQueue("simulator-webhooks")
        self._sessions = local()

    def post(
        self,
        path: str,
        body: dict[str, Any],
        *,
        key: str,
        delay_seconds: float = 0.0,
        on_end: Callable[[bool], None] | None = None,
    ) -> None:
        """Post `body` later; bodies of one `key` in order. `on_end` hears whether it was taken."""

        def end(*, is_accepted: bool) -> None:
            if on_end is not None:
                on_end(is_accepted)

        def attempt(number: int) -> None:
            status = self._attempt(path, body)
            if status is not None and status < 500:
                end(is_accepted=200 <= status < 300)
            elif number < len(self._config.pace.retry_seconds):
                wait = self._config.pace.retry_seconds[number]
                self._queue.add(key, lambda: attempt(number + 1), wait)
            else:
                end(is_accepted=False)

        if self._config.service_url is not None:
            self._queue.add(key, lambda: attempt(0), delay_seconds)

    def close(self) -> None:
        self._queue.close()

    def _attempt(self, path: str, body: dict[str, Any]) -> int | None:
        data = json.dumps(body, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json"} | self._config.webhook_auth.headers_for(data)
        started = monotonic()
        status, answer = None, None
        try:
            response = self._session().post(
                f"{self._config.service_url}{path}",
                data=data,
                headers=headers,
                timeout=TIMEOUT_SECONDS,
                allow_redirects=False,
            )
            status, answer = response.status_code, response.text[:MAX_ANSWER_CHARACTERS]
        except requests.RequestException as error:
            answer = type(error).__name__
        self._log.add(
            at=self._config.clock(),
            direction=Direction.TO_SERVICE,
            method="POST",
            path=path,
            body=body,
            status=status,
            answer=answer,
            milliseconds=(monotonic() - started) * 1000,
        )
        return status

    def _session(self) -> requests.Session:
        if not hasattr(self._sessions, "session"):
            self._sessions.session = requests.Session()
            # the machine's proxy is not between Infobip and us
            self._sessions.session.trust_env = False
        session: requests.Session = self._sessions.session
        return session
