"""The trained part of the Spanish reader: n-gram TF-IDF, a linear model, a temperature. No Rasa."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from .spanish_noise import add_noise
from .spanish_spelling import Speller
from .spanish_text import (
    EMOJI_TAGS,
    LAUGH_TAG,
    LEXICON,
    NUMBER_TAGS,
    fold,
    lexicon,
    strip_courtesy,
    unify,
    words_of,
)

TAGS = NUMBER_TAGS | EMOJI_TAGS | {LAUGH_TAG}
CALIBRATION_SHARE = 6
MENDED_WORTH = 0.7
SEED = 20
WORD_GRAMS = {"analyzer": "word", "ngram_range": (1, 3), "token_pattern": r"[a-zñ]+"}
CHARACTER_GRAMS = {"analyzer": "char_wb", "ngram_range": (2, 5)}


@dataclass(frozen=True)
class Reading:
    """One text as the model sees it."""

    sentence: str
    request: str
    mended: list[str]
    letters: int
    known_share: float
    is_all_known: bool


def _vectorizer(options: dict[str, object], vocabulary: dict[str, int] | None) -> TfidfVectorizer:
    return TfidfVectorizer(
        **options, sublinear_tf=True, lowercase=False, dtype=np.float32, min_df=1 if vocabulary else 2,
        vocabulary=vocabulary,
    )  # fmt: skip


class SpanishModel:
    """Intent probabilities for Spanish chat text; `fit` or `read` makes one."""

    def __init__(
        self,
        intents: list[str],
        speller: Speller,
        vectorizers: list[TfidfVectorizer],
        weights: NDArray[np.float32],
        offsets: NDArray[np.float32],
        sharpness: float,
    ) -> None:
        self.intents = intents
        self.speller = speller
        self._vectorizers = vectorizers
        self._weights = weights
        self._offsets = offsets
        self._sharpness = sharpness

    def read_text(self, folded: str) -> Reading:
        """Folded text with spelling mended, variants unified and courtesy put aside."""
        words = words_of(folded)
        mended: list[str] = []
        letters, known_letters, is_all_known = 0, 0.0, True
        for word in words:
            if word in TAGS:
                mended.append(word)
                continue
            meant = self.speller.correct(word)
            mended.extend(meant)
            letters += len(word)
            if self.speller.knows(word):
                known_letters += len(word)
            elif meant != [word]:
                known_letters += len(word) * MENDED_WORTH
            else:
                is_all_known = False
        plain = " ".join(mended)
        return Reading(
            sentence=" ".join(unify(mended)),
            request=" ".join(unify(strip_courtesy(plain).split())),
            mended=mended,
            letters=letters,
            known_share=known_letters / letters if letters else 0.0,
            is_all_known=is_all_known,
        )

    def probabilities(self, sentences: list[str]) -> NDArray[np.float64]:
        """One row a sentence, one column an intent, in the order of `intents`."""
        scores = self._features(sentences) @ self._weights + self._offsets
        return _softmax(np.asarray(scores, dtype=np.float64) * self._sharpness)

    def _features(self, sentences: list[str]) -> csr_matrix:
        return hstack([v.transform(sentences) for v in self._vectorizers], format="csr")

    @classmethod
    def fit(cls, examples: list[tuple[str, str]]) -> "SpanishModel":
        """Train on (text, intent) pairs; deterministic for the same pairs."""
        folded = [(fold(text), intent) for text, intent in examples]
        counts = Counter(word for text, _ in folded for word in words_of(text))
        counts.update(lexicon().words)
        speller = Speller(dict(counts))
        intents = sorted({intent for _, intent in examples})
        model = cls(intents, speller, [], np.zeros(0), np.zeros(0), 1.0)
        random = Random(SEED)
        order = list(range(len(folded)))
        random.shuffle(order)
        aside = set(order[:: CALIBRATION_SHARE])
        rows = [
            (model.read_text(variant).sentence, intents.index(intent), index in aside)
            for index, (text, intent) in enumerate(folded)
            for variant in _variants(text, random)
        ]
        if aside and len(intents) > 1:
            model._fit_linear([row for row in rows if not row[2]])
            model._calibrate([row for row in rows if row[2]])
        model._fit_linear(rows)
        return model

    def _fit_linear(self, rows: list[tuple[str, int, bool]]) -> None:
        sentences = [sentence for sentence, _, _ in rows]
        labels = np.array([label for _, label, _ in rows])
        self._vectorizers = [_vectorizer(WORD_GRAMS, None), _vectorizer(CHARACTER_GRAMS, None)]
        features = hstack([v.fit_transform(sentences) for v in self._vectorizers], format="csr")
        linear = LinearSVC(C=0.5, class_weight="balanced", random_state=SEED, tol=1e-3)
        linear.fit(features, labels)
        weights, offsets = linear.coef_, linear.intercept_
        if len(self.intents) == 2:
            weights, offsets = np.vstack([-weights, weights]), np.concatenate([-offsets, offsets])
        self._weights = weights.T.astype(np.float32)
        self._offsets = offsets.astype(np.float32)

    def _calibrate(self, rows: list[tuple[str, int, bool]]) -> None:
        labels = np.array([label for _, label, _ in rows])
        features = self._features([sentence for sentence, _, _ in rows])
        scores = np.asarray(features @ self._weights + self._offsets, dtype=np.float64)

        def loss(sharpness: float) -> float:
            chosen = _softmax(scores * sharpness)[np.arange(len(labels)), labels]
            return float(-np.log(np.maximum(chosen, 1e-12)).mean())

        self._sharpness = float(minimize_scalar(loss, bounds=(0.5, 20.0), method="bounded").x)

    def write(self, directory: Path) -> None:
        """Keep the model as plain arrays and JSON; nothing that runs when it is read."""
        words, characters = self._vectorizers
        np.savez_compressed(
            directory / "weights.npz",
            weights=self._weights.astype(np.float16),
            offsets=self._offsets,
            word_idf=words.idf_.astype(np.float32),
            character_idf=characters.idf_.astype(np.float32),
        )
        description = {
            "intents": self.intents,
            "sharpness": self._sharpness,
            "word_counts": self.speller.counts,
            "word_grams": sorted(words.vocabulary_, key=words.vocabulary_.get),
            "character_grams": sorted(characters.vocabulary_, key=characters.vocabulary_.get),
        }
        (directory / "model.json").write_text(json.dumps(description, ensure_ascii=False), "utf-8")

    @classmethod
    def read(cls, directory: Path) -> "SpanishModel":
        """The model that `write` kept there."""
        description = json.loads((directory / "model.json").read_text("utf-8"))
        with np.load(directory / "weights.npz") as arrays:
            vectorizers = []
            for kind, options in (("word", WORD_GRAMS), ("character", CHARACTER_GRAMS)):
                grams = {gram: index for index, gram in enumerate(description[f"{kind}_grams"])}
                vectorizer = _vectorizer(options, grams)
                vectorizer.idf_ = arrays[f"{kind}_idf"]
                vectorizers.append(vectorizer)
            return cls(
                description["intents"],
                Speller(description["word_counts"]),
                vectorizers,
                arrays["weights"].astype(np.float32),
                arrays["offsets"],
                description["sharpness"],
            )


def _variants(folded: str, random: Random) -> list[str]:
    """The example, the same misspelt, and the same with something before or after it."""
    openings, closings = LEXICON["openings"], LEXICON["closings"]
    dressed = f"{random.choice(openings)} {folded} {random.choice(closings)}"
    return [folded, add_noise(folded, random), add_noise(dressed, random, rate=0.1)]


def _softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
