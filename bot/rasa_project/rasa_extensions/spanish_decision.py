"""Whether a text is acted on, and as which intent: the model proposes, these rules dispose."""

from dataclasses import dataclass, replace

import numpy as np

from .spanish_model import Reading, SpanishModel
from .spanish_text import LEXICON, TAGS, fold, split_clauses, typed_words

COURTESIES = frozenset({"greet", "goodbye", "thank", "affirm", "deny", "complain"})
EVIDENCE = {
    "affirm": (LEXICON["affirm_evidence"], LEXICON["deny_evidence"]),
    "deny": (LEXICON["deny_evidence"], []),
}
LONGEST_ANSWER_WORDS = 8
MOST_CLAUSES = 12
SHORTEST_WORD = 2
FEWEST_LETTERS = 3
OVER_COURTESY = 0.75
OVER_NONSENSE = 0.5


@dataclass(frozen=True)
class Limits:
    """Below or above which a text is not acted on."""

    least_probability: float
    least_margin: float
    least_known_share: float
    most_characters: int


@dataclass(frozen=True)
class Decision:
    """`intent` is None when the text is not acted on; the ranking is kept all the same."""

    intent: str | None
    confidence: float
    ranking: list[tuple[str, float]]


@dataclass(frozen=True)
class Candidate:
    """One intent proposed for the whole text or for one of its clauses."""

    decision: Decision
    is_accepted: bool

    @property
    def is_courtesy(self) -> bool:
        return self.decision.intent in COURTESIES

    def asks_with(self, least_confidence: float) -> bool:
        """It asks for something that we do, at least that surely."""
        return (
            self.is_accepted
            and not self.is_courtesy
            and self.decision.intent != "out_of_scope"
            and self.decision.confidence >= least_confidence
        )


NOTHING_READ = Decision(intent=None, confidence=0.0, ranking=[])


def decide(model: SpanishModel, text: str, limits: Limits) -> Decision:
    """The request decides: without the courtesy around it, or in one clause of an unclear whole."""
    if len(text) > limits.most_characters:
        return NOTHING_READ
    folded = fold(text)
    clauses = split_clauses(folded)[:MOST_CLAUSES]
    parts = [folded, *clauses] if len(clauses) > 1 else [folded]
    readings = [reading for part in parts if (reading := model.read_text(part)).letters]
    typed = [word for word in typed_words(folded) if word not in TAGS]
    if not readings or max(map(len, typed), default=0) < SHORTEST_WORD:
        return NOTHING_READ
    whole = readings[0]
    read_as = [whole, whole, *readings[1:]]
    rows = model.probabilities(
        [whole.sentence, whole.request or whole.sentence]
        + [reading.sentence for reading in readings[1:]]
    )
    judged = [
        _judge(model.intents, reading, row, limits)
        for reading, row in zip(read_as, rows, strict=True)
    ]
    if whole.known_share < limits.least_known_share:
        return replace(judged[0].decision, intent=None)
    return _choose(*judged)


def _choose(whole: Candidate, bare: Candidate, *clauses: Candidate) -> Decision:
    """
    What is asked wins over courtesy beside it, and over a whole that makes no sense as such.

    What we do not do at all is judged on the whole: inside it there may well be words of ours.
    """
    if whole.is_accepted and whole.is_courtesy:
        requests = [part for part in (bare, *clauses) if part.asks_with(OVER_COURTESY)]
        return _surest(requests or [whole])
    for candidate in (bare, whole):
        if candidate.is_accepted and not candidate.is_courtesy:
            return candidate.decision
    requests = [part for part in clauses if part.asks_with(OVER_NONSENSE)]
    if requests or bare.is_accepted:
        return _surest(requests or [bare])
    return replace(whole.decision, intent=None)


def _surest(candidates: list[Candidate]) -> Decision:
    return max((candidate.decision for candidate in candidates), key=lambda one: one.confidence)


def _judge(intents: list[str], reading: Reading, row: np.ndarray, limits: Limits) -> Candidate:
    best = np.argsort(-row)
    ranking = [(intents[index], float(row[index])) for index in best]
    intent, confidence = ranking[0]
    runner_up = ranking[1][1] if len(ranking) > 1 else 0.0
    is_accepted = (
        confidence >= limits.least_probability
        and confidence - runner_up >= limits.least_margin
        and reading.known_share >= limits.least_known_share
        and (intent in EVIDENCE or reading.letters >= FEWEST_LETTERS)
        and _is_evident(intent, reading)
    )
    return Candidate(Decision(intent, confidence, ranking), is_accepted)


def _is_evident(intent: str, reading: Reading) -> bool:
    """A yes or a no must be said in so many words, all of them known and none against it."""
    if intent not in EVIDENCE:
        return True
    wanted, unwanted = EVIDENCE[intent]
    said = f" {reading.evidence} "
    return (
        reading.is_all_known
        and reading.words <= LONGEST_ANSWER_WORDS
        and any(f" {phrase} " in said for phrase in wanted)
        and not any(f" {phrase} " in said for phrase in unwanted)
    )
