"""Whom a letter is for, as people write it when asked; and what they write instead."""

import re
from enum import StrEnum

from domain.letter import InvalidAddressee, clean_addressee
from domain.text import fold

TO_ANYONE = "-"
"""Stands for the formula; no typed name can be it, since a name has letters."""

FEWEST_LETTERS = 2


class Doubt(StrEnum):
    """What keeps an answer from being a name."""

    WHY = "why"
    UNSURE = "unsure"
    NO_NAME = "no_name"
    TOO_LONG = "too_long"
    NOT_WORDS = "not_words"


_FORMULA = re.compile(
    r"\ba ?(?:quien|kien)(?:es)? (?:le |les )?(?:pueda |pudiera |sea que le )?"
    r"(?:corr?esp|concier|consier|concern|interes|incumb)\w*"
)
_WHY = re.compile(
    r"(?:y |pero )?(?:(?:para|por|xa|x) ?(?:que|q)|pq|xq|(?:a |de )?quien|como a)\b"
    r"|(?:y |pero )?(?:que|q) (?:pongo|tengo que poner|se pone|va|es|significa|quiere decir)\b"
    r"|(?:que|como|cual|cuales|perdon)$|no (?:te |le )?entiend\w*|es (?:necesario|obligatorio)\b"
    r"|(?:me )?hace falta\b|hay que poner\b"
)
_UNSURE = re.compile(
    r"(?:la verdad )?(?:(?:que )?(?:no|ni) ?(?:lo )?(?:se|idea|tengo idea)\b.*|nose\b.*|ni idea\b.*"
    r"|(?:me )?da (?:igual|lo mismo)|es lo mismo|lo mismo|cualquier(?:a|o)?|a cualquiera"
    r"|(?:a |para )?(?:nadie|ningun[oa])(?: en particular| en especial)?"
    r"|(?:a |para )?(?:quien|el que|la que|cualquiera que)(?: ?sea| quiera)"
    r"|(?:en )?general|sin (?:nombre|destinatario)|no importa|todavia no (?:lo )?se|vos sabras"
    r"|(?:es )?(?:para|a) (?:mi|mi mism[oa]|mi nomas|uso personal)|no tengo)"
)
_QUESTION = re.compile(
    r"(?:y )?(?:que|como|cuando|cuant[oa]s?|donde|cuales?|por que|se puede|puedo|podes|puede)\b"
)
_COURTESY = re.compile(
    r"(?:(?:si|no|ok|okey|dale|bueno|listo|perfecto|gracias|muchas|hola|buenas?|buen|buenos|dias?"
    r"|tardes|noches|chau|adios|hasta|luego|claro|de|acuerdo|ya|genial|joya|ah|aja|mmm?)(?: |$))+"
)
_THINGS = (
    "cartas?|libre ?deuda|paz y salvo|finiquito|constancias?|certificados?|no adeudo",
    "(?:credito|prestamo|saldo|deuda|cuota|letra|compra|cuenta|pago|jornada)s?",
)
_REQUEST = re.compile(
    rf"\b(?:{_THINGS[0]}|mis? {_THINGS[1]}"
    r"|debo|pague|pagar|pagando|abone|llego|llega|abre|hablar|atienda|atiendan"
    r"|salir|cancel(?:ar|o|alo|ala|e|a)|dej(?:a|e|o|alo|ala|elo|ela|emos)|olvid(?:a|e)\w*"
    r"|anul(?:ar|o|e|a)\w*|despues|mas tarde|espera|volve\w*)\b"
)
_WISH = re.compile(
    r"(?:quiero|quisiera|necesito|dame|deme|mandame|mostrame|muestreme|ver|pasame|paseme)\b"
    r"|.*\b(?:no quiero|ya no|mejor no|no gracias|no va|ahora no)\b"
)
_LEGAL_FORM = re.compile(
    r"\b(?:s ?a(?: ?[us]| ?c ?i(?: ?f)?| ?i ?c)?|s ?r ?l|s ?c ?[as]|s de r ?l|ltda|inc|corp)$"
)
_INSTITUTION = re.compile(
    r"(?:(?:el|la) )?(?:bco|banco|caja|cooperativa|coop|financiera|inmobiliaria|mutual)\b"
    # the bank that asks for something is no name
    r"(?!.*\b(?:me|nos|pid\w+|quier\w+|necesit\w+|exig\w+|dice|dijo)\b)"
)
_FOR = re.compile(r"\bpara\b", re.IGNORECASE)
_PURPOSE = re.compile(
    r"(?:alquilar|comprar|entrar|hacer|inscribir\w*|llevar|mostrar|pedir|poder|presentar\w*"
    r"|refinanciar|saber|sacar|solicitar|tener|trabajar|tramitar|viajar)\b"
)
_NO_READER = re.compile(
    rf"(?:(?:el|la|los|las|un|una|mis?|otr[oa]) )?(?:{_THINGS[0]}|{_THINGS[1]})(?: de saldo)?"
    r"|(?:despues|hoy|luego|mas tarde|manana|otro dia|ya)\b.*"
    r"|(?:pagar|hablar|salir|cancelar|dejar|anular)\w*\b.*"
)
_LEAD = re.compile(
    r"^(?:(?:es|va|vaya|sea|que sea|ser[ií]a|quiero que (?:sea|vaya)|(?:la|lo) (?:quiero|necesito)"
    r"|dirigid[ao]|dirig[ií](?:la|lo)|dir[ií]ja(?:la|lo)|pon[eé](?:le|lo|la|me)?|ponga(?:le|lo|la)?"
    r"|mejor|presentar(?:la|lo)?)\s+)*"
    r"(?:(?:para presentar(?:la|lo)?(?= )|para|a nombre de|ante|en|al|a(?=\s+[^\W\d_]))\s+)*",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"^(?:el|la|los|las|un|una|mis?)\s+(?=\S{2})")
