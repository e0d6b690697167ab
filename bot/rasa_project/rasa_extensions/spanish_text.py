"""What a person typed, made regular: one spelling for each word, clauses apart, courtesy aside."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

LEXICON: dict[str, Any] = yaml.safe_load(
    Path(__file__).with_name("spanish_lexicon.yml").read_text(encoding="utf-8")
)
CODE_TAG = "tagcode"
NUMBER_TAGS = frozenset({"tagdate", "tagamount", CODE_TAG, "taglongnumber", "tagnumber"})
EMOJI_TAGS = frozenset(LEXICON["emoji"]) | {"emoji"}
ENYE = "\u00f1"
LAUGH_TAG = "taglaugh"
TAGS = NUMBER_TAGS | EMOJI_TAGS | {LAUGH_TAG}

_EMOJI_TAG_OF = {sign: tag for tag, signs in LEXICON["emoji"].items() for sign in signs}
_UNITS = "|".join(LEXICON["money_units"])
_NUMBERS = re.compile(
    r"(?P<tagdate>\b\d{1,2}[/-]\d{1,2}(?:[/-]\d{2,4})?\b)"
    rf"|(?P<tagamount>(?:[$]|\bb/\.)\s*\d[\d.,]*(?:\s*(?:{_UNITS})\b)?"
    rf"|\b\d[\d.,]*\s*(?:{_UNITS})\b)"
    r"|(?P<tagcode>\b(?=[a-z]*\d)(?=\d*[a-z])[a-z\d]{4,12}\b)"
    r"|(?P<taglongnumber>\b\d(?:[.,\s-]?\d){5,}\b)"
    r"|(?P<tagnumber>\b\d[\d.,]*)"
)
_LAUGH = re.compile(r"\b(?:a?(?:[jh][aei]){2,}[jh]?|(?:xd)+|lol)\b")
_REPEATED = re.compile(r"([a-z\u00f1])\1{2,}")
_DOUBLED_LAST_VOWEL = re.compile(r"([aiou])\1\b")
_WORD = re.compile(r"[a-z\u00f1]+")
_CLAUSE_END = re.compile(r"[.,;:!?\u00bf\u00a1\n()\u2026*\"\u2014\u2013-]+")


@dataclass(frozen=True)
class Lexicon:
    """Look-ups made once from spanish_lexicon.yml."""

    expansion_of: dict[str, tuple[str, ...]]
    canonical_of: dict[str, tuple[str, ...]]
    opening: re.Pattern[str]
    closing: re.Pattern[str]
    connective: re.Pattern[str]

    @property
    def words(self) -> set[str]:
        """Every word the lexicon itself can produce or recognise."""
        phrases = [*self.canonical_of, *(" ".join(words) for words in self.expansion_of.values())]
        for name in ("openings", "closings", "insults", "affirm_evidence", "deny_evidence"):
            phrases += LEXICON[name]
        return {word for phrase in phrases for word in phrase.split()}


def _alternatives(phrases: list[str]) -> str:
    return "|".join(sorted(map(re.escape, phrases), key=len, reverse=True))


def _one_spelling(table: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {form: tuple(target.split()) for target, forms in table.items() for form in forms}


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The lexicon of this process."""
    openings = _alternatives(LEXICON["openings"] + LEXICON["insults"])
    closings = _alternatives(LEXICON["closings"] + LEXICON["insults"])
    return Lexicon(
        expansion_of=_one_spelling(LEXICON["abbreviations"]),
        canonical_of=_one_spelling(LEXICON["variants"]),
        opening=re.compile(rf"^(?:(?:{openings})(?: |$))+"),
        closing=re.compile(rf"(?:(?:^| )(?:{closings}))+$"),
        connective=re.compile(rf"\b(?:{_alternatives(LEXICON['connectives'])})\b"),
    )


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    """One character without accent or case; invisible ones vanish, pictures become tags."""
    if character == ENYE or character.isspace():
        return character
    if character in _EMOJI_TAG_OF:
        return f" {_EMOJI_TAG_OF[character]} "
    category = unicodedata.category(character)
    if category in {"So", "Sk"} and character not in "^`\u00b4\u00a8":
        return " emoji " if category == "So" else ""
    if category[0] == "C" or category in {"Mn", "Me"}:
        return ""
    decomposed = unicodedata.normalize("NFD", character)
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def fold(text: str) -> str:
    """Lower case, no accents (but enye) or invisible characters; numbers and emoji as tags."""
    text = unicodedata.normalize("NFKC", text).lower()
    text = unicodedata.normalize("NFC", text)
    if not text.isascii():
        text = "".join(map(_fold_character, text))
    text = _LAUGH.sub(f" {LAUGH_TAG} ", text)
    text = _NUMBERS.sub(lambda found: f" {found.lastgroup} ", text)
    text = _REPEATED.sub(r"\1", text)
    return _DOUBLED_LAST_VOWEL.sub(r"\1", text)


def typed_words(folded: str) -> list[str]:
    """The words of folded text as they were typed."""
    return _WORD.findall(folded)


def write_out(word: str) -> tuple[str, ...]:
    """What an abbreviation stands for; any other word is itself."""
    return lexicon().expansion_of.get(word, (word,))


def words_of(folded: str) -> list[str]:
    """The words of folded text, abbreviations written out."""
    return [word for typed in typed_words(folded) for word in write_out(typed)]


def unify(words: list[str]) -> list[str]:
    """Words that mean the same to every intent written as one, repetitions dropped."""
    canonical_of = lexicon().canonical_of
    unified: list[str] = []
    for word in words:
        for canonical in canonical_of.get(word, (word,)):
            if not unified or unified[-1] != canonical:
                unified.append(canonical)
    return unified


def strip_courtesy(sentence: str) -> str:
    """What is asked, without greeting, thanks or insult around it; empty if nothing else is."""
    sentence = lexicon().opening.sub("", sentence)
    return lexicon().closing.sub("", sentence).strip()


def split_clauses(folded: str) -> list[str]:
    """Parts of folded text between punctuation and connectives, in order."""
    parts = _CLAUSE_END.split(folded)
    clauses = (clause for part in parts for clause in lexicon().connective.split(part))
    return [clause.strip() for clause in clauses if clause.strip()]
