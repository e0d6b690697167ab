"""Which of the offered options a typed answer means; it never guesses between two."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from domain.choice_vocabulary import ChoiceWords, Choosable, Vocabulary, is_typo, tokenize
from domain.text import plain, squeeze

MAX_ANSWER_WORDS = 12
MAX_ANSWER_CHARACTERS = 200
MIN_ORDINAL_LETTERS = 7
"""Typos are forgiven in ordinals at least as long: shorter ones are too near to other words."""

_OPTION_NUMBER = re.compile(r"0?[1-9][0-9]?")


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """The answer fits several options; ask among these positions."""

    indexes: tuple[int, ...]


def match_choice(
    text: str, options: Sequence[Choosable], words: ChoiceWords
) -> int | Ambiguous | None:
    """
    Position of the option that `text` chooses, or None when it is about something else.

    Read are the whole title; the option's number ("2", "the second"); the first words of its
    title; its keywords, even in a short sentence. Case, accents, politeness and small typos do
    not matter. Number and words must agree, and a question or a refusal chooses nothing.
    """
    tokens = tokenize(text[: MAX_ANSWER_CHARACTERS + 1])
    if len(text) > MAX_ANSWER_CHARACTERS or not tokens or len(tokens) > MAX_ANSWER_WORDS:
        return None
    vocabulary = Vocabulary(options, words)
    found = vocabulary.titled(tokens)
    if not found or len(tokens) == 1:
        found = found | _chosen(text, tokens, vocabulary, words)
    if len(found) > 1:
        return Ambiguous(tuple(sorted(found)))
    return found.pop() if found else None


def _chosen(text: str, tokens: list[str], vocabulary: Vocabulary, words: ChoiceWords) -> set[int]:
    """Options that the number in the answer, its words, or both point at."""
    pointing = vocabulary.telling(tokens, words.fillers | words.picking)
    has_amount = any(sign in plain(text) for sign in words.amount_signs)
    numbers = {} if has_amount else _numbers(pointing, vocabulary, words)
    if not numbers:
        return vocabulary.fitting(tokens, is_question="?" in text)
    rest = [token for token in pointing if token not in numbers]
    named = vocabulary.fitting(rest or tokens, is_question="?" in text)
    return named | set(numbers.values()) if named or not rest else set()


def _numbers(tokens: list[str], vocabulary: Vocabulary, words: ChoiceWords) -> dict[str, int]:
    """
    Position that each number or ordinal of `tokens` points at.

    Beside other words a number of the options' own ("12 instalments") is a word like them.
    """
    positions = {token: _position(token, vocabulary.count, words) for token in tokens}
    numbers = {token: at for token, at in positions.items() if at is not None}
    if len(numbers) == len(positions):
        return numbers
    return {token: at for token, at in numbers.items() if token not in vocabulary.known}


def _position(token: str, count: int, words: ChoiceWords) -> int | None:
    if _OPTION_NUMBER.fullmatch(token):
        return int(token) - 1 if int(token) <= count else None
    if token in words.last:
        return count - 1 if count else None
    for position, names in enumerate(words.numbers[:count]):
        if token in names or squeeze(token) in names:
            return position
        if any(len(name) >= MIN_ORDINAL_LETTERS and is_typo(token, name) for name in names):
            return position
    return None
