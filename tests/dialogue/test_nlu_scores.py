"""The arithmetic of `fiado nlu test`."""

import pytest

from bot.dialogue.nlu_scores import IntentScore, NluScores

PAIRS = [("greet", "greet"), ("greet", "thank"), ("thank", "thank"), ("out_of_scope", None)]


def test_shares() -> None:
    scores = NluScores.of(PAIRS)
    assert scores.accuracy == pytest.approx(3 / 4)
    assert scores.by_intent() == [
        IntentScore("greet", precision=1.0, recall=0.5, texts=2),
        IntentScore("out_of_scope", precision=1.0, recall=1.0, texts=1),
        IntentScore("thank", precision=0.5, recall=1.0, texts=1),
    ]
    assert scores.macro_f1 == pytest.approx((2 / 3 + 1 + 2 / 3) / 3)
    assert scores.confusions() == [("greet", "thank", 1)]


def test_nothing_to_score() -> None:
    scores = NluScores.of([])
    assert (scores.texts, scores.accuracy, scores.macro_f1) == (0, 0.0, 0.0)


def test_an_intent_never_understood_scores_zero() -> None:
    assert NluScores.of([("greet", "thank")]).macro_f1 == 0.0
