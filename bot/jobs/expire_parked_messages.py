"""What waited too long for the contact to write is given up, and a person can see it."""

from datetime import timedelta

from bot.bootstrap import Services
from bot.logs import get_logger
from domain.delivery import DeliveryStatus

KEPT_FOR = timedelta(days=7)

log = get_logger()


def expire_parked_messages(services: Services) -> None:
    """End every message that has waited for the window for seven days, with a dead letter."""
    now = services.clock.machine_now()
    for entry in services.outbox_upkeep.list_parked(now - KEPT_FOR):
        is_given_up = services.outbox_upkeep.give_up(
            entry,
            DeliveryStatus.EXPIRED,
            reason="window_never_opened",
            now=now,
            at=services.clock.now(),
        )
        if is_given_up:
            log.warning("parked_message_expired", message_id=entry.message_id)
