"""The press of a worker process, made as site and settings say."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from bot.bootstrap import Services
from bot.logs import get_logger
from bot.signing_key import letter_signing_key
from bot.site import DEFAULT_SITE_FILE
from bot.workers.document_worker import Printer
from pdfs.errors import PressError
from pdfs.letter_signer import LetterSigner
from pdfs.press import Press
from pdfs.signing_key import SigningKeyError
from storage.mongod_guardian import die_with

log = get_logger()


class NoPress:
    """Stands where no press can be: chats go on, and each letter says why it is not printed."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def print_letter(self, *_: object, **__: object) -> bytes:
        """PressError, always."""
        raise PressError(self._reason)


@contextmanager
def open_press(wired: Services) -> Iterator[Printer]:
    """
    A press that is being warmed, and closed in the end.

    To be called where the process ends: the press dies with the thread that starts it.
    """
    try:
        press = _press(wired)
    except (SigningKeyError, OSError) as error:
        log.critical("no_letters_can_be_printed", reason=str(error))
        yield NoPress(str(error))
        return
    with press:
        press.warm()
        yield press


def _press(wired: Services) -> Press:
    key = letter_signing_key(wired.settings, wired.site.legal_name, now=wired.clock.machine_now())
    return Press(
        LetterSigner(key),
        logo=_logo(wired),
        initializer=partial(die_with, os.getpid(), signal.SIGKILL),
    )


def _logo(wired: Services) -> bytes | None:
    logo = wired.site.issuer_facts.logo
    folder = (wired.settings.site_file or DEFAULT_SITE_FILE).parent
    return (folder / logo).read_bytes() if logo else None
