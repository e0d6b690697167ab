"""What a request for a letter says about the letter itself."""

import re

from domain.letter_content import LetterKind
from domain.text import fold

_LETTER = frozenset(
    fold(word)
    for word in (
        "carta", "cartas", "cartita", "papel", "certificado", "constancia", "documento", "nota",
        "recibirla", "recibirlo", "recibir",
    )
)  # fmt: skip
_AROUND = frozenset(
    fold(word)
    for word in (
        "a", "buen", "buenas", "buenos", "con", "dame", "dar", "darme", "das", "de", "deme", "día",
        "días", "el", "emitir", "emitime", "es", "favor", "falta", "gracias", "hace", "hacer",
        "haceme", "hacés", "hola", "la", "las", "lo", "los", "mandame", "mandás", "me", "mi",
        "necesito", "noches", "otra", "otro", "pedir", "podés", "podría", "por", "porfa", "puede",
        "puedo", "que", "quería", "quiero", "quisiera", "sacar", "si", "solicitar", "solicito",
        "solo", "tardes", "tramitar", "un", "una", "ustedes", "ver", "y",
    )
)  # fmt: skip
_NO_DEBT = re.compile(
    r"\b(?:libre ?(?:de )?deuda|paz y sal[vb]o|finiquito|no adeudo|no deuda|cancelacion|deuda cero"
    r"|saldo cero|no debo|pague todo|termine de pagar)\b"
)
_BALANCE = re.compile(r"\b(?:saldo|estado de (?:cuenta|deuda)|al dia|cuanto debo|lo que debo)\b")


def names_no_kind(words: str) -> bool:
    """Whether the words ask for a letter without a hint of which."""
    said = set(fold(words).split())
    return bool(said & _LETTER) and said <= _LETTER | _AROUND


def kind_in(words: str) -> LetterKind | None:
    """The kind that the words name, if they name one."""
    folded = fold(words)
    if _NO_DEBT.search(folded):
        return LetterKind.NO_DEBT
    return LetterKind.BALANCE if _BALANCE.search(folded) else None
