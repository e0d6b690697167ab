"""The fake Infobip accepts what the service writes and refuses one step beyond each limit."""

import json
from pathlib import Path
from typing import Any

import pytest

from webhooks.simulator.limits.checks import (
    events_violations,
    message_violations,
    template_violations,
)

FIXTURES = Path(__file__).parent.parent / "fixtures" / "infobip" / "outbound"
URL = "https://bot.example.org/media/t/x.pdf"
EMOJI = "\N{MONEY BAG}"


def a_text(**changes: Any) -> dict[str, Any]:
    return {"from": "5491155550100", "to": "5491155550101", "content": {"text": "ok"}} | changes


def with_content(**content: Any) -> dict[str, Any]:
    return a_text(content=content)


def buttons(*options: tuple[str, str], **more: Any) -> dict[str, Any]:
    replies = [{"type": "REPLY", "id": key, "title": title} for key, title in options]
    return with_content(**({"body": {"text": "?"}, "action": {"buttons": replies}} | more))


def rows(count: int, **changes: Any) -> list[dict[str, Any]]:
    return [{"id": f"r{number}", "title": f"Row {number}"} | changes for number in range(count)]


def a_list(*sections: dict[str, Any], title: str = "Open", **more: Any) -> dict[str, Any]:
    action = {"title": title, "sections": list(sections)}
    return with_content(**({"body": {"text": "?"}, "action": action} | more))


def a_template(**data: Any) -> dict[str, Any]:
    content = {
        "templateName": "due_soon",
        "language": "es_AR",
        "templateData": {"body": {"placeholders": []}} | data,
    }
    return {"messages": [a_text(content=content)]}


ENDPOINTS = {
    "buttons": "interactive/buttons",
    "list": "interactive/list",
    "url_button": "interactive/url-button",
}


@pytest.mark.parametrize(
    "file", [pytest.param(file, id=file.stem) for file in sorted(FIXTURES.glob("*.json"))]
)
def test_what_the_service_writes_is_accepted(file):
    body = json.loads(file.read_bytes())
    kind = ENDPOINTS.get(file.stem, file.stem.split("_", maxsplit=1)[0])
    if kind == "template":
        assert template_violations(body) == {}
    elif kind == "typing":
        assert events_violations(body) == {}
    else:
        assert message_violations(kind, body) == {}


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        pytest.param("text", with_content(text="a" * 4096), id="text of 4096"),
        pytest.param("text", with_content(text=EMOJI * 2048), id="2048 emoji fill a text"),
        pytest.param("text", a_text(to="AR.9000000000000101"), id="to a business-scoped id"),
        pytest.param("text", a_text(messageId="m" * 200), id="message id of 200"),
        pytest.param("interactive/buttons", buttons(("a", "t" * 20)), id="button title of 20"),
        pytest.param("interactive/list", a_list({"rows": rows(10)}), id="ten rows"),
        pytest.param(
            "interactive/list",
            a_list({"rows": rows(1, title="t" * 24, description="d" * 72)}),
            id="row title of 24, description of 72",
        ),
        pytest.param(
            "document",
            with_content(mediaUrl=URL, caption="c" * 3000, filename="f" * 240),
            id="caption of 3000, file name of 240",
        ),
    ],
)
def test_at_the_limit_is_accepted(kind, body):
    assert message_violations(kind, body) == {}


