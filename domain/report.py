"""What the provider tells later about messages and contacts. No wire format: see bot/infobip."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DeliveryOutcome(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    UNDELIVERABLE = "undeliverable"
    EXPIRED = "expired"
    REJECTED = "rejected"


class DeliveryReport(_Model):
    kind: Literal["delivery"] = "delivery"
    message_id: str
    outcome: DeliveryOutcome
    error_code: int | None = Field(default=None, description="None when there is no error")
    error_name: str | None = None
    is_permanent: bool = False
    is_duplicate_id: bool = Field(default=False, description="refused: this message id was sent")
    done_at: AwareDatetime | None = None


class SeenReport(_Model):
    kind: Literal["seen"] = "seen"
    message_id: str
    seen_at: AwareDatetime | None = None


class IdentityChanged(_Model):
    """The person behind a number re-registered WhatsApp: a new phone, or a new owner."""

    kind: Literal["identity_changed"] = "identity_changed"
    phone: str | None
    user_id: str | None
    identity_hash: str


class MarketingPreference(_Model):
    kind: Literal["marketing_preference"] = "marketing_preference"
    phone: str | None
    user_id: str | None = None
    wants_marketing: bool


class TemplateUpdate(_Model):
    kind: Literal["template_update"] = "template_update"
    template_name: str
    language: str | None = None
    change: str


Report = Annotated[
    DeliveryReport | SeenReport | IdentityChanged | MarketingPreference | TemplateUpdate,
    Field(discriminator="kind"),
]
