"""Puts a matter before a person of the lender, and says when somebody will look at it."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from bot.clock import Clock
from bot.logs import get_logger
from bot.site import Site
from domain.ticket import Ticket, TicketReason
from storage.tickets import NewTicket, Tickets

log = get_logger()


class Handoff(BaseModel):
    """The ticket, and when agents open next; None while they are there."""

    model_config = ConfigDict(frozen=True)

    ticket: Ticket
    opens_at: datetime | None


class Handoffs:
    """Opens tickets, one per conversation and reason while it is open."""

    def __init__(self, tickets: Tickets, site: Site, clock: Clock) -> None:
        self._tickets = tickets
        self._site = site
        self._clock = clock

    def open(
        self,
        reason: TicketReason,
        *,
        conversation_id: str,
        contact_id: str,
        cause_id: str,
        is_urgent: bool = False,
        attachment_id: str | None = None,
    ) -> Handoff:
        """A ticket for this cause; asking twice gives the same number."""
        now = self._clock.now()
        ticket = self._tickets.open_once(
            NewTicket(
                cause_id=cause_id,
                conversation_id=conversation_id,
                contact_id=contact_id,
                reason=reason,
                is_urgent=is_urgent,
                attachment_id=attachment_id,
            ),
            now=now,
        )
        log.info("ticket_opened", ticket=ticket.number, reason=reason.value)
        hours = self._site.handoff
        return Handoff(
            ticket=ticket, opens_at=None if hours.is_open(now) else hours.next_opening(now)
        )
