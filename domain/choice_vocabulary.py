"""The words of offered options, and which options the words of an answer fit."""

import re
from collections.abc import Sequence
from typing import Protocol

from domain.fields import DomainModel
from domain.text import Phrases, edit_distance, plain, squeeze

MIN_TELLING_LETTERS = 3
"""A shorter word ("yes", "no") chooses only as the beginning of a title, in a short answer."""
MAX_WORDS_AROUND_SHORT_ONE = 3

_TOKEN = re.compile(r"[0-9]+(?:[/.,:-][0-9]+)*|[a-z]+")
_LEADING_ZEROS = re.compile(r"(?<![0-9])0(?=[0-9](?![0-9]))")
_DATE_SEPARATORS = re.compile(r"[.-]")


class ChoiceWords(DomainModel):
    """Words of one language for pointing at an option."""

    numbers: tuple[Phrases, ...]
    """Words for the first option, for the second ..."""
    last: Phrases
    fillers: Phrases
    """Words that change nothing: articles, politeness, "I want"."""
    picking: Phrases
    """Further words that change nothing beside a number: "I will take", "option"."""
    refusals: Phrases
    questions: Phrases
    weak: Phrases
    """Words that open titles and too many other sentences to choose alone."""
    amount_signs: tuple[str, ...]
    """Marks of money and shares: the number beside one is no option's number."""


class Choosable(Protocol):
    """An option by its title, and other words that mean it alone."""

    @property
    def title(self) -> str: ...
    @property
    def keywords(self) -> Sequence[str]: ...


class Vocabulary:
    """What the options are called."""

    def __init__(self, options: Sequence[Choosable], words: ChoiceWords) -> None:
        self._words = words
        self._titles = [tokenize(option.title) for option in options]
        self._openers = {title[0] for title in self._titles if title}
        self._starts = [self._starts_of(title) for title in self._titles]
        self._keywords = [
            [set(self._content(tokenize(keyword))) for keyword in option.keywords]
            for option in options
        ]
        self._keyword_words = [set().union(*keywords) for keywords in self._keywords]
        self._names = [
            words_of.union(*starts)
            for words_of, starts in zip(self._keyword_words, self._starts, strict=True)
        ]
        self.count = len(self._titles)
        self.known: set[str] = set().union(*self._names)

    def telling(self, tokens: list[str], silent: frozenset[str]) -> list[str]:
        """`tokens` without the `silent` ones that open no title, and without repetitions."""
        kept = [token for token in tokens if token in self._openers or token not in silent]
        return [token for token, before in zip(kept, ["", *kept], strict=False) if token != before]

    def titled(self, tokens: list[str]) -> set[int]:
        """Options whose whole title `tokens` are."""
        return {index for index, title in enumerate(self._titles) if title == tokens}

    def fitting(self, tokens: list[str], *, is_question: bool) -> set[int]:
        """Options that the words of an answer fit; in a question only keywords count."""
        content = self._content(tokens)
        if not self._may_choose(content, len(tokens)):
            return set()
        meant = [_alike(token, self.known) for token in content]
        by_keyword = {i for i, each in enumerate(self._keyword_words) if _covers(each, meant)}
        by_title = set() if is_question else self._fitting_titles(content, meant)
        return by_keyword | by_title or self._having_keyword(meant)

    def _content(self, tokens: list[str]) -> list[str]:
        return self.telling(tokens, self._words.fillers)

    def _starts_of(self, title: list[str]) -> list[list[str]]:
        """How `title` may begin: with its first word, or after it when that is a filler."""
        content = self._content(title)
        is_led = len(content) > 1 and content[0] in self._words.fillers
        return [content, content[1:]] if is_led else [content]

    def _may_choose(self, content: list[str], answer_words: int) -> bool:
        words = self._words
        silent = words.questions | words.weak | words.fillers
        unknown = set(content) - self.known
        if unknown & (words.refusals | words.questions) or silent.issuperset(content):
            return False
        return any(map(_is_telling, content)) or answer_words <= MAX_WORDS_AROUND_SHORT_ONE

    def _fitting_titles(self, content: list[str], meant: list[set[str]]) -> set[int]:
        """Options whose title begins so, or has these words, its first or two of them at least."""
        said = set().union(*meant)
        found = set()
        for index, starts in enumerate(self._starts):
            first_words = {start[0] for start in starts if start}
            is_enough = len(content) > 1 or first_words & said
            is_contrary = first_words & self._words.refusals - said
            has_all = _covers(self._names[index], meant) and any(map(_is_telling, content))
            if any(_opens(start, content) for start in starts) or (
                has_all and is_enough and not is_contrary
            ):
                found.add(index)
        return found

    def _having_keyword(self, meant: list[set[str]]) -> set[int]:
        """Options with a keyword in a sentence whose other words are few and nobody's."""
        said = set().union(*meant)
        unknown = sum(not word for word in meant)
        has_keyword = any(
            keyword <= said and any(map(_is_telling, keyword))
            for keywords in self._keywords
            for keyword in keywords
        )
        if not has_keyword or 2 * unknown > len(meant):
            return set()
        return {index for index, names in enumerate(self._names) if said & names}


def tokenize(text: str) -> list[str]:
    """Words and figures of `text`; a date or an amount is one token; "02" becomes "2"."""
    found = _TOKEN.findall(plain(text))
    return [_LEADING_ZEROS.sub("", _DATE_SEPARATORS.sub("/", token)) for token in found]


def is_typo(token: str, word: str) -> bool:
    """Whether `token` is `word` mistyped: one slip, two in a long word, none in a short one."""
    shorter, longer = sorted((len(token), len(word)))
    is_swapped = shorter > 4 and sorted(token) == sorted(word)
    limit = 2 if shorter > 8 else 1 if (longer > 5 and shorter > 4) or is_swapped else 0
    may_begin_alike = word[0] in token[:2] or token[0] in word[:2]
    return bool(limit) and may_begin_alike and edit_distance(token, word, limit) <= limit


def _is_telling(token: str) -> bool:
    return len(token) >= MIN_TELLING_LETTERS


def _covers(names: set[str], meant: list[set[str]]) -> bool:
    return all(word & names for word in meant)


def _opens(start: list[str], content: list[str]) -> bool:
    """Whether `content` is the beginning of a title, the last word perhaps cut short."""
    *whole, last = content
    if start[: len(whole)] != whole or len(start) <= len(whole):
        return False
    word = start[len(whole)]
    return squeeze(word) == squeeze(last) or (_is_telling(last) and word.startswith(last))


def _alike(token: str, known: set[str]) -> set[str]:
    """Known words that `token` may be: itself, what it begins, or a small typo away."""
    if token in known:
        return {token}
    if token[0].isdigit():
        return {word for word in known if "/" in token and word.startswith(f"{token}/")}
    if begun := {word for word in known if _is_telling(token) and word.startswith(token)}:
        return begun
    return {word for word in known if is_typo(token, word)}
