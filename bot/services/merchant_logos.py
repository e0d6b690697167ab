"""Logos of merchants: checked, redrawn, kept beside the merchant, and found for its letters."""

from hashlib import sha256
from threading import Lock

from bot.clock import Clock
from pdfs.errors import UnusableMerchantLogo
from pdfs.uploaded_logo import Logo, clean_logo
from storage.audit_log import AuditLog
from storage.errors import DamagedFileError
from storage.files import Files
from storage.merchants import Merchants

CONTENT_TYPE = "image/png"
FILE_NAME = "logo.png"
HASH_CHARACTERS = 16


class MerchantNotFoundError(Exception):
    """There is no merchant of that id."""


class MerchantLogos:
    """
    A merchant has one logo or none, whatever is imported of it later.

    A logo is stored under its content. One that was replaced stays stored: it may be the next one
    again, and a letter that is being printed may still want it.
    """

    def __init__(
        self, merchants: Merchants, files: Files, audit_log: AuditLog, clock: Clock
    ) -> None:
        self._merchants = merchants
        self._files = files
        self._audit_log = audit_log
        self._clock = clock
        # a large picture takes 80 MB while it is redrawn
        self._one_at_a_time = Lock()

    def put(self, merchant_id: str, file: bytes, *, actor: str) -> tuple[Logo, bool]:
        """
        Make what the file shows the merchant's logo; whether it had none before.

        MerchantNotFoundError; UnacceptableLogo says why a file cannot be one.
        """
        self._refuse_unknown(merchant_id)
        with self._one_at_a_time:
            logo = clean_logo(file)
        file_id = f"merchant-logo:{merchant_id}:{sha256(logo.png).hexdigest()[:HASH_CHARACTERS]}"
        self._files.put_once(file_id, logo.png, name=FILE_NAME, content_type=CONTENT_TYPE)
        return logo, self._change(merchant_id, file_id, actor) is None

    def remove(self, merchant_id: str, *, actor: str) -> None:
        """Letters come without one from now on; MerchantNotFoundError."""
        self._change(merchant_id, None, actor)

    def find(self, merchant_id: str) -> bytes | None:
        """The logo as a PNG; UnusableMerchantLogo if it is named but not to be had."""
        merchant = self._merchants.find(merchant_id)
        if merchant is None or merchant.logo_file_id is None:
            return None
        try:
            found = self._files.open(merchant.logo_file_id)
            if found is None:
                raise UnusableMerchantLogo
            with found.stream:
                return found.stream.read()
        except DamagedFileError:
            raise UnusableMerchantLogo from None

    def _refuse_unknown(self, merchant_id: str) -> None:
        if not self._merchants.existing([merchant_id]):
            raise MerchantNotFoundError(merchant_id)

    def _change(self, merchant_id: str, file_id: str | None, actor: str) -> str | None:
        """Name that file; the one named before."""
        before = self._merchants.set_logo(merchant_id, file_id)
        if before is None:
            raise MerchantNotFoundError(merchant_id)
        if before.logo_file_id != file_id:
            act = "merchant_logo_removed" if file_id is None else "merchant_logo_set"
            self._audit_log.add(actor=actor, act=act, subject=merchant_id, at=self._clock.now())
        return before.logo_file_id
