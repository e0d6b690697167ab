"""The body of `POST /webhooks/fiado/turn`, checked before Rasa sees any of it."""

from typing import Any, Union

from pydantic import (
    BaseModel,
    Extra,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    root_validator,
)

MOST_CHARACTERS = 4_096
MOST_ID_CHARACTERS = 200
EntityValue = Union[StrictBool, StrictInt, StrictFloat, StrictStr]


class _Strict(BaseModel):
    class Config:
        extra = Extra.forbid


class IntentRequest(_Strict):
    """A tap or a menu word, decided by the service; nothing that a person typed."""

    name: StrictStr = Field(min_length=1, max_length=MOST_ID_CHARACTERS)
    entities: dict[StrictStr, EntityValue] = Field(default_factory=dict)


class TurnRequest(_Strict):
    """One inbound message: typed text or an intent."""

    conversation: StrictStr = Field(min_length=1, max_length=MOST_ID_CHARACTERS)
    message_id: StrictStr = Field(min_length=1, max_length=MOST_ID_CHARACTERS)
    text: StrictStr | None = Field(default=None, max_length=MOST_CHARACTERS)
    intent: IntentRequest | None = None
    metadata: dict[StrictStr, Any] = Field(default_factory=dict)

    @root_validator(skip_on_failure=True)
    def _text_or_intent(cls, values: dict[str, Any]) -> dict[str, Any]:
        if (values["text"] is None) == (values["intent"] is None):
            raise ValueError("exactly one of text and intent")
        return values
