"""What the provider tells later: delivery states move forward, and some errors ask for more."""

from bot.clock import Clock
from bot.infobip.error_codes import MAY_HAVE_ARRIVED, ErrorAdvice, report_advice
from bot.logs import get_logger
from bot.services.enqueuing import Enqueuing
from domain.delivery import REPORTED, DeliveryStatus
from domain.message import Template
from domain.report import (
    DeliveryReport,
    IdentityChanged,
    MarketingPreference,
    Report,
    SeenReport,
    TemplateUpdate,
)
from storage.audit_log import AuditLog
from storage.contacts import Contacts
from storage.conversations import Conversations
from storage.outbox import OutboxEntry
from storage.outbox_reports import OutboxReports
from storage.outbox_upkeep import OutboxUpkeep

MAX_ATTEMPTS = 5

log = get_logger()


class DeliveryReports:
    """Applies reports to the outbox, the conversations and the contacts."""

    def __init__(
        self,
        *,
        outbox_reports: OutboxReports,
        outbox_upkeep: OutboxUpkeep,
        conversations: Conversations,
        contacts: Contacts,
        enqueuing: Enqueuing,
        audit_log: AuditLog,
        clock: Clock,
    ) -> None:
        self._outbox_reports = outbox_reports
        self._outbox_upkeep = outbox_upkeep
        self._conversations = conversations
        self._contacts = contacts
        self._enqueuing = enqueuing
        self._audit_log = audit_log
        self._clock = clock

    def apply(self, report: Report) -> bool:
        """Apply one report; False if it changes nothing (unknown, repeated, or behind)."""
        if isinstance(report, DeliveryReport):
            return self._apply_delivery(report)
        if isinstance(report, SeenReport):
            return self._move(report.message_id, DeliveryStatus.SEEN, None) is not None
        if isinstance(report, IdentityChanged):
            return self._apply_identity_change(report)
        if isinstance(report, MarketingPreference):
            return self._apply_marketing_preference(report)
        self._note_template_update(report)
        return True

    def _apply_delivery(self, report: DeliveryReport) -> bool:
        if report.is_duplicate_id:
            # the provider refused a second copy: the first one is on its way
            return self._move(report.message_id, DeliveryStatus.SENT, None) is not None
        status = REPORTED[report.outcome]
        entry = self._move(report.message_id, status, report.error_name)
        if status not in {DeliveryStatus.FAILED, DeliveryStatus.EXPIRED}:
            return entry is not None
        # reported again because nobody acknowledged it: what follows may have been cut short
        failed = entry or self._outbox_reports.find_open_follow_up(report.message_id)
        if failed is None:
            return False
        if not self._has_another_chance(failed, report):
            self._give_up(failed, report)
        self._outbox_reports.close_follow_up(report.message_id)
        return True

    def _move(
        self, message_id: str, status: DeliveryStatus, reason: str | None
    ) -> OutboxEntry | None:
        entry = self._outbox_reports.apply(message_id, status, at=self._clock.now(), reason=reason)
        log.info(
            "report_applied" if entry else "report_ignored",
            message_id=message_id,
            state=status.value,
            reason=reason,
            conversation_id=entry.conversation_id if entry else None,
        )
        return entry

    def _has_another_chance(self, entry: OutboxEntry, report: DeliveryReport) -> bool:
        """Do what the failure asks for; whether the message may still arrive."""
        if entry.status is DeliveryStatus.EXPIRED:
            return False
        advice = report_advice(report.error_code, is_permanent=report.is_permanent)
        if advice is ErrorAdvice.CLOSE_WINDOW:
            # its id is used up at the provider; the copy waits for the person, see OutboxWorker
            self._conversations.close_window(entry.conversation_id)
            is_template = isinstance(entry.content, Template)
            now = self._clock.machine_now()
            return not is_template and self._enqueuing.send_copy(entry, at=now)
        if advice is ErrorAdvice.RETRY_LATER:
            return self._retry(entry, report)
        if advice is ErrorAdvice.STOP_CONTACT:
            # nothing reaches them until they write again, which shows that something does
            self._conversations.close_window(entry.conversation_id)
        elif advice is ErrorAdvice.OPT_OUT:
            contact_id = self._conversations.get(entry.conversation_id).contact_id
            self._contacts.set_marketing(contact_id, wants_marketing=False, at=self._clock.now())
        elif advice is ErrorAdvice.CONFIRM_IDENTITY:
            contact_id = self._conversations.get(entry.conversation_id).contact_id
            self._contacts.drop_verification(contact_id)
        return False

    def _retry(self, entry: OutboxEntry, report: DeliveryReport) -> bool:
        at = self._enqueuing.retry_at(entry)
        if report.error_code in MAY_HAVE_ARRIVED:
            return self._outbox_reports.retry_failed(
                entry.message_id, at=at, max_attempts=MAX_ATTEMPTS
            )
        return self._enqueuing.send_copy(entry)

    def _give_up(self, entry: OutboxEntry, report: DeliveryReport) -> None:
        reason = report.error_name or entry.status.value
        self._outbox_upkeep.give_up(
            entry,
            entry.status,
            reason=reason,
            now=self._clock.machine_now(),
            at=self._clock.now(),
        )
        log.error(
            "delivery_failed",
            message_id=entry.message_id,
            error_code=report.error_code,
            reason=reason,
        )

    def _apply_identity_change(self, report: IdentityChanged) -> bool:
        for alias in _aliases(report.phone, report.user_id):
            contact = self._contacts.find_by_alias(alias)
            if contact is not None:
                self._contacts.note_identity_hash(contact.contact_id, report.identity_hash)
                self._contacts.drop_verification(contact.contact_id)
                self._audit_log.add(
                    actor="provider",
                    act="identity_changed",
                    subject=contact.contact_id,
                    at=self._clock.now(),
                )
                log.warning("identity_changed", contact_id=contact.contact_id)
                return True
        return False

    def _apply_marketing_preference(self, report: MarketingPreference) -> bool:
        for alias in _aliases(report.phone, report.user_id):
            contact = self._contacts.find_by_alias(alias)
            if contact is not None:
                self._contacts.set_marketing(
                    contact.contact_id,
                    wants_marketing=report.wants_marketing,
                    at=self._clock.now(),
                )
                return True
        return False

    def _note_template_update(self, report: TemplateUpdate) -> None:
        log.warning("template_updated", name=report.template_name, state=report.change)


def _aliases(phone: str | None, user_id: str | None) -> list[str]:
    phones = [f"phone:{phone}"] if phone else []
    return phones + ([f"user:{user_id}"] if user_id else [])