@pytest.mark.parametrize(
    ("kind", "body", "path"),
    [
        pytest.param("text", [], "", id="a list instead of an object"),
        pytest.param("text", a_text(surprise=1), "surprise", id="unknown field"),
        pytest.param("text", with_content(text="a", x=1), "content.x", id="unknown in content"),
        pytest.param("text", a_text(to=None), "to", id="no recipient"),
        pytest.param("text", a_text(to="+5491155550101"), "to", id="plus sign"),
        pytest.param("text", a_text(to="1" * 151), "to", id="recipient of 151"),
        pytest.param("text", {"from": "1", "to": "2"}, "content", id="no content"),
        pytest.param("text", with_content(text=""), "content.text", id="empty text"),
        pytest.param("text", with_content(text=" \n"), "content.text", id="blank text"),
        pytest.param("text", with_content(text="a" * 4097), "content.text", id="text of 4097"),
        pytest.param("text", with_content(text=EMOJI * 2049), "content.text", id="2049 emoji"),
        pytest.param("text", with_content(text=5), "content.text", id="number as text"),
        pytest.param("text", a_text(messageId="m" * 201), "messageId", id="message id of 201"),
        pytest.param("text", a_text(callbackData="c" * 4001), "callbackData", id="callback data"),
        pytest.param("text", a_text(notifyUrl="x"), "notifyUrl", id="notify URL is no URL"),
        pytest.param("text", a_text(context={}), "context.replyToMessageId", id="empty context"),
        pytest.param(
            "document",
            with_content(mediaUrl="file:///etc/x"),
            "content.mediaUrl",
            id="not http",
        ),
        pytest.param(
            "document",
            with_content(mediaUrl=URL, filename="f" * 241),
            "content.filename",
            id="file name of 241",
        ),
        pytest.param(
            "image",
            with_content(mediaUrl=URL, filename="x"),
            "content.filename",
            id="images have no file name",
        ),
        pytest.param(
            "sticker", a_text(content={"mediaUrl": URL}, urlOptions={}), "urlOptions", id="sticker"
        ),
        pytest.param("interactive/buttons", buttons(), "content.action.buttons", id="no button"),
        pytest.param(
            "interactive/buttons",
            buttons(("a", "A"), ("b", "B"), ("c", "C"), ("d", "D")),
            "content.action.buttons",
            id="four buttons",
        ),
        pytest.param(
            "interactive/buttons",
            buttons(("a", "A"), ("b", "A")),
            "content.action",
            id="same title",
        ),
        pytest.param(
            "interactive/buttons",
            buttons(("a", "t" * 21)),
            "content.action.buttons[0].title",
            id="button title of 21",
        ),
        pytest.param(
            "interactive/buttons",
            buttons(("a", f"Pay {EMOJI}")),
            "content.action.buttons[0].title",
            id="emoji in a button",
        ),
        pytest.param(
            "interactive/buttons",
            buttons(("a", "*Pay*")),
            "content.action.buttons[0].title",
            id="markdown in a button",
        ),
        pytest.param(
            "interactive/buttons",
            buttons((" a", "A")),
            "content.action.buttons[0].id",
            id="blank before an id",
        ),
        pytest.param(
            "interactive/buttons",
            buttons(("a", "A"), body={"text": "b" * 1025}),
            "content.body.text",
            id="body of 1025",
        ),
        pytest.param(
            "interactive/buttons",
            buttons(("a", "A"), footer={"text": "f" * 61}),
            "content.footer.text",
            id="footer of 61",
        ),
        pytest.param(
            "interactive/buttons",
            buttons(("a", "A"), header={"type": "TEXT", "text": "h" * 61}),
            "content.header.text",
            id="header of 61",
        ),
        pytest.param(
            "interactive/list",
            a_list({"title": "1", "rows": rows(6)}, {"title": "2", "rows": rows(5)}),
            "content.action",
            id="eleven rows over two sections",
        ),
        pytest.param(
            "interactive/list",
            a_list({"rows": rows(1)}, {"rows": rows(1, id="x")}),
            "content.action",
            id="two sections without titles",
        ),
        pytest.param(
            "interactive/list",
            a_list({"rows": rows(2, id="same")}),
            "content.action",
            id="two rows of one id",
        ),
        pytest.param(
            "interactive/list",
            a_list({"rows": rows(1, title="t" * 25)}),
            "content.action.sections[0].rows[0].title",
            id="row title of 25",
        ),
        pytest.param(
            "interactive/list",
            a_list({"rows": rows(1, description="d" * 73)}),
            "content.action.sections[0].rows[0].description",
            id="row description of 73",
        ),
        pytest.param(
            "interactive/list",
            a_list({"rows": rows(1)}, title="t" * 21),
            "content.action.title",
            id="list title of 21",
        ),
        pytest.param(
            "interactive/url-button",
            with_content(body={"text": "?"}, action={"displayText": "d" * 21, "url": URL}),
            "content.action.displayText",
            id="link label of 21",
        ),
    ],
)
def test_beyond_the_limit_is_refused(kind, body, path):
    assert list(message_violations(kind, body)) == [path]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        pytest.param({}, "messages", id="no messages"),
        pytest.param(
            a_template(body={"placeholders": [""]}),
            "messages[0].content.templateData.body.placeholders[0]",
            id="empty placeholder",
        ),
        pytest.param(
            a_template(body={"placeholders": [None]}),
            "messages[0].content.templateData.body.placeholders[0]",
            id="null placeholder",
        ),
        pytest.param(
            a_template(header={"type": "DOCUMENT", "mediaUrl": URL}),
            "messages[0].content.templateData.header.filename",
            id="document header without file name",
        ),
        pytest.param(
            a_template(buttons=[{"type": "QUICK_REPLY", "parameter": "p" * 129}]),
            "messages[0].content.templateData.buttons[0].parameter",
            id="payload of 129",
        ),
        pytest.param(
            a_template(buttons=[{"type": "URL", "parameter": "p"}] * 3),
            "messages[0].content.templateData",
            id="three links",
        ),
    ],
)
def test_templates_beyond_the_limit_are_refused(body, path):
    assert list(template_violations(body)) == [path]


def test_upper_case_template_name_is_refused():
    body = a_template()
    body["messages"][0]["content"]["templateName"] = "DueSoon"
    assert list(template_violations(body)) == ["messages[0].content.templateName"]


@pytest.mark.parametrize("count", [0, 2])
def test_a_typing_event_has_exactly_one_destination(count):
    event = {
        "sender": "5491155550100",
        "destinations": [{"to": "5491155550101"}] * count,
        "content": {"type": "TYPING_INDICATOR"},
    }
    assert list(events_violations({"events": [event]})) == ["events[0].destinations"]
