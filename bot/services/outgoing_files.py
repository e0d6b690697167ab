"""Files on their way to people: whether they are there yet, and where they can be fetched."""

from enum import StrEnum

from bot.services.media_links import MediaLinks
from domain.letter import FILE_PREFIX
from domain.message import FileReference
from storage.files import Files
from storage.letter_printing import LetterPrinting


class FileState(StrEnum):
    """stored: can be fetched. coming: is being printed. missing: is not, and will not be, there."""

    STORED = "stored"
    COMING = "coming"
    MISSING = "missing"


class OutgoingFiles:
    """What the sender and the door of files have to know about a file."""

    def __init__(self, files: Files, printing: LetterPrinting, links: MediaLinks) -> None:
        self._files = files
        self._printing = printing
        self._links = links

    def state(self, file_id: str) -> FileState:
        """Whether to send it, to wait for it, or to give it up."""
        if self._files.find(file_id) is not None:
            return FileState.STORED
        if self._is_coming(file_id):
            return FileState.COMING
        # printed between the two looks
        return FileState.MISSING if self._files.find(file_id) is None else FileState.STORED

    def link(self, file: FileReference) -> str:
        """A fresh address for one attempt to send it."""
        return self._links.url(file.file_id, file.file_name)

    def _is_coming(self, file_id: str) -> bool:
        folio = file_id.removeprefix(FILE_PREFIX)
        return folio != file_id and self._printing.awaits_printing(folio)
