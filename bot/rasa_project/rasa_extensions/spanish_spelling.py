"""Misspelt words back to known ones, cautiously: short or far words stay as they are."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

SHORTEST_CORRECTED = 5
SHORTEST_SPLIT = 6
ALPHABET_SOUNDS = (
    (re.compile("h"), ""),
    (re.compile("v"), "b"),
    (re.compile("qu|k"), "c"),
    (re.compile("[zx]|c(?=[ei])|sc(?=[ei])"), "s"),
    (re.compile("ll"), "y"),
    (re.compile("g(?=[ei])"), "j"),
    (re.compile(r"(.)\1"), r"\1"),
)


def sound_of(word: str) -> str:
    """How a word sounds: words that people confuse in writing share it."""
    for pattern, replacement in ALPHABET_SOUNDS:
        word = pattern.sub(replacement, word)
    return word


def _deletions(word: str) -> Iterator[str]:
    for index in range(len(word)):
        yield word[:index] + word[index + 1 :]


class Speller:
    """Corrects towards the words it was made with; frequent words win."""

    def __init__(self, counts: dict[str, int]) -> None:
        self.counts = counts
        self._by_sound: dict[str, str] = {}
        self._by_deletion: dict[str, list[str]] = {}
        for word in sorted(counts, key=lambda word: (-counts[word], word)):
            self._by_sound.setdefault(sound_of(word), word)
            if len(word) >= SHORTEST_CORRECTED - 1:
                for key in {word, *_deletions(word)}:
                    self._by_deletion.setdefault(key, []).append(word)

    @classmethod
    def from_words(cls, words: Iterable[str]) -> "Speller":
        return cls(dict(Counter(words)))

    def knows(self, word: str) -> bool:
        return word in self.counts

    def correct(self, word: str) -> list[str]:
        """The known word or two words meant by `word`; `word` itself when none is near."""
        if word in self.counts:
            return [word]
        same_sound = self._by_sound.get(sound_of(word))
        if same_sound and len(word) > 2:
            return [same_sound]
        near = self._nearest(word) if len(word) >= SHORTEST_CORRECTED else self._swapped(word)
        if near:
            return [near]
        return self._split(word) or [word]

    def _nearest(self, word: str) -> str | None:
        candidates = {
            known for key in (word, *_deletions(word)) for known in self._by_deletion.get(key, ())
        }
        near = [known for known in candidates if _is_one_slip(word, known)]
        return max(near, key=lambda known: (self.counts[known], known), default=None)

    def _swapped(self, word: str) -> str | None:
        """The known word of four letters with two neighbours of `word` swapped."""
        swaps = (
            word[:place] + word[place + 1] + word[place] + word[place + 2 :]
            for place in range(len(word) - 1)
        )
        return next((swap for swap in swaps if len(swap) == 4 and swap in self.counts), None)

    def _split(self, word: str) -> list[str]:
        if len(word) < SHORTEST_SPLIT:
            return []
        cuts = ((word[:cut], word[cut:]) for cut in range(2, len(word) - 1))
        known = [cut for cut in cuts if all(self.counts.get(part, 0) > 2 for part in cut)]
        best = max(known, key=lambda cut: min(self.counts[part] for part in cut), default=())
        return list(best)


def _is_one_slip(word: str, known: str) -> bool:
    """One letter added, lost or changed, or two neighbours swapped."""
    if abs(len(word) - len(known)) > 1:
        return False
    start = 0
    while start < min(len(word), len(known)) and word[start] == known[start]:
        start += 1
    left, right = word[start:], known[start:]
    return (
        left[1:] == right[1:]
        or left[1:] == right
        or left == right[1:]
        or (left[:2] == right[:2][::-1] and left[2:] == right[2:])
    )
