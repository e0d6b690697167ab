"""HTTP to Infobip: one pool of connections, and a key that nothing ever prints."""

from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase


class AppKey(AuthBase):
    """Puts the API key on a request. Nothing else holds the key."""

    def __init__(self, api_key: str) -> None:
        if not api_key or not api_key.isascii() or not api_key.isprintable() or " " in api_key:
            raise ValueError("the Infobip API key is empty or holds characters no header can carry")
        self._header = f"App {api_key}"

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = self._header
        return request

    def __repr__(self) -> str:
        return "AppKey(...)"


def open_session(pool_size: int) -> requests.Session:
    """A session for `pool_size` threads that retries nothing and reads no environment."""
    session = requests.Session()
    # proxies, .netrc and certificates of the machine must not change where the key goes
    session.trust_env = False
    adapter = HTTPAdapter(pool_connections=2, pool_maxsize=pool_size, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def checked_base_url(base_url: str) -> str:
    """The base URL without a trailing slash; ValueError if no request could go there."""
    parts = urlsplit(base_url)
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise ValueError("the Infobip base URL must be like https://abc123.api.infobip.com")
    return base_url.rstrip("/")
