"""Limits of the interactive contents: what the person can tap."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from webhooks.simulator.limits.fields import (
    ButtonId,
    ButtonTitle,
    Closed,
    FileName,
    Label,
    Url,
    check_unique,
    sized,
)

MAX_ROWS = 10


class Body(Closed):
    text: Annotated[str, sized(1, 1024)]


class Footer(Closed):
    text: Annotated[str, sized(1, 60)]


class TextHeader(Closed):
    type: Literal["TEXT"]
    text: Annotated[str, sized(1, 60)]


class FileHeader(Closed):
    type: Literal["IMAGE", "VIDEO"]
    media_url: Url


class DocumentHeader(Closed):
    type: Literal["DOCUMENT"]
    media_url: Url
    filename: FileName = ""


Header = Annotated[TextHeader | FileHeader | DocumentHeader, Field(discriminator="type")]


class BodyOnlyContent(Closed):
    body: Body


class ReplyButton(Closed):
    type: Literal["REPLY"]
    id: ButtonId
    title: ButtonTitle


class ButtonsAction(Closed):
    buttons: Annotated[list[ReplyButton], Field(min_length=1, max_length=3)]

    @model_validator(mode="after")
    def check_buttons_differ(self) -> Self:
        check_unique([button.title for button in self.buttons], "button titles")
        check_unique([button.id for button in self.buttons], "button ids")
        return self


class ButtonsContent(Closed):
    body: Body
    action: ButtonsAction
    header: Header | None = None
    footer: Footer | None = None


class Row(Closed):
    id: Annotated[str, sized(1, 200)]
    title: Annotated[str, sized(1, 24)]
    description: Annotated[str, sized(0, 72)] = ""


class Section(Closed):
    rows: Annotated[list[Row], Field(min_length=1)]
    title: Annotated[str, sized(0, 24)] = ""


class ListAction(Closed):
    title: Label
    sections: Annotated[list[Section], Field(min_length=1, max_length=10)]

    @model_validator(mode="after")
    def check_rows(self) -> Self:
        rows = [row for section in self.sections for row in section.rows]
        if len(rows) > MAX_ROWS:
            raise ValueError(f"at most {MAX_ROWS} rows over all sections")
        check_unique([row.id for row in rows], "row ids")
        if len(self.sections) > 1 and not all(section.title.strip() for section in self.sections):
            raise ValueError("every section needs a title when there are several")
        return self


class ListContent(Closed):
    body: Body
    action: ListAction
    header: TextHeader | None = None
    footer: Footer | None = None


class UrlAction(Closed):
    display_text: Label
    url: Url


class UrlButtonContent(Closed):
    body: Body
    action: UrlAction
    header: Header | None = None
    footer: Footer | None = None


class FlowPayload(Closed):
    screen: Annotated[str, sized(1, 200)]
    data: dict[str, Any] | None = None


class FlowAction(Closed):
    flow_token: Annotated[str, sized(1, 200)]
    flow_id: Annotated[str, sized(1, 200)]
    call_to_action_button: Label
    mode: Literal["DRAFT", "PUBLISHED"] = "PUBLISHED"
    flow_action: Literal["NAVIGATE", "DATA_EXCHANGE"] = "NAVIGATE"
    flow_action_payload: FlowPayload | None = None
    flow_message_version: int | None = None


class FlowContent(Closed):
    body: Body
    action: FlowAction
    header: TextHeader | None = None
    footer: Footer | None = None
