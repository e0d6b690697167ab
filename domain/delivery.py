"""What became of one outbound message: states that only move forward."""

from enum import StrEnum

from domain.report import DeliveryOutcome


class DeliveryStatus(StrEnum):
    """
    pending: not sent yet. sending: a worker is at it. waiting_window: until the contact writes.
    unknown: the send timed out, a report decides. sent, delivered, seen: as reported.
    failed, expired, withheld: ends without delivery.
    """

    PENDING = "pending"
    SENDING = "sending"
    WAITING_WINDOW = "waiting_window"
    UNKNOWN = "unknown"
    SENT = "sent"
    DELIVERED = "delivered"
    SEEN = "seen"
    FAILED = "failed"
    EXPIRED = "expired"
    WITHHELD = "withheld"


RANK = {
    DeliveryStatus.PENDING: 0,
    DeliveryStatus.WAITING_WINDOW: 0,
    DeliveryStatus.SENDING: 1,
    DeliveryStatus.UNKNOWN: 2,
    DeliveryStatus.SENT: 3,
    DeliveryStatus.FAILED: 4,
    DeliveryStatus.EXPIRED: 4,
    DeliveryStatus.DELIVERED: 5,
    DeliveryStatus.SEEN: 6,
    DeliveryStatus.WITHHELD: 7,
}

REPORTED = {
    DeliveryOutcome.PENDING: DeliveryStatus.SENT,
    DeliveryOutcome.DELIVERED: DeliveryStatus.DELIVERED,
    DeliveryOutcome.UNDELIVERABLE: DeliveryStatus.FAILED,
    DeliveryOutcome.EXPIRED: DeliveryStatus.EXPIRED,
    DeliveryOutcome.REJECTED: DeliveryStatus.FAILED,
}


def lower_ranked(status: DeliveryStatus) -> list[DeliveryStatus]:
    """The states that a report of `status` may replace: only those behind it."""
    return [other for other, rank in RANK.items() if rank < RANK[status]]
