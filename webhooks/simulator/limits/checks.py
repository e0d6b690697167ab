"""Which fields of a body Infobip would refuse, and in what words."""

from typing import Any

from pydantic import BaseModel, ValidationError

from webhooks.simulator.limits.fields import Closed
from webhooks.simulator.limits.interactive import (
    BodyOnlyContent,
    ButtonsContent,
    FlowContent,
    ListContent,
    UrlButtonContent,
)
from webhooks.simulator.limits.media import (
    AudioContent,
    ContactContent,
    DocumentContent,
    ImageContent,
    LocationContent,
    StickerContent,
    TextContent,
    VideoContent,
)
from webhooks.simulator.limits.message import (
    EventsRequest,
    IdentityRequest,
    MediaDeletion,
    MessageFields,
    TemplateRequest,
)

CONTENTS: dict[str, type[Closed]] = {
    "text": TextContent,
    "image": ImageContent,
    "video": VideoContent,
    "audio": AudioContent,
    "document": DocumentContent,
    "sticker": StickerContent,
    "location": LocationContent,
    "contact": ContactContent,
    "interactive/buttons": ButtonsContent,
    "interactive/list": ListContent,
    "interactive/url-button": UrlButtonContent,
    "interactive/flow": FlowContent,
    "interactive/location-request": BodyOnlyContent,
    "interactive/request-contact-info": BodyOnlyContent,
}
"""Content model of each endpoint under `/whatsapp/1/message/` that takes one flat message."""

WITHOUT_URL_OPTIONS = {"audio", "sticker", "location", "contact"}

Violations = dict[str, list[str]]
"""Dotted path of a field -> what is wrong with it, as in Infobip's `validationErrors`."""

MESSAGES = {
    "missing": "must not be null",
    "extra_forbidden": "unrecognized property",
}


def message_violations(kind: str, body: Any) -> Violations:
    """What Infobip would refuse in one flat message of `kind`; empty when it would accept it."""
    if not isinstance(body, dict):
        return {"": ["must be an object"]}
    fields = {name: value for name, value in body.items() if name != "content"}
    found = violations(MessageFields, fields)
    if kind in WITHOUT_URL_OPTIONS and "urlOptions" in body:
        found["urlOptions"] = [MESSAGES["extra_forbidden"]]
    if "content" not in body:
        return found | {"content": [MESSAGES["missing"]]}
    content = violations(CONTENTS[kind], body["content"])
    return found | {f"content.{path}".rstrip("."): texts for path, texts in content.items()}


def template_violations(body: Any) -> Violations:
    """What Infobip would refuse in a body of the template endpoint."""
    return violations(TemplateRequest, body)


def events_violations(body: Any) -> Violations:
    """What Infobip would refuse in a body of the events endpoint."""
    return violations(EventsRequest, body)


def media_deletion_violations(body: Any) -> Violations:
    return violations(MediaDeletion, body)


def identity_violations(body: Any) -> Violations:
    return violations(IdentityRequest, body)


def violations(model: type[BaseModel], body: Any) -> Violations:
    """Every violation of `model` in `body`, keyed by dotted path."""
    try:
        model.model_validate(body)
    except ValidationError as error:
        found: Violations = {}
        for item in error.errors(include_url=False, include_input=False):
            text = MESSAGES.get(item["type"], item["msg"].removeprefix("Value error, "))
            found.setdefault(_dotted(item["loc"]), []).append(text)
        return found
    return {}


def _dotted(location: tuple[int | str, ...]) -> str:
    path = ""
    for part in location:
        if isinstance(part, int):
            path += f"[{part}]"
        elif not part.isupper():  # upper case: the branch of a union, not a field
            path += f".{part}" if path else part
    return path
