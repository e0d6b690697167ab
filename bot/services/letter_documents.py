"""Is this file a letter of ours, as it was issued? Signature first, then the register."""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from domain.letter import Letter
from pdfs.signature_check import SignatureCheck, SignatureVerdict
from storage.letters import Letters


class Finding(StrEnum):
    """What was found out about a document."""

    AUTHENTIC = "authentic"
    AUTHENTIC_OF_FORMER_KEY = "authentic_of_former_key"
    UNREADABLE = "unreadable"
    NOT_SIGNED = "not_signed"
    CHANGED = "changed"
    SIGNED_BY_OTHERS = "signed_by_others"
    NOT_IN_REGISTER = "not_in_register"
    NOT_THE_ISSUED_DOCUMENT = "not_the_issued_document"


# a whole document is not in it, whoever signed it: the register must be asked
_SETTLED = {
    SignatureVerdict.UNREADABLE: Finding.UNREADABLE,
    SignatureVerdict.ABSENT: Finding.NOT_SIGNED,
    SignatureVerdict.BROKEN: Finding.CHANGED,
    SignatureVerdict.ALTERED: Finding.CHANGED,
}


@dataclass(frozen=True, slots=True)
class DocumentCheck:
    """The finding; and, if and only if it is authentic, the letter that the document is."""

    finding: Finding
    letter: Letter | None = None


def by_signature(check: SignatureCheck) -> DocumentCheck | None:
    """The finding if the signature alone settles it: then it is not authentic."""
    finding = _SETTLED.get(check.verdict)
    return DocumentCheck(finding) if finding else None


def by_register(pdf: bytes, check: SignatureCheck, letters: Letters) -> DocumentCheck:
    """
    The finding on a document that is whole, whoever signed it.

    The register has the last word: what is byte for byte the stored document is authentic even
    if the key that signed it has been replaced since.
    """
    is_ours = check.verdict is SignatureVerdict.GOOD
    letter = letters.find(check.folio) if check.folio else None
    if letter is not None and letter.file and letter.file.sha256 == sha256(pdf).hexdigest():
        former = Finding.AUTHENTIC_OF_FORMER_KEY
        return DocumentCheck(Finding.AUTHENTIC if is_ours else former, letter)
    if not is_ours:
        return DocumentCheck(Finding.SIGNED_BY_OTHERS)
    return DocumentCheck(Finding.NOT_THE_ISSUED_DOCUMENT if letter else Finding.NOT_IN_REGISTER)
