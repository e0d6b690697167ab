"""Prometheus metrics of the workers; queue depths are read from MongoDB when they are scraped."""

from collections.abc import Iterable

from prometheus_client import Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.clock import Clock
from storage.dead_letters import DeadLetters
from storage.inbox import Inbox
from storage.outbox import Outbox

SECONDS = (0.005, 0.01, 0.02, 0.04, 0.06, 0.1, 0.2, 0.5, 1, 2, 5, 15)

TURNS = Counter("fiado_turns", "Turns by how they ended", ["outcome"])
TURN_SECONDS = Histogram("fiado_turn_seconds", "Time of a turn by step", ["step"], buckets=SECONDS)
ACTION_SECONDS = Histogram(
    "fiado_action_seconds", "Time of one dialogue action", ["action"], buckets=SECONDS
)
LETTERS_ISSUED = Counter("fiado_letters_issued", "Letters issued", ["kind"])
LETTERS_REFUSED = Counter(
    "fiado_letters_refused", "Letters asked for and not available", ["kind", "reason"]
)
LETTER_SECONDS = Histogram(
    "fiado_letter_seconds", "Time from a letter's issue to its stored document", buckets=SECONDS
)
LETTER_CHECKS = Counter(
    "fiado_letter_checks", "Public checks of a letter's authenticity", ["outcome"]
)
LETTER_FOLLOWUPS = Counter(
    "fiado_letter_followups", "What followed for letters from events of their loans", ["what"]
)
LETTER_NOTICES = Counter(
    "fiado_letter_notices", "Notices about letters by how they ended", ["kind", "outcome"]
)
SENDS = Counter("fiado_sends", "Send attempts by outcome", ["outcome"])
SEND_SECONDS = Histogram("fiado_send_seconds", "Time of one call to Infobip", buckets=SECONDS)


class QueueCollector(Collector):
    """Depth and age of the inbox and the outbox, and how much was given up."""

    def __init__(
        self, inbox: Inbox, outbox: Outbox, dead_letters: DeadLetters, clock: Clock
    ) -> None:
        self._inbox = inbox
        self._outbox = outbox
        self._dead_letters = dead_letters
        self._clock = clock

    def collect(self) -> Iterable[Metric]:
        """Read the queues now."""
        depth = GaugeMetricFamily("fiado_queue_depth", "Waiting entries", labels=["queue", "state"])
        depth.add_metric(["inbox", "ready"], self._inbox.depth())
        for state, count in self._outbox.depth_by_status().items():
            depth.add_metric(["outbox", state], count)
        depth.add_metric(["dead_letters", "kept"], self._dead_letters.depth())
        yield depth
        age = GaugeMetricFamily(
            "fiado_queue_oldest_seconds", "Age of the longest waiting entry", labels=["queue"]
        )
        now = self._clock.machine_now()
        for queue, oldest in (
            ("inbox", self._inbox.oldest_ready_at()),
            ("outbox", self._outbox.oldest_ready_at()),
        ):
            age.add_metric([queue], max(0.0, (now - oldest).total_seconds()) if oldest else 0.0)
        yield age
