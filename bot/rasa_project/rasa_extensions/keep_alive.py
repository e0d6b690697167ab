"""Keeps connections to the action server open; Rasa 3.6.21 opens a session for every call."""

import asyncio

import aiohttp
from rasa.utils.endpoints import EndpointConfig

# below the five seconds after which the action server closes an idle connection
IDLE_SECONDS = 3.0
MOST_CONNECTIONS = 100


class KeptSession:
    """Lends a session to `async with` without closing it afterwards."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self.session = session

    async def __aenter__(self) -> aiohttp.ClientSession:
        return self.session

    async def __aexit__(self, *_: object) -> None:
        return None


def kept_session(endpoint: EndpointConfig) -> KeptSession:
    """The endpoint's one session in this event loop; replaces `EndpointConfig.session`."""
    loop = asyncio.get_running_loop()
    kept: tuple[asyncio.AbstractEventLoop, KeptSession] | None
    kept = getattr(endpoint, "kept_session", None)
    if kept is None or kept[0] is not loop or kept[1].session.closed:
        kept = (loop, KeptSession(_open(endpoint)))
        endpoint.kept_session = kept
    return kept[1]


def _open(endpoint: EndpointConfig) -> aiohttp.ClientSession:
    auth = endpoint.basic_auth
    return aiohttp.ClientSession(
        headers=endpoint.headers,
        auth=aiohttp.BasicAuth(auth["username"], auth["password"]) if auth else None,
        connector=aiohttp.TCPConnector(limit=MOST_CONNECTIONS, keepalive_timeout=IDLE_SECONDS),
    )
