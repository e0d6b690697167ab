"""Messages sent in one breath: which to wait after, and how to read them as one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from domain.fields import DomainModel
from domain.message import InboundContent, Text
from domain.text import Phrases, fold, squeeze

HOLD = timedelta(seconds=1.5)
MAX_FRAGMENT_WORDS = 8
MAX_JOINED_CHARACTERS = 1000
"""As much as is read of one message; what goes beyond starts the next turn."""


class BurstWords(DomainModel):
    """Words of one language that announce that more is coming."""

    openers: Phrases
    """What says nothing by itself: greetings, ways to get attention."""
    dangling: Phrases
    """Words that no sentence ends with."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What is read as one message; `parts` are the positions it was joined from."""

    content: InboundContent
    parts: tuple[int, ...]


def hold_for(content: InboundContent, words: BurstWords) -> timedelta:
    """How long to wait for the rest: zero for anything that stands alone."""
    if not isinstance(content, Text):
        return timedelta()
    return HOLD if _is_unfinished(content.text, words) else timedelta()


def join(
    contents: Sequence[InboundContent], stands_alone: Callable[[str], bool] = lambda _: False
) -> list[Turn]:
    """
    The turns that `contents` make, in order.

    Texts in a row become one, a line each, the same text said twice only once; a text that
    `stands_alone`, and everything that is no text, stays a turn of its own.
    """
    turns: list[Turn] = []
    for position, content in enumerate(contents):
        last = turns[-1] if turns else None
        if (
            last
            and isinstance(content, Text)
            and isinstance(last.content, Text)
            and not (stands_alone(content.text) or stands_alone(last.content.text))
        ):
            text = _joined(last.content.text, content.text)
            if len(text) <= MAX_JOINED_CHARACTERS:
                turns[-1] = Turn(Text(text=text), (*last.parts, position))
                continue
        turns.append(Turn(content, (position,)))
    return turns


def _joined(before: str, text: str) -> str:
    is_said_already = fold(text) in (fold(before), fold(before.rpartition("\n")[2]))
    return before if is_said_already else f"{before}\n{text}"


def _is_unfinished(text: str, words: BurstWords) -> bool:
    tokens = fold(text[:MAX_JOINED_CHARACTERS]).split()
    if not tokens or len(tokens) > MAX_FRAGMENT_WORDS:
        return False
    return _is_dangling(text, tokens[-1], words) or _is_all_openers(tokens, words)


def _is_dangling(text: str, last: str, words: BurstWords) -> bool:
    """Whether `text` breaks off after a word like "el"; a mark or an accent ends it."""
    return last in words.dangling and text.rstrip().casefold().endswith(last)


def _is_all_openers(tokens: list[str], words: BurstWords) -> bool:
    """Whether openers laid end to end make up all of `tokens`."""
    reachable = {0}
    for end in range(1, len(tokens) + 1):
        phrases = {start: " ".join(tokens[start:end]) for start in reachable}
        if any(words.openers & {phrase, squeeze(phrase)} for phrase in phrases.values()):
            reachable.add(end)
    return len(tokens) in reachable
