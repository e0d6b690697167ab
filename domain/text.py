"""Typed text made comparable: what people write is never compared as it came."""

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator

_INVISIBLE = frozenset({"Mn", "Me", "Cf"})
_NO_WORD = re.compile(r"[^a-z0-9]+")
_LONG_RUN = re.compile(r"(.)\1+")


def plain(text: str) -> str:
    """`text` in small letters without accents, styled letters or invisible characters."""
    # the ordinal marks would become letters: "2º" is 2, not "2o"
    spaced = text.replace("º", " ").replace("ª", " ")
    decomposed = unicodedata.normalize("NFKD", spaced).casefold()
    return "".join(each for each in decomposed if unicodedata.category(each) not in _INVISIBLE)


def fold(text: str) -> str:
    """The words of `text` and nothing else: plain letters and digits, single blanks between."""
    return _NO_WORD.sub(" ", plain(text)).strip()


def squeeze(text: str) -> str:
    """`text` without doubled letters, so that "holaaa" and "hola" compare equal."""
    return _LONG_RUN.sub(r"\1", text)


def edit_distance(first: str, second: str, limit: int) -> int:
    """Letters to insert, drop, change or swap with a neighbour; `limit` + 1 when it is more."""
    if abs(len(first) - len(second)) > limit:
        return limit + 1
    two_back: list[int] = []
    back = list(range(len(second) + 1))
    for i, letter in enumerate(first, start=1):
        row = [i]
        for j, other in enumerate(second, start=1):
            cost = min(back[j] + 1, row[j - 1] + 1, back[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == second[j - 2] and first[i - 2] == other:
                cost = min(cost, two_back[j - 2] + 1)
            row.append(cost)
        two_back, back = back, row
    return min(back[-1], limit + 1)


def _fold_all(phrases: frozenset[str]) -> frozenset[str]:
    return frozenset(fold(phrase) for phrase in phrases)


Phrases = Annotated[frozenset[str], AfterValidator(_fold_all)]
"""Words or short phrases, folded, so that folded text can be looked up among them."""
