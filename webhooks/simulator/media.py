"""Files that the service points at: found in a message, downloaded and judged as WhatsApp would."""

from typing import Any

import requests

from webhooks.simulator.faults import MEDIA_UNREACHABLE, MEDIA_UNSUPPORTED, ReportedFailure
from webhooks.simulator.store import StoredFile

FETCH_TIMEOUT_SECONDS = (2, 10)
MEGABYTE = 1024 * 1024
MEDIA_LIMITS: dict[str, tuple[int, tuple[str, ...]]] = {
    "image": (5 * MEGABYTE, ("image/jpeg", "image/png")),
    "video": (16 * MEGABYTE, ("video/mp4", "video/3gpp")),
    "audio": (16 * MEGABYTE, ("audio/",)),
    "sticker": (512_000, ("image/webp",)),
    "document": (100 * MEGABYTE, ("",)),
}
"""Most bytes, and accepted starts of the content type, of each kind of file."""


class MediaNotUsableError(Exception):
    """A file that we pointed at cannot reach the phone; `failure` says why."""

    def __init__(self, failure: ReportedFailure) -> None:
        super().__init__(failure.name)
        self.failure = failure


def file_reference(kind: str, content: dict[str, Any]) -> tuple[str, str, str] | None:
    """Kind, address and name of the file that `content` points at, if it points at one."""
    header = content.get("header") or content.get("templateData", {}).get("header") or {}
    holder = content if "mediaUrl" in content else header
    if "mediaUrl" not in holder:
        return None
    file_kind = kind if holder is content else header["type"].lower()
    url = holder["mediaUrl"]
    return file_kind, url, holder.get("filename") or url.split("?")[0].rsplit("/", 1)[-1]


def fetch_media(kind: str, url: str, name: str) -> StoredFile:
    """Download as WhatsApp would; MediaNotUsableError: unreachable, too large, a wrong type."""
    most_bytes, content_types = MEDIA_LIMITS.get(kind, MEDIA_LIMITS["document"])
    try:
        with requests.get(url, timeout=FETCH_TIMEOUT_SECONDS, stream=True) as response:
            response.raise_for_status()
            data = bytearray()
            for chunk in response.iter_content(64 * 1024):
                data += chunk
                if len(data) > most_bytes:
                    raise MediaNotUsableError(MEDIA_UNSUPPORTED)
            content_type = response.headers.get("Content-Type", "").split(";")[0].strip().lower()
    except requests.RequestException as error:
        raise MediaNotUsableError(MEDIA_UNREACHABLE) from error
    if not content_type.startswith(content_types):
        raise MediaNotUsableError(MEDIA_UNSUPPORTED)
    return StoredFile(name=name, content_type=content_type, data=bytes(data))
