"""Sentences as weighted n-grams: words in a row, and letters inside each word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

MOST_WORDS_IN_A_ROW = 3
LETTER_SIZES = range(2, 6)
LEAST_SENTENCES = 2
LETTER_MARK = "·"


@lru_cache(maxsize=20_000)
def letter_grams(word: str) -> tuple[str, ...]:
    """Every run of letters of `word`, its edges shown by blanks; marked to differ from words."""
    padded = f" {word} "
    return tuple(
        LETTER_MARK + padded[start : start + size]
        for size in LETTER_SIZES
        for start in range(max(1, len(padded) - size + 1))
        if size <= len(padded)
    )


def word_grams(words: list[str]) -> Iterator[str]:
    """One to three words in a row."""
    for size in range(1, MOST_WORDS_IN_A_ROW + 1):
        for start in range(len(words) - size + 1):
            yield " ".join(words[start : start + size])


class NgramFeatures:
    """Sublinear TF-IDF over the n-grams of a training set; words and letters weigh the same."""

    def __init__(self, grams: list[str], weights: NDArray[np.float32]) -> None:
        self.grams = grams
        self.weights = weights
        self._index_of = {gram: index for index, gram in enumerate(grams)}

    @classmethod
    def fit(cls, sentences: list[str]) -> NgramFeatures:
        """The n-grams that at least two sentences share, the rarer the weightier."""
        shared: Counter[str] = Counter()
        for sentence in sentences:
            words = sentence.split()
            shared.update({*word_grams(words), *(g for word in words for g in letter_grams(word))})
        grams = sorted(gram for gram, count in shared.items() if count >= LEAST_SENTENCES)
        counts = np.array([shared[gram] for gram in grams], dtype=np.float64)
        weights = np.log((1 + len(sentences)) / (1 + counts)) + 1
        return cls(grams, weights.astype(np.float32))

    def row(self, sentence: str) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Places and values of the n-grams of `sentence`; empty if none is known."""
        words = sentence.split()
        of_words = self._weigh(word_grams(words))
        of_letters = self._weigh(gram for word in words for gram in letter_grams(word))
        return (
            np.concatenate([of_words[0], of_letters[0]]),
            np.concatenate([of_words[1], of_letters[1]]),
        )

    def _weigh(self, grams: Iterable[str]) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        counts = Counter(index for gram in grams if (index := self._index_of.get(gram)) is not None)
        places = np.fromiter(counts.keys(), dtype=np.int32, count=len(counts))
        values = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
        values = (1 + np.log(values)) * self.weights[places]
        length = np.sqrt((values**2).sum())
        return places, values / length if length else values

    def matrix(self, sentences: list[str]) -> csr_matrix:
        """One row a sentence."""
        rows = [self.row(sentence) for sentence in sentences]
        ends = np.cumsum([0, *(len(places) for places, _ in rows)])
        places = np.concatenate([places for places, _ in rows])
        values = np.concatenate([values for _, values in rows])
        return csr_matrix((values, places, ends), shape=(len(sentences), len(self.grams)))
