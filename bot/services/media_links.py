"""Links to files of ours: signed, for one name, and for a while only."""

from datetime import timedelta
from hashlib import sha256
from urllib.parse import quote

from itsdangerous import BadData, URLSafeSerializer

from bot.clock import Clock

SALT = "media link"
LASTS = timedelta(hours=1)


class MediaLinks:
    """
    Makes `<base>/media/<token>/<name>` and reads it back.

    The token holds which file and until when, in business time. It is good for that name alone.
    """

    def __init__(self, secret: str, base_url: str, clock: Clock) -> None:
        self._serializer = URLSafeSerializer(secret, signer_kwargs={"digest_method": sha256})
        self._base_url = base_url
        self._clock = clock

    def url(self, file_id: str, name: str, *, lasts: timedelta = LASTS) -> str:
        """Where anybody who is given it can fetch the file, until it expires."""
        until = int((self._clock.now() + lasts).timestamp())
        token = self._serializer.dumps([file_id, until], salt=_salt(name))
        return f"{self._base_url}/media/{token!s}/{quote(name, safe='')}"

    def read(self, token: str, name: str) -> str | None:
        """The file's id; None if the token is not ours, altered, too old, or for another name."""
        try:
            file_id, until = self._serializer.loads(
                token.encode(errors="replace"), salt=_salt(name)
            )
        except BadData:
            return None
        return str(file_id) if self._clock.now().timestamp() < until else None


def _salt(name: str) -> bytes:
    return f"{SALT}|{name}".encode(errors="surrogatepass")
