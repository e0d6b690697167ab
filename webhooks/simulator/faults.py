"""How Infobip and the network may misbehave, each on request and for a counted number of times."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock


class Fault(StrEnum):
    """
    While the service sends: rate_limited answers 429 with Retry-After; server_error 500; refused
    400; unauthorized 401; rejected_in_body 200 with REJECTED inside; slow answers late; dropped
    takes the message and breaks the connection before answering.

    While the service is told: lost_report, late_report, duplicate_report, and seen_before_delivered
    disturb the reports of a message; the fails_* make it fail by report.

    While a person writes: duplicate_inbound posts twice; disorder swaps two messages;
    infected_media withholds a file; expired_media can no longer be downloaded.
    """

    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    REFUSED = "refused"
    UNAUTHORIZED = "unauthorized"
    REJECTED_IN_BODY = "rejected_in_body"
    SLOW = "slow"
    DROPPED = "dropped"

    LOST_REPORT = "lost_report"
    LATE_REPORT = "late_report"
    DUPLICATE_REPORT = "duplicate_report"
    SEEN_BEFORE_DELIVERED = "seen_before_delivered"
    FAILS_UNKNOWN_USER = "fails_unknown_user"
    FAILS_BLOCKED_USER = "fails_blocked_user"
    FAILS_IDENTITY_CHANGED = "fails_identity_changed"
    FAILS_PROVIDER_TIMEOUT = "fails_provider_timeout"
    FAILS_UNKNOWN_CODE = "fails_unknown_code"

    DUPLICATE_INBOUND = "duplicate_inbound"
    DISORDER = "disorder"
    INFECTED_MEDIA = "infected_media"
    EXPIRED_MEDIA = "expired_media"


@dataclass(frozen=True)
class ReportedFailure:
    """The `error` of a delivery report that ends in failure. Names and groups as in fixtures."""

    code: int
    name: str
    description: str
    is_permanent: bool


NO_SESSION = ReportedFailure(7010, "EC_NO_SESSION", "Session not initiated or expired", True)
MEDIA_UNREACHABLE = ReportedFailure(
    7013, "EC_MEDIA_HOSTING_ERROR", "Media could not be fetched", False
)
MEDIA_UNSUPPORTED = ReportedFailure(7022, "EC_MEDIA_UNSUPPORTED", "Media type not supported", True)
WRONG_TEMPLATE_ARGUMENTS = ReportedFailure(
    7008, "EC_INVALID_TEMPLATE_ARGS", "Template arguments do not match", True
)
UNKNOWN_TEMPLATE = ReportedFailure(7009, "EC_INVALID_TEMPLATE", "Template not found", True)
UNKNOWN_SENDER = ReportedFailure(7034, "EC_SENDER_NOT_REGISTERED", "Sender not registered", True)
BLOCKED_USER = ReportedFailure(7003, "EC_BLOCKED_USER", "User blocked the sender", True)

ARMED_FAILURES = {
    Fault.FAILS_UNKNOWN_USER: ReportedFailure(7002, "EC_UNKNOWN_USER", "Unknown user", True),
    Fault.FAILS_BLOCKED_USER: BLOCKED_USER,
    Fault.FAILS_IDENTITY_CHANGED: ReportedFailure(
        7029, "EC_USER_IDENTITY_CHANGED", "User identity changed", True
    ),
    Fault.FAILS_PROVIDER_TIMEOUT: ReportedFailure(
        7051, "EC_PROVIDER_TIMEOUT", "Provider timed out", False
    ),
    Fault.FAILS_UNKNOWN_CODE: ReportedFailure(7046, "EC_UNDOCUMENTED", "Undocumented", False),
}


class FaultPlan:
    """Which misbehaviours are armed, and for how many more occasions each. Thread-safe."""

    def __init__(self) -> None:
        self._remaining: Counter[Fault] = Counter()
        self._lock = Lock()

    def arm(self, fault: Fault, times: int = 1) -> None:
        """Misbehave so on the next `times` occasions; 0 disarms."""
        with self._lock:
            self._remaining[fault] = times

    def clear(self) -> None:
        with self._lock:
            self._remaining.clear()

    def take(self, fault: Fault) -> bool:
        """Whether `fault` happens now; uses up one occasion."""
        with self._lock:
            if self._remaining[fault] <= 0:
                return False
            self._remaining[fault] -= 1
            return True

    def take_first(self, *faults: Fault) -> Fault | None:
        """The first armed one of `faults`, if any; uses up one occasion of it alone."""
        return next((fault for fault in faults if self.take(fault)), None)

    def remaining(self) -> dict[str, int]:
        """Armed faults and their remaining occasions."""
        with self._lock:
            return {fault.value: count for fault, count in self._remaining.items() if count > 0}
