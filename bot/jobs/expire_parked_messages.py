"""What waited too long for the contact to write is given up, and a person can see it."""

from datetime import timedelta

from bot.bootstrap import Services
from bot.logs import get_logger

KEPT_FOR = timedelta(days=7)

log = get_logger()


def expire_parked_messages(services: Services) -> None:
    """End every message that has waited for the window for seven days, with a dead letter."""
    now = services.clock.machine_now()
    for entry in services.outbox.list_parked_since(now - KEPT_FOR):
        services.dead_letters.add(
            source="outbound",
            reason="window_never_opened",
            body=entry.content.model_dump(mode="json"),
            dedupe_key=f"outbound:{entry.message_id}",
            at=services.clock.now(),
            conversation_id=entry.conversation_id,
        )
        services.outbox.expire_parked(entry.message_id, now=now)
        log.warning("parked_message_expired", message_id=entry.message_id)
