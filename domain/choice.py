"""Which of the offered options a typed answer means; it never guesses between two."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.fields import DomainModel
from domain.text import Phrases, edit_distance, plain, squeeze

MAX_ANSWER_WORDS = 12
MIN_TELLING_LETTERS = 3
"""Shorter words choose only as the first words of a title."""
MIN_ORDINAL_LETTERS = 7
"""Typos are forgiven in ordinals at least as long: shorter ones are too near to other words."""

_TOKEN = re.compile(r"[0-9]+(?:[/.,:-][0-9]+)*|[a-z]+")
_OPTION_NUMBER = re.compile(r"0?[1-9][0-9]?")
_LEADING_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")
_DATE_SEPARATORS = re.compile(r"[.-]")


class ChoiceWords(DomainModel):
    """Words of one language for pointing at an option."""

    numbers: tuple[Phrases, ...]
    """Words for the first option, for the second ..."""
    last: Phrases
    fillers: Phrases
    """Words that change nothing: articles, politeness, "I want"."""
    refusals: Phrases
    """Words that make an answer a refusal or a question."""
    amount_signs: tuple[str, ...]
    """Marks of money and shares: the number beside one is no option's number."""


class Choosable(Protocol):
    """An option as a person sees it, and other words that mean it alone."""

    @property
    def title(self) -> str: ...
    @property
    def description(self) -> str | None: ...
    @property
    def keywords(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """The answer fits several options; ask among these positions."""

    indexes: tuple[int, ...]


def match_choice(
    text: str, options: Sequence[Choosable], words: ChoiceWords
) -> int | Ambiguous | None:
    """
    Position of the option that `text` chooses, or None when it is about something else.

    Read are the option's number ("2", "la segunda"), the first words of its title, words of its
    title, keywords or description that no other option has, and a keyword in a short sentence.
    Case, accents, politeness and small typos do not matter; number and words must agree.
    """
    tokens = _tokens(text)
    if not tokens or len(tokens) > MAX_ANSWER_WORDS:
        return None
    read = _Reading(options, words)
    content = read.without_fillers(tokens)
    has_amount = any(sign in plain(text) for sign in words.amount_signs)
    numbers = {} if has_amount else read.numbers(content)
    rest = [token for token in content if token not in numbers]
    found = read.titled(tokens)
    if not found:
        named = read.named(rest or content)
        found = named | set(numbers.values()) if named or not rest else set()
    elif len(tokens) == 1:
        found = found | set(numbers.values())
    if len(found) > 1:
        return Ambiguous(tuple(sorted(found)))
    return found.pop() if found else None


class _Reading:
    """The options' words, and which options an answer's words fit."""

    def __init__(self, options: Sequence[Choosable], words: ChoiceWords) -> None:
        self._words = words
        self._titles = [_tokens(option.title) for option in options]
        self._openers = {title[0] for title in self._titles if title}
        self._starts = [self.without_fillers(title) for title in self._titles]
        self._keywords = [
            [set(self.without_fillers(_tokens(keyword))) for keyword in option.keywords]
            for option in options
        ]
        self._names = [
            {*start, *(word for keyword in keywords for word in keyword)}
            for start, keywords in zip(self._starts, self._keywords, strict=True)
        ]
        self._described = [
            names | set(self.without_fillers(_tokens(option.description or "")))
            for names, option in zip(self._names, options, strict=True)
        ]

    def without_fillers(self, tokens: list[str]) -> list[str]:
        """`tokens` that tell options apart; the word that opens a title always may."""
        fillers = self._words.fillers - self._openers
        telling = [token for token in tokens if token not in fillers]
        return [
            token for token, before in zip(telling, ["", *telling], strict=False) if token != before
        ]

    def titled(self, tokens: list[str]) -> set[int]:
        return {index for index, title in enumerate(self._titles) if title == tokens}

    def numbers(self, content: list[str]) -> dict[str, int]:
        """
        Position that each number or ordinal of `content` points at.

        Beside other words a number of the options' own ("12 cuotas") is a word like them.
        """
        positions = {token: self._position(token) for token in content}
        numbers = {token: at for token, at in positions.items() if at is not None}
        if len(numbers) == len(content):
            return numbers
        named = set().union(*self._names)
        return {token: at for token, at in numbers.items() if token not in named}

    def named(self, content: list[str]) -> set[int]:
        """Options that the words of `content` fit, by the strictest rule that finds any."""
        known = set().union(*self._described)
        if not content or any(
            token in self._words.refusals and token not in known for token in content
        ):
            return set()
        by_title = {i for i, start in enumerate(self._starts) if _opens(start, content)}
        meant = [_alike(token, known) for token in content]
        is_telling = any(map(_is_telling, content))
        for names in (self._names, self._described):
            covered = {i for i, each in enumerate(names) if all(word & each for word in meant)}
            if by_title or (covered and is_telling):
                return by_title | (covered if is_telling else set())
        return self._by_keyword(meant)

    def _by_keyword(self, meant: list[set[str]]) -> set[int]:
        """Options with a keyword in a sentence whose other words are few and nobody's."""
        said = set().union(*meant)
        unknown = sum(not word for word in meant)
        found = {
            index
            for index, keywords in enumerate(self._keywords)
            if any(keyword <= said and any(map(_is_telling, keyword)) for keyword in keywords)
        }
        touched = {i for i, each in enumerate(self._described) if said & each}
        return touched if found and 2 * unknown <= len(meant) else set()

    def _position(self, token: str) -> int | None:
        count = len(self._titles)
        if _OPTION_NUMBER.fullmatch(token):
            return int(token) - 1 if int(token) <= count else None
        if token in self._words.last:
            return count - 1
        for position, names in enumerate(self._words.numbers[:count]):
            if token in names or squeeze(token) in names:
                return position
            if token not in self._words.refusals and any(_is_ordinal_typo(token, n) for n in names):
                return position
        return None


def _tokens(text: str) -> list[str]:
    """Words and figures of `text`; a date or an amount is one token, without leading zeros."""
    found = _TOKEN.findall(plain(text))
    return [_LEADING_ZEROS.sub("", _DATE_SEPARATORS.sub("/", token)) for token in found]


def _is_telling(token: str) -> bool:
    return len(token) >= MIN_TELLING_LETTERS


def _opens(title: list[str], content: list[str]) -> bool:
    """Whether `content` is the beginning of `title`, the last word perhaps cut short."""
    *whole, last = content
    if title[: len(whole)] != whole or len(title) <= len(whole):
        return False
    word = title[len(whole)]
    return squeeze(word) == squeeze(last) or (len(last) > 2 and word.startswith(last))


def _alike(token: str, known: set[str]) -> set[str]:
    """Known words that `token` may be: itself, what it begins, or a small typo away."""
    if token in known:
        return {token}
    if token[0].isdigit():
        return {word for word in known if "/" in token and word.startswith(f"{token}/")}
    if begun := {word for word in known if _is_telling(token) and word.startswith(token)}:
        return begun
    return {word for word in known if _is_typo(token, word)}


def _is_ordinal_typo(token: str, ordinal: str) -> bool:
    return len(ordinal) >= MIN_ORDINAL_LETTERS and _is_typo(token, ordinal)


def _is_typo(token: str, word: str) -> bool:
    """Whether `token` is `word` mistyped: one slip, two in a long word, none in a short one."""
    limit = 0 if len(token) < 5 else 1 if len(token) < 9 else 2
    may_begin_alike = word[0] in token[:2] or token[0] in word[:2]
    return bool(limit) and may_begin_alike and edit_distance(token, word, limit) <= limit
