"""The last four digits of a document, as people write them when asked."""

import re

from domain.text import plain

MAX_CHARACTERS = 300
DOCUMENT_DIGITS = range(6, 10)
"""Digits of a document written in one go; shorter is part of one, longer a phone or a card."""

_DIGIT_WORDS = [
    "cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve",
]  # fmt: skip
_DIGIT_WORD = re.compile(rf"\b(?:{'|'.join(_DIGIT_WORDS)})\b")
_SPOKEN = re.compile(rf"(?:\b(?:{'|'.join(_DIGIT_WORDS)}|[0-9])\b[ ,.-]*){{4,}}")
_QUESTION = re.compile(r"\bultim[oa]s? (?:4|cuatro)(?: (?:digitos|numeros|cifras|del? ?\w*))?\b")
_CLUSTER = re.compile(r"[0-9]+(?:[ .,/-]{1,2}[0-9]+)*")
_DECIMAL = re.compile(r"[0-9]+[.,][0-9]{1,2}")
_BIRTH_DATE = re.compile(r"[0-9]{1,2}[.-][0-9]{1,2}[.-](?:19|20)[0-9]{2}")
_TAX_NUMBER = re.compile(r"[0-9]{2}[ -]([0-9]{8})[ -][0-9]")
_GROUPED = re.compile(
    r"[0-9]{1,2}[. ][0-9]{3}[. ][0-9]{3}"  # 28.123.456
    r"|[0-9]{1,2}-[0-9]{1,4}-[0-9]{1,6}"  # 8-456-1234
    r"|[0-9]{1,2} [0-9]{1,3} [0-9]{1,6}"  # the same with blanks; a longer middle is a phone's
)
_LETTERED = re.compile(r"\b(?:pe|e|n|[0-9]{1,2}-?(?:av|pi))[ -]([0-9]{1,4}[ -][0-9]{1,6})\b")


def read_last4(text: str) -> str | None:
    """
    The four digits that `text` gives, or None when it gives none, or more than one such group.

    A whole document number counts by its last four; a phone, a card or a date of birth does not.
    """
    words = _QUESTION.sub(" ", plain(text[:MAX_CHARACTERS]))
    words = _SPOKEN.sub(_as_digits, words)
    found = {_digits(match[1])[-4:] for match in _LETTERED.finditer(words)}
    words = _LETTERED.sub(" ", words)
    found |= set(filter(None, (_last4_of(match[0]) for match in _CLUSTER.finditer(words))))
    return found.pop() if len(found) == 1 else None


def _last4_of(cluster: str) -> str | None:
    """The last four digits of figures that stand together, if they look like a document."""
    digits = _digits(cluster)
    if tax_number := _TAX_NUMBER.fullmatch(cluster):
        return tax_number[1][-4:]
    if "/" in cluster or _BIRTH_DATE.fullmatch(cluster) or _DECIMAL.fullmatch(cluster):
        return None
    is_document = cluster.isdigit() and len(digits) in DOCUMENT_DIGITS
    is_grouped = _GROUPED.fullmatch(cluster) is not None and len(digits) > 4
    return digits[-4:] if len(digits) == 4 or is_document or is_grouped else None


def _digits(text: str) -> str:
    return re.sub(r"[^0-9]", "", text)


def _as_digits(spoken: re.Match[str]) -> str:
    figures = _DIGIT_WORD.sub(lambda word: str(_DIGIT_WORDS.index(word[0])), spoken[0])
    return f"{_digits(figures)} "
