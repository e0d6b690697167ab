"""The trained part of the Spanish reader: n-grams, a linear model, a temperature. No Rasa here."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from sklearn.svm import LinearSVC

from .spanish_features import NgramFeatures
from .spanish_noise import add_noise
from .spanish_spelling import Speller
from .spanish_text import (
    CODE_TAG,
    LEXICON,
    TAGS,
    fold,
    lexicon,
    strip_courtesy,
    typed_words,
    unify,
    words_of,
    write_out,
)

UNKNOWN_WORD = "tagunknown"
CALIBRATION_SHARE = 6
MENDED_WORTH = 0.7
LONGEST_AS_TYPED = 5
CODE_LETTERS = 6  # a code by itself says nothing, and garbage looks like one
SEED = 20


@dataclass(frozen=True)
class Reading:
    """One text as the model sees it; `request` leaves the courtesy out, `evidence` the guesses."""

    sentence: str
    request: str
    evidence: str
    words: int
    letters: int
    known_share: float
    is_all_known: bool


@dataclass(frozen=True, eq=False, repr=False)
class SpanishModel:
    """Intent probabilities for Spanish chat text; `fit` or `read` makes one."""

    intents: list[str]
    speller: Speller
    features: NgramFeatures
    weights: NDArray[np.float32]
    offsets: NDArray[np.float32]
    sharpness: float

    def read_text(self, folded: str) -> Reading:
        """Folded text with spelling mended and variants unified."""
        return read_text(folded, self.speller)

    def probabilities(self, sentences: list[str]) -> NDArray[np.float64]:
        """One row a sentence, one column an intent, in the order of `intents`."""
        rows = [self.features.row(sentence) for sentence in sentences]
        scores = [values @ self.weights[places] for places, values in rows]
        return _softmax((np.array(scores, dtype=np.float64) + self.offsets) * self.sharpness)

    @classmethod
    def fit(cls, examples: list[tuple[str, str]]) -> SpanishModel:
        """Train on (text, intent) pairs; deterministic for the same pairs."""
        folded = [(fold(text), intent) for text, intent in examples]
        counts = Counter(word for text, _ in folded for word in words_of(text))
        common = Counter({word: count for word, count in counts.items() if count > 1})
        counts.update(lexicon().words)
        common.update(lexicon().words)
        speller, forgetful = Speller(dict(counts)), Speller(dict(common))
        intents = sorted({intent for _, intent in examples})
        random = Random(SEED)  # noqa: S311 - the same model every time
        rows: list[tuple[str, int, bool]] = []
        for text, intent in folded:
            aside = random.randrange(CALIBRATION_SHARE) == 0
            variants = _variants(text, random)
            readers = (speller, forgetful, forgetful)
            for variant, reader in zip(variants, readers, strict=True):
                sentence = read_text(variant, reader).sentence
                rows.append((sentence, intents.index(intent), aside))
        draft = cls(intents, speller, *_fit_linear([row for row in rows if not row[2]]), 1.0)
        sharpness = draft._calibrated([row for row in rows if row[2]])
        return cls(intents, speller, *_fit_linear(rows), sharpness)

    def _calibrated(self, rows: list[tuple[str, int, bool]]) -> float:
        """The sharpness that makes probabilities honest on rows that were set aside."""
        if not rows:
            return 1.0
        labels = np.array([label for _, label, _ in rows])
        features = self.features.matrix([sentence for sentence, _, _ in rows])
        scores = np.asarray(features @ self.weights + self.offsets, dtype=np.float64)

        def loss(sharpness: float) -> float:
            chosen = _softmax(scores * sharpness)[np.arange(len(labels)), labels]
            return float(-np.log(np.maximum(chosen, 1e-12)).mean())

        return float(minimize_scalar(loss, bounds=(0.5, 20.0), method="bounded").x)

    def write(self, directory: Path) -> None:
        """Keep the model as plain arrays and JSON; nothing that runs when it is read."""
        np.savez_compressed(
            directory / "weights.npz",
            weights=self.weights.astype(np.float16),
            offsets=self.offsets,
            gram_weights=self.features.weights,
        )
        description = {
            "intents": self.intents,
            "sharpness": self.sharpness,
            "word_counts": self.speller.counts,
            "grams": self.features.grams,
        }
        (directory / "model.json").write_text(json.dumps(description, ensure_ascii=False), "utf-8")

    @classmethod
    def read(cls, directory: Path) -> SpanishModel:
        """The model that `write` kept there."""
        description = json.loads((directory / "model.json").read_text("utf-8"))
        with np.load(directory / "weights.npz") as arrays:
            return cls(
                description["intents"],
                Speller(description["word_counts"]),
                NgramFeatures(description["grams"], arrays["gram_weights"]),
                arrays["weights"].astype(np.float32),
                arrays["offsets"],
                description["sharpness"],
            )


def read_text(folded: str, speller: Speller) -> Reading:
    """Folded text as `speller` understands it; words it can make nothing of are marked."""
    typed = typed_words(folded)
    words = [word for one in typed for word in write_out(one)]
    mended: list[str] = []
    letters, known_letters, is_all_known = 0, 0.0, True
    for word in words:
        if word in TAGS:
            mended.append(word)
            letters += CODE_LETTERS if word == CODE_TAG else 0
            continue
        letters += len(word)
        if speller.knows(word):
            mended.append(word)
            known_letters += len(word)
        elif (meant := speller.correct(word)) != [word]:
            mended.extend(meant)
            known_letters += len(word) * MENDED_WORTH
        else:
            mended += [word, UNKNOWN_WORD]
            is_all_known = False
    return Reading(
        sentence=" ".join(unify(mended)),
        request=" ".join(unify(strip_courtesy(" ".join(mended)).split())),
        evidence=" ".join(_spelt_out(typed, speller)),
        words=len(mended),
        letters=letters,
        known_share=known_letters / letters if letters else 0.0,
        is_all_known=is_all_known,
    )


def _spelt_out(typed: list[str], speller: Speller) -> list[str]:
    """The words a yes or a no is looked for in: nothing too short to be sure of is guessed."""
    return [
        word
        for one in typed
        for word in (speller.correct(one) if len(one) > LONGEST_AS_TYPED else [one])
    ]


def _variants(folded: str, random: Random) -> tuple[str, str, str]:
    """The example, the same misspelt, and the same with something before and after it."""
    before, after = random.choice(LEXICON["openings"]), random.choice(LEXICON["closings"])
    dressed = f"{before} {folded} {after}"
    return folded, add_noise(folded, random, rate=0.35), add_noise(dressed, random, rate=0.1)


def _fit_linear(
    rows: list[tuple[str, int, bool]],
) -> tuple[NgramFeatures, NDArray[np.float32], NDArray[np.float32]]:
    sentences = [sentence for sentence, _, _ in rows]
    labels = np.array([label for _, label, _ in rows])
    features = NgramFeatures.fit(sentences)
    linear = LinearSVC(C=0.5, class_weight="balanced", random_state=SEED, tol=1e-3)
    linear.fit(features.matrix(sentences), labels)
    weights, offsets = linear.coef_, linear.intercept_
    if len(weights) == 1:
        weights, offsets = np.vstack([-weights, weights]), np.concatenate([-offsets, offsets])
    return features, np.ascontiguousarray(weights.T, np.float32), offsets.astype(np.float32)


def _softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
