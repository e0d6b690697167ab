"""What the provider tells later: delivery states move forward, and some errors ask for more."""

from bot.clock import Clock
from bot.infobip.error_codes import MAY_HAVE_ARRIVED, ErrorAdvice, report_advice
from bot.logs import get_logger
from bot.services.enqueuing import Enqueuing
from domain.conversation import Handler
from domain.delivery import REPORTED, DeliveryStatus
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
from storage.outbox import Outbox, OutboxEntry

log = get_logger()


class DeliveryReports:
    """Applies reports to the outbox, the conversations and the contacts."""

    def __init__(
        self,
        *,
        outbox: Outbox,
        conversations: Conversations,
        contacts: Contacts,
        enqueuing: Enqueuing,
        audit_log: AuditLog,
        clock: Clock,
    ) -> None:
        self._outbox = outbox
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
        if entry is None:
            return False
        if status is DeliveryStatus.FAILED:
            advice = report_advice(report.error_code, is_permanent=report.is_permanent)
            self._follow_advice(entry, advice, report)
        return True

    def _move(
        self, message_id: str, status: DeliveryStatus, reason: str | None
    ) -> OutboxEntry | None:
        entry = self._outbox.apply_report(message_id, status, at=self._clock.now(), reason=reason)
        log.info(
            "report_applied" if entry else "report_ignored",
            message_id=message_id,
            state=status.value,
            reason=reason,
            conversation_id=entry.conversation_id if entry else None,
        )
        return entry

    def _follow_advice(
        self, entry: OutboxEntry, advice: ErrorAdvice, report: DeliveryReport
    ) -> None:
        if advice is ErrorAdvice.CLOSE_WINDOW:
            self._conversations.close_window(entry.conversation_id)
            if not self._enqueuing.send_as_template(entry):
                self._outbox.park(entry.message_id)
        elif advice is ErrorAdvice.STOP_CONTACT:
            self._conversations.set_handler(entry.conversation_id, Handler.NOBODY)
        elif advice is ErrorAdvice.RETRY_LATER:
            if report.error_code in MAY_HAVE_ARRIVED:
                self._outbox.retry_failed(entry.message_id, at=self._enqueuing.retry_at(entry))
            else:
                self._enqueuing.send_copy(entry)
        elif advice is ErrorAdvice.OPT_OUT:
            contact_id = self._conversations.get(entry.conversation_id).contact_id
            self._contacts.set_marketing(contact_id, wants_marketing=False, at=self._clock.now())
        elif advice is ErrorAdvice.CONFIRM_IDENTITY:
            contact_id = self._conversations.get(entry.conversation_id).contact_id
            self._contacts.drop_verification(contact_id)
        elif advice is ErrorAdvice.ALERT:
            log.error(
                "delivery_needs_operator",
                message_id=entry.message_id,
                error_code=report.error_code,
                reason=report.error_name,
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
