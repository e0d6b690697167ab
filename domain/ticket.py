"""A ticket: something that waits for a person of the lender."""

from enum import StrEnum

from pydantic import AwareDatetime, BaseModel, ConfigDict


class TicketReason(StrEnum):
    """Why a person is needed."""

    ASKED_FOR_AGENT = "asked_for_agent"
    COMPLAINT = "complaint"
    NOT_UNDERSTOOD = "not_understood"
    IDENTITY_FAILED = "identity_failed"
    PAYMENT_REPORTED = "payment_reported"
    LETTER_NOT_RECEIVED = "letter_not_received"
    UNSUPPORTED_CONTENT = "unsupported_content"
    NOT_BUILT_YET = "not_built_yet"
    WRONG_NUMBER = "wrong_number"


class Ticket(BaseModel):
    """One open or ended matter; `number` is what people quote."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    number: str
    state: str
    conversation_id: str
    contact_id: str
    reason: TicketReason
    is_urgent: bool
    attachment_ids: list[str]
    opened_at: AwareDatetime
