"""Spanish words about days, brought to one spelling each before dates are read from them."""

import re
from functools import cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from domain.country.pack import Calendar
from domain.text import fold, plain

MAX_CHARACTERS = 300

_TOKEN = re.compile(r"[0-9]+(?:[/.-][0-9]+)*|[a-z]+|[,;:?!()]")
_ORDINAL_ENDINGS = frozenset({"ro", "er", "ero", "do", "da", "to", "mo", "vo", "no"})

_NUMBER_WORDS = [
    "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once",
    "doce", "trece", "catorce", "quince", "dieciseis", "diecisiete", "dieciocho", "diecinueve",
    "veinte", "veintiuno", "veintidos", "veintitres", "veinticuatro", "veinticinco",
    "veintiseis", "veintisiete", "veintiocho", "veintinueve", "treinta",
]  # fmt: skip
_NUMBERS = {word: number for number, word in enumerate(_NUMBER_WORDS, start=1)}
_NUMBERS |= {"primero": 1, "veintiun": 21}

_SPELLINGS = {
    "hoi": "hoy",
    "oy": "hoy",
    "mna": "manana",
    "mnn": "manana",
    "pasadomanana": "pasado manana",
    "antier": "anteayer",
    "antiayer": "anteayer",
    "antesdeayer": "anteayer",
    "anoche": "ayer",
    "finde": "fin de semana",
    "findesemana": "fin de semana",
    "finales": "fin",
    "final": "fin",
    "fines": "fin",
    "cierre": "fin",
    "principios": "principio",
    "inicio": "principio",
    "inicios": "principio",
    "comienzo": "principio",
    "comienzos": "principio",
    "mediado": "mediados",
    "mitad": "mediados",
    "dias": "dia",
    "semanas": "semana",
    "meses": "mes",
    "anos": "ano",
    "hs": "hora",
    "hrs": "hora",
    "horas": "hora",
    "proxima": "proximo",
    "prox": "proximo",
    "entrante": "proximo",
    "siguiente": "proximo",
    "venidero": "proximo",
    "pasada": "pasado",
    "anterior": "pasado",
    "esta": "este",
    "presente": "este",
    "del": "de el",
    "al": "a el",
    "d": "de",
    "q": "que",
    "setiembre": "septiembre",
    "lun": "lunes",
    "mier": "miercoles",
    "mie": "miercoles",
    "jue": "jueves",
    "vie": "viernes",
    "vier": "viernes",
    "sab": "sabado",
    "dom": "domingo",
}
_PHRASES = [
    (re.compile(rf"\b(?:{pattern})\b"), replacement)
    for pattern, replacement in (
        (r"antes de ayer", "anteayer"),
        (r"(?:a|por|en|de) la (?:manana|tarde|noche|madrugada)", ""),
        (r"este (?:manana|tarde|noche|momento)|a la fecha", "hoy"),
        (r"a el mediodia|a primera hora|a ultima hora|mismo", ""),
        (r"que (?:viene|sigue|entra)", "proximo"),
        (r"que paso", "pasado"),
        (r"de el corriente(?: mes)?", "de este mes"),
        (r"treinta y (?:uno|un)|30 y 1", "31"),
        (r"20 y ([1-9])", r"2\1"),
        (r"una?(?= (?:dia|semana|mes|quincena|ano)\b)", "1"),
    )
]
_TYPED_WRONG = [
    "viene", "proximo", "pasado", "manana", "anteayer", "ultimo", "principio", "mediados",
    "semana", "quincena", "dentro",
]  # fmt: skip
_NO_TYPOS = {
    "nanana", "quincenas",
    "abrir", "abrio", "cerrado", "entero", "entera", "junto", "juntos", "marco", "marca",
    "mayor", "mayores", "pagado", "pagada", "pagados", "parte", "partes", "pesado", "pesada",
    "puedo", "banana", "semanal", "ultimos", "primera", "marte", "julia", "julian", "junior",
    "hermana", "mamana",
}  # fmt: skip
"""Words one slip away from a word about days that are meant as they stand."""


def canonical_words(text: str, calendar: Calendar) -> str:
    """The words of `text` in one spelling each, numbers as figures, marks as single tokens."""
    tokens = _TOKEN.findall(plain(text[:MAX_CHARACTERS]))
    spelled = [
        _spelled(token, before, calendar)
        for token, before in zip(tokens, ["", *tokens], strict=False)
    ]
    words = " ".join(word for word in spelled if word)
    for phrase, replacement in _PHRASES:
        words = phrase.sub(replacement, words)
    return " ".join(words.split())


def _spelled(token: str, before: str, calendar: Calendar) -> str:
    if before.isdigit() and token in _ORDINAL_ENDINGS:
        return ""
    if token in _NUMBERS:
        return str(_NUMBERS[token])
    if before.isdigit() or before in ("de", "d"):
        token = _month_abbreviations(calendar.months).get(token, token)
    return _SPELLINGS.get(token) or _without_typo(token, calendar)


def _without_typo(token: str, calendar: Calendar) -> str:
    """`token`, or the word about days that it is one slip away from."""
    known = _known_words(calendar.weekdays + calendar.months)
    if len(token) < 5 or token in known or token in _NO_TYPOS:
        return token
    found = process.extractOne(token, known, scorer=OSA.distance, score_cutoff=1)
    return _SPELLINGS.get(found[0], found[0]) if found else token


@cache
def _month_abbreviations(months: tuple[str, ...]) -> dict[str, str]:
    """Months by their first letters: "mar" and "sept" are not words of their own there."""
    return {fold(month)[:length]: fold(month) for month in months for length in (3, 4)}


@cache
def _known_words(names: tuple[str, ...]) -> list[str]:
    return [fold(name) for name in names] + _TYPED_WRONG
