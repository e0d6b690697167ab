"""Fetching files that contacts sent. Their addresses come from outside: nothing is trusted."""

import ipaddress
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from urllib.parse import SplitResult, urlsplit

import filetype
import requests

from bot.infobip.errors import MediaGone, MediaNotAllowed, MediaTooLarge, MediaUnavailable
from bot.infobip.session import AppKey, checked_base_url, open_session

SHARED_ORIGIN = ("https", "api.infobip.com", 443)
DEFAULT_PORTS = {"https": 443, "http": 80}
MEDIA_PATH = re.compile(r"/whatsapp/1/senders/[0-9A-Za-z]{1,24}/media/[0-9A-Za-z_-]{1,200}")
MAX_BYTES = 16 * 1024 * 1024
CHUNK_BYTES = 64 * 1024
TIMEOUTS = (3.0, 10.0)
MAX_SECONDS = 60.0
GONE = {404, 410}
REDIRECTS = {301, 302, 303, 307, 308}
UNKNOWN_TYPE = "application/octet-stream"


@dataclass(frozen=True)
class MediaFile:
    """A fetched file; `mime_type` is what its bytes say, not what anybody declared."""

    content: bytes
    mime_type: str


def is_public_host(host: str) -> bool:
    """Whether every address of `host` is on the public internet."""
    try:
        found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    return bool(found) and all(ipaddress.ip_address(one[4][0]).is_global for one in found)


class InboundMedia:
    """Files of contacts, from Infobip alone. Safe to share between threads."""

    def __init__(
        self,
        base_url: str,
        api_key: str,
        *,
        max_bytes: int = MAX_BYTES,
        pool_size: int = 4,
        session: requests.Session | None = None,
        may_redirect_to: Callable[[str], bool] = is_public_host,
    ) -> None:
        self._base_url = checked_base_url(base_url)
        self._key = AppKey(api_key)
        self._max_bytes = max_bytes
        self._session = session or open_session(pool_size)
        self._may_redirect_to = may_redirect_to

    def fetch(self, url: str) -> MediaFile:
        """The file at `url`; MediaNotAllowed, MediaGone, MediaTooLarge or MediaUnavailable."""
        path = self._allowed_path(url)
        deadline = monotonic() + MAX_SECONDS
        try:
            with self._get(self._base_url + path, auth=self._key) as response:
                if response.status_code not in REDIRECTS:
                    return self._read(response, deadline)
                target = self._allowed_redirect(response.headers.get("Location", ""))
            with self._get(target) as response:
                return self._read(response, deadline)
        except requests.RequestException as error:
            name = type(error).__name__
        raise MediaUnavailable(name)

    def _allowed_path(self, url: str) -> str:
        """The media path, if `url` is one of Infobip's; it is fetched from our own base URL."""
        parts, own = _split(url), _split(self._base_url)
        is_own = _origin(parts) == _origin(own)
        if not (is_own or _origin(parts) == SHARED_ORIGIN) or parts.query or parts.fragment:
            raise MediaNotAllowed("not an address of Infobip")
        path = parts.path.removeprefix(own.path) if is_own else parts.path
        if not MEDIA_PATH.fullmatch(path):
            raise MediaNotAllowed("not a media path")
        return path

    def _allowed_redirect(self, location: str) -> str:
        """Where Infobip keeps the file: fetched without the key, so it must only be public."""
        parts = _split(location)
        scheme, host, _ = _origin(parts)
        if scheme != "https" or not host or not self._may_redirect_to(host):
            raise MediaNotAllowed("redirected to an address that is not public")
        return location

    def _get(self, url: str, auth: AppKey | None = None) -> requests.Response:
        # unpacking would let a small answer grow beyond any size
        return self._session.get(
            url,
            auth=auth,
            headers={"Accept-Encoding": "identity"},
            timeout=TIMEOUTS,
            allow_redirects=False,
            stream=True,
        )

    def _read(self, response: requests.Response, deadline: float) -> MediaFile:
        if response.status_code in GONE:
            raise MediaGone(f"http_{response.status_code}")
        if response.status_code != 200:
            raise MediaUnavailable(f"http_{response.status_code}")
        content = bytearray()
        for chunk in response.iter_content(CHUNK_BYTES):
            content += chunk
            if len(content) > self._max_bytes:
                raise MediaTooLarge(f"more than {self._max_bytes} bytes")
            if monotonic() > deadline:
                raise MediaUnavailable("too slow")
        kind = filetype.guess(content)
        return MediaFile(bytes(content), kind.mime if kind else UNKNOWN_TYPE)


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
    except ValueError:
        raise MediaNotAllowed("not an address") from None
    if parts.username is not None or parts.password is not None:
        raise MediaNotAllowed("an address with credentials")
    return parts


def _origin(parts: SplitResult) -> tuple[str, str, int | None]:
    try:
        port = parts.port
    except ValueError:
        raise MediaNotAllowed("not an address") from None
    return parts.scheme, parts.hostname or "", port or DEFAULT_PORTS.get(parts.scheme)
