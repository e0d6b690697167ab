"""Which key letters are signed with, as the settings say."""

from datetime import datetime

from bot.logs import get_logger
from bot.settings import Settings
from pdfs.signing_key import (
    SELF_MADE_FILE,
    SigningKey,
    load_signing_key,
    read_signing_key,
    self_made_key,
)

log = get_logger()


def letter_signing_key(settings: Settings, legal_name: str, *, now: datetime) -> SigningKey:
    """
    The lender's own key, or the one made in the data directory; SigningKeyError if it is unusable.

    `now` is the machine's time: a bought certificate knows nothing of a shifted clock.
    """
    own = lenders_key(settings, now=now)
    if own is not None:
        return own
    if settings.is_production:
        # each machine makes its own, and no reader can tell whose it is
        log.warning("letters_signed_with_self_made_key")
    return self_made_key(settings.fiado_data_dir / SELF_MADE_FILE, legal_name)


def lenders_key(settings: Settings, *, now: datetime) -> SigningKey | None:
    """The key that the settings name; None if they name none. SigningKeyError if it is unusable."""
    file = settings.letter_signing_key_file
    return load_signing_key(file, _password(settings), now=now) if file else None


def own_certificates(settings: Settings) -> frozenset[bytes]:
    """Certificates (DER) that letters of ours may bear, one that has expired since too."""
    keys = []
    if settings.letter_signing_key_file is not None:
        keys.append(read_signing_key(settings.letter_signing_key_file, _password(settings)))
    self_made = settings.fiado_data_dir / SELF_MADE_FILE
    if self_made.exists():
        keys.append(read_signing_key(self_made, None))
    return frozenset(key.certificate for key in keys)


def _password(settings: Settings) -> str | None:
    password = settings.letter_signing_key_password
    return password.get_secret_value() if password else None