_TRAIL = re.compile(
    r"(?:[\s,.;:!]+(?:por favor|porfa(?:vor)?|xfa|please|muchas gracias|gracias))+[\s.!]*$"
    r"|[\s,;:!¡]+$",
    re.IGNORECASE,
)
_LINK = re.compile(r"://|\bwww\.", re.IGNORECASE)
_CORRECTION = re.compile(
    r"(?:no|perd[oó]n|mejor|es|va|que|sea|cambi\w+|pon\w+|la|lo|[\s,.;:])*"
    r"\b(?:para|a nombre de|dirig(?:id[ao]|ila|ilo) al?|cambi\w+ por)\s+(?P<name>\S.*)",
    re.IGNORECASE,
)
_DIRECTED = re.compile(
    r"\bdirigid[ao]s?\s+(?P<name>(?:al?|para)\s+\S.*?)(?:\s+con\s.*)?$", re.IGNORECASE
)
_SMALL_WORDS = frozenset({"de", "del", "la", "las", "el", "los", "y", "e", "en", "para", "a", "al"})


def read_addressee(text: str) -> str | Doubt | None:
    """
    The name that goes on the letter, `TO_ANYONE` for the formula, or what keeps it from being one.

    None when the words are about something else: a question, a courtesy, another request.
    """
    line = " ".join(text.split())
    words = fold(line)
    if _FORMULA.search(words):
        return TO_ANYONE
    if _WHY.match(words):
        return Doubt.WHY
    if _UNSURE.fullmatch(words):
        return Doubt.UNSURE
    name, is_led = _without_frame(line)
    if "?" in line or _QUESTION.match(words) or _COURTESY.fullmatch(words):
        return None
    if is_led and _PURPOSE.match(fold(name)) and not _LEGAL_FORM.search(fold(name)):
        return Doubt.WHY
    return None if _is_request(name, is_led=is_led) else _cleaned(_without_article(name))


def read_correction(text: str) -> str | None:
    """The other name, where the answer to a summary says for whom the letter is instead."""
    line = " ".join(text.split())
    if _FORMULA.search(fold(line)):
        return TO_ANYONE
    match = _CORRECTION.match(line)
    found = read_addressee(match["name"]) if match else None
    return None if isinstance(found, Doubt) else found


def addressee_in_request(text: str) -> str | None:
    """The name, where the request for a letter says to whom it is directed."""
    line = " ".join(text.split())
    if _FORMULA.search(fold(line)):
        return TO_ANYONE
    match = _DIRECTED.search(line)
    found = read_addressee(match["name"]) if match else None
    return None if isinstance(found, Doubt) else found


def _is_request(name: str, *, is_led: bool) -> bool:
    """Whether the words ask for something else; a name told as one may have such words too."""
    words = fold(name)
    if _WISH.match(words):
        return True
    if _LEGAL_FORM.search(words) or _INSTITUTION.match(words):
        return False
    if is_led:
        return _is_in_small_letters(name) and _NO_READER.fullmatch(words) is not None
    return _REQUEST.search(words) is not None


def _without_frame(line: str) -> tuple[str, bool]:
    """The name without "it is", "please" and the like around it; whether "for" led to it."""
    bare = _TRAIL.sub("", line).strip("\"'“”«» ")
    lead = _LEAD.match(bare)
    start = lead.end() if lead else 0
    name = bare[start:]
    if _is_in_small_letters(name):
        name = name[:1].lower() + name[1:]
    return name, bool(_FOR.search(bare[:start]))


def _without_article(name: str) -> str:
    """Without the article before a common noun; in a company's name it may be part of it."""
    words = fold(name)
    is_own = _LEGAL_FORM.search(words) and not _INSTITUTION.match(words)
    return name if is_own else _ARTICLE.sub("", name, count=1)


def _cleaned(name: str) -> str | Doubt:
    try:
        cleaned = clean_addressee(name)
    except InvalidAddressee as invalid:
        return Doubt.TOO_LONG if invalid.reason == "too_long" else Doubt.NO_NAME
    if sum(char.isalpha() for char in cleaned) < FEWEST_LETTERS or _LINK.search(cleaned):
        return Doubt.NO_NAME
    if _is_in_small_letters(cleaned):
        return _capitalised(cleaned)
    return cleaned[:1].upper() + cleaned[1:]


def _is_in_small_letters(name: str) -> bool:
    """Whether nothing but the first letter, which phones make a capital, is one."""
    return name[1:].islower()


def _capitalised(name: str) -> str:
    """As a name is written: "caja de ahorros" is "Caja de Ahorros"."""
    words = name.split(" ")
    rest = [word if word in _SMALL_WORDS else _with_capitals(word) for word in words[1:]]
    return " ".join([words[0][:1].upper() + words[0][1:], *rest])


def _with_capitals(word: str) -> str:
    is_form = word.startswith("s") and _LEGAL_FORM.fullmatch(fold(word))
    return word.upper() if is_form else word[:1].upper() + word[1:]
