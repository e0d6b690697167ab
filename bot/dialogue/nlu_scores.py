"""How well labelled texts were understood. A text that is not acted on counts as out of scope."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

OUT_OF_SCOPE = "out_of_scope"


@dataclass(frozen=True)
class IntentScore:
    """One intent's share of right calls among those made and among those due."""

    intent: str
    precision: float
    recall: float
    texts: int

    @property
    def f1(self) -> float:
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


@dataclass(frozen=True)
class NluScores:
    """Counts of (wanted, understood) pairs, and what follows from them."""

    pairs: Counter[tuple[str, str]]

    @classmethod
    def of(cls, results: Iterable[tuple[str | None, str | None]]) -> "NluScores":
        """From (wanted, understood) intents, None where nothing is acted on."""
        return cls(Counter((want or OUT_OF_SCOPE, got or OUT_OF_SCOPE) for want, got in results))

    @property
    def texts(self) -> int:
        return self.pairs.total()

    @property
    def accuracy(self) -> float:
        right = sum(count for (want, got), count in self.pairs.items() if want == got)
        return right / self.texts if self.texts else 0.0

    @property
    def macro_f1(self) -> float:
        """The mean over the intents that are wanted at least once."""
        scores = [score.f1 for score in self.by_intent()]
        return sum(scores) / len(scores) if scores else 0.0

    def by_intent(self) -> list[IntentScore]:
        """One score for each intent that is wanted, in alphabetical order."""
        wanted: Counter[str] = Counter()
        understood: Counter[str] = Counter()
        for (want, got), count in self.pairs.items():
            wanted[want] += count
            understood[got] += count
        return [
            IntentScore(
                intent,
                precision=self._share(intent, understood[intent]),
                recall=self._share(intent, wanted[intent]),
                texts=wanted[intent],
            )
            for intent in sorted(wanted)
        ]

    def confusions(self) -> list[tuple[str, str, int]]:
        """(wanted, understood, times) of what went wrong, most frequent first."""
        wrong = [(want, got, times) for (want, got), times in self.pairs.items() if want != got]
        return sorted(wrong, key=lambda row: (-row[2], row[0], row[1]))

    def _share(self, intent: str, total: int) -> float:
        return self.pairs[intent, intent] / total if total else 0.0
