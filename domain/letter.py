"""A letter the lender stands behind: its number, its secret, and whether it still holds."""

import re
import unicodedata
from datetime import date
from enum import StrEnum
from hashlib import blake2s

from pydantic import AwareDatetime, Field

from domain.errors import DomainError
from domain.fields import DomainModel, Identifier
from domain.letter_content import AnyLetterContent, LetterKind

MAX_ADDRESSEE_CHARACTERS = 80
SHORTEST_ADDRESSEE = 2
FILE_PREFIX = "letter:"

# no 0 1 I L O U: what a clerk types from paper cannot be misread
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_CHARACTERS = 16

# differs from one issue to the next whatever the letter says
OF_ONE_ISSUE = {"folio", "code", "verify_url", "issued_at"}

_MARKUP = re.compile(r"<[^<>]*>")
_FOLIO = re.compile(r"[A-Z]{2}-[A-Z]{2}-[0-9]{4}-[0-9]{6,9}")


class LetterState(StrEnum):
    """What a reader of the paper is told about it today."""

    VALID = "valid"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"


class InvalidAddressee(DomainError, ValueError):
    """The text cannot stand on a letter as the name of who it is for."""

    code = "invalid_addressee"

    def __init__(self, reason: str) -> None:
        super().__init__(f"not an addressee: {reason}")
        self.reason = reason


class StoredFile(DomainModel):
    """The document as it was printed once and for all."""

    file_id: str
    size_bytes: int = Field(gt=0)
    sha256: str


class Letter(DomainModel):
    """One issued letter. `content` is what stands on it, and never changes."""

    folio: str
    kind: LetterKind
    loan_id: Identifier
    borrower_id: Identifier
    merchant_id: Identifier
    code: str = Field(description="what only a holder of the letter knows")
    content: AnyLetterContent
    issued_at: AwareDatetime
    valid_until: date = Field(description="last local day on which it may be presented")
    file: StoredFile | None = Field(default=None, description="None until it has been printed")
    superseded_by: str | None = Field(default=None, description="folio of the newer one")
    revoked_at: AwareDatetime | None = None
    revoked_reason: str | None = None
    lookups: int = Field(default=0, description="how often its authenticity was asked for")
    looked_up_at: AwareDatetime | None = Field(default=None, description="the last time of these")

    @property
    def file_id(self) -> str:
        """Under which its document is stored, once it is printed."""
        return f"{FILE_PREFIX}{self.folio}"

    def state(self, today: date) -> LetterState:
        """Revoked before superseded before expired: the strongest reason not to accept it."""
        if self.revoked_at is not None:
            return LetterState.REVOKED
        if self.superseded_by is not None:
            return LetterState.SUPERSEDED
        return LetterState.VALID if today <= self.valid_until else LetterState.EXPIRED


def read_folio(text: str) -> str | None:
    """The folio that a person typed, in its one form; None if it cannot be one."""
    folio = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text[:60])).upper()
    return folio if _FOLIO.fullmatch(folio) else None


def read_code(text: str) -> str | None:
    """The verification code that a person typed, without blanks and hyphens; None if it is none."""
    code = re.sub(r"[\s-]+", "", unicodedata.normalize("NFKC", text[:60])).upper()
    is_code = len(code) == CODE_CHARACTERS and set(code) <= set(CODE_ALPHABET)
    return code if is_code else None


def grouped_code(code: str) -> str:
    """The code as it is printed: groups of four."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def clean_addressee(text: str) -> str:
    """
    The name of an institution as it will stand on the letter: one line, no markup.

    InvalidAddressee when nothing readable is left, or more than 80 characters are.
    """
    # a message may hold 4,096 characters; none of them past these can matter
    visible = "".join(
        " " if char.isspace() else char
        for char in unicodedata.normalize("NFC", text[:2000])
        if char.isspace() or unicodedata.category(char)[0] != "C"
    )
    name = " ".join(_MARKUP.sub(" ", visible).translate({ord("<"): " ", ord(">"): " "}).split())
    if len(name) > MAX_ADDRESSEE_CHARACTERS:
        raise InvalidAddressee("too_long")
    letters = sum(char.isalnum() for char in name)
    if letters < SHORTEST_ADDRESSEE:
        raise InvalidAddressee("too_short")
    return name


def facts_key(content: AnyLetterContent) -> str:
    """
    The same for two letters that would say the same thing on the same day to the same reader.

    Whatever differs from one issue to the next (number, secret, hour) is left out.
    """
    facts = content.model_dump_json(exclude=OF_ONE_ISSUE)
    return blake2s(f"{content.issued_on} {facts}".encode(), digest_size=16).hexdigest()


def tells_the_same(older: AnyLetterContent, newer: AnyLetterContent) -> bool:
    """
    Whether the older letter is as good as the newer one to who reads it now.

    What is owed is told as of a day; that nothing is owed stays as it is from day to day.
    """
    if older.kind is LetterKind.BALANCE:
        return facts_key(older) == facts_key(newer)
    dated = OF_ONE_ISSUE | {"valid_until"}
    return older.model_dump(exclude=dated) == newer.model_dump(exclude=dated)
