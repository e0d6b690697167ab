"""An entry of a provider's batch that nobody could read: kept whole, for a person to look at."""

from pydantic import BaseModel, ConfigDict, Field


class RejectedResult(BaseModel):
    """One unreadable entry. It never costs the other entries of its batch anything."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    index: int = Field(ge=0, description="its place in the batch")
    reason: str = Field(description="which field is wrong and how; never the field's value")
    raw: str = Field(description="the entry as ASCII JSON text, which every store can hold")
    external_id: str | None = Field(default=None, description="the provider's id, if readable")
