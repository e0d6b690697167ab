import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import bson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.infobip.errors import BadPayload
from bot.infobip.inbound import parse_messages
from domain.message import (
    ContactCards,
    FormReply,
    InboundContent,
    InboundMessage,
    InfectedFile,
    Location,
    Media,
    MediaKind,
    Reaction,
    Tap,
    Text,
    Unsupported,
)
from domain.rejected import RejectedResult
from tests.bot.infobip.fixtures import fixture_bytes, fixture_json, fixture_names

NOW = datetime(2026, 3, 2, 14, 10, tzinfo=UTC)
MEDIA_URL = "https://testbase.api.infobip.com/whatsapp/1/senders/5491155550100/media/"
OURS = "b0700000-0000-4000-8000-000000000001"


def media(kind: MediaKind, number: str, caption: str | None = None) -> Media:
    url = f"{MEDIA_URL}b0700000-0000-4000-8000-00000000{number}"
    return Media(media_kind=kind, url=url, caption=caption)


def unsupported(provider_type: str, folder: str, fixture: str) -> Unsupported:
    message = fixture_json(f"{folder}/{fixture}.json")["results"][0]["message"]
    return Unsupported(provider_type=provider_type, raw=json.dumps(message))


CONTENTS: dict[str, list[InboundContent]] = {
    "audio": [media(MediaKind.AUDIO, "232c")],
    "batch_three_users": [
        Text(text="uno"),
        media(MediaKind.IMAGE, "2330"),
        Text(text="dos"),
        Unsupported(provider_type="UNSUPPORTED", raw='{"type": "UNSUPPORTED"}'),
    ],
    "button": [Tap(reply_id="confirm:c-17:v1", title="Sí, confirmo")],
    "contact": [ContactCards(count=1)],
    "document": [media(MediaKind.DOCUMENT, "232b", "recibo_de_sueldo_2026-02.pdf")],
    "image": [media(MediaKind.IMAGE, "2329", "Mi DNI, frente")],
    "image_no_caption": [media(MediaKind.IMAGE, "232a")],
    "infected_content": [InfectedFile()],
    "interactive_button_reply": [Tap(reply_id="menu:saldo", title="Ver saldo")],
    "interactive_call_permission_reply": [
        unsupported(
            "INTERACTIVE_CALL_PERMISSION_REPLY", "inbound", "interactive_call_permission_reply"
        )
    ],
    "interactive_flow_reply": [
        FormReply(
            text="Sent",
            answers={
                "flow_token": "flow-c-17",
                "ingreso_mensual": "350000",
                "acepta_terminos": True,
            },
        )
    ],
    "interactive_in_thread_authentication_reply": [
        unsupported(
            "INTERACTIVE_IN_THREAD_AUTHENTICATION_REPLY",
            "inbound",
            "interactive_in_thread_authentication_reply",
        )
    ],
    "interactive_list_reply": [Tap(reply_id="plan:12", title="12 cuotas")],
    "interactive_payment_confirmation": [
        unsupported(
            "INTERACTIVE_PAYMENT_CONFIRMATION", "inbound", "interactive_payment_confirmation"
        )
    ],
    "location": [
        Location(
            latitude=-34.603722,
            longitude=-58.381592,
            name="Punto de prueba",
            address="Calle Falsa 123, Buenos Aires",
        )
    ],
    "location_pin_only": [Location(latitude=-31.4201, longitude=-64.1888)],
    "order": [unsupported("ORDER", "inbound", "order")],
    "reaction_added": [Reaction(emoji="👍", reacted_to=OURS)],
    "reaction_removed": [Reaction(emoji=None, reacted_to=OURS)],
    "sticker": [media(MediaKind.STICKER, "232f")],
    "text": [Text(text="Hola, quiero consultar mi préstamo")],
    "text_from_ad": [Text(text="Vi su aviso")],
    "text_minimal_pre_bsuid": [Text(text="hola")],
    "text_quoted_reply": [Text(text="Sí, ese mismo")],
    "text_with_identity": [Text(text="Cambié de teléfono")],
    "text_with_keyword_and_tenant": [Text(text="PRESTAMO 1234")],
    "unsupported": [Unsupported(provider_type="UNSUPPORTED", raw='{"type": "UNSUPPORTED"}')],
    "video": [media(MediaKind.VIDEO, "232e", "El local por dentro")],
    "voice": [media(MediaKind.VOICE, "232d")],
}

EDGE_CONTENTS: dict[str, list[InboundContent | None]] = {
    "bad_item_among_good": [Text(text="bien"), None, Text(text="también bien")],
    "duplicate_in_batch": [Text(text="uno"), Text(text="uno")],
    "empty_results": [],
    "interactive_payment_acknowledgement_not_in_enum": [
        unsupported(
            "INTERACTIVE_PAYMENT_ACKNOWLEDGEMENT",
            "inbound-edge",
            "interactive_payment_acknowledgement_not_in_enum",
        )
    ],
    "media_url_foreign_host": [
        Media(
            media_kind=MediaKind.DOCUMENT,
            url="https://attacker.example.net/whatsapp/1/senders/5491155550100/media/x",
            caption="a.pdf",
        )
    ],
    "missing_contact_and_price": [Text(text="sin contacto ni precio")],
    "out_of_order": [Text(text="segundo"), Text(text="primero")],
    "text_4096_emoji": [
        Text(
            text=fixture_json("inbound-edge/text_4096_emoji.json")["results"][0]["message"]["text"]
        )
    ],
    "unknown_extra_fields": [Text(text="hola")],
    "unknown_message_type": [unsupported("POLL_UPDATE", "inbound-edge", "unknown_message_type")],
    "username_only_no_phone": [Text(text="no tengo número visible")],
}


def contents(body: bytes) -> list[InboundContent | None]:
    """What each item says; None for a rejected one."""
    items = parse_messages(body, NOW)
    return [item.content if isinstance(item, InboundMessage) else None for item in items]


def body_of(*results: Any) -> bytes:
    return json.dumps({"results": results}).encode()


def a_result(**changes: Any) -> dict[str, Any]:
    """One entry as Infobip posts it; a change to None leaves the field out."""
    result = fixture_json("inbound/text.json")["results"][0] | changes
    return {name: value for name, value in result.items() if value is not None}


def parse_one(**changes: Any) -> InboundMessage | RejectedResult:
    [item] = parse_messages(body_of(a_result(**changes)), NOW)
    return item


def accepted(**changes: Any) -> InboundMessage:
    item = parse_one(**changes)
    assert isinstance(item, InboundMessage)
    return item


@pytest.mark.parametrize("name", CONTENTS)
def test_every_kind_of_message_becomes_its_content(name: str) -> None:
    assert contents(fixture_bytes(f"inbound/{name}.json")) == CONTENTS[name]


@pytest.mark.parametrize("name", EDGE_CONTENTS)
def test_edges_are_survived(name: str) -> None:
    assert contents(fixture_bytes(f"inbound-edge/{name}.json")) == EDGE_CONTENTS[name]


def test_every_fixture_is_used() -> None:
    assert fixture_names("inbound") == set(CONTENTS)
    assert fixture_names("inbound-edge") == set(EDGE_CONTENTS)


def test_all_that_surrounds_the_content_is_read() -> None:
    [message] = parse_messages(fixture_bytes("inbound/text_quoted_reply.json"), NOW)
    assert message == InboundMessage(
        external_id="wamid.HBgNNTQ5MTE1NTU1MDEwMRUCABIYFDAwMDAwMDAwMDAwMDAwMDAwMDAyAA==",
        business_number="5491155550100",
        phone="5491155550101",
        user_id="AR.9000000000000101",
        contact_name="Ramona Prueba",
        received_at=datetime(2026, 3, 2, 14, 5, 7, 321000, tzinfo=UTC),
        content=Text(text="Sí, ese mismo"),
        quoted_id=OURS,
        paired_message_id=OURS,
    )


def test_the_identity_hash_is_read() -> None:
    [message] = parse_messages(fixture_bytes("inbound/text_with_identity.json"), NOW)
    assert isinstance(message, InboundMessage)
    assert message.identity_hash == "dGVzdC1oYXNo"


@pytest.mark.parametrize(
    ("changes", "phone", "user_id"),
    [
        pytest.param({}, "5491155550101", "AR.9000000000000101", id="both"),
        pytest.param({"contact": None}, "5491155550101", None, id="number alone"),
        pytest.param({"from": "AR.9", "contact": {"name": "N"}}, None, "AR.9", id="number hidden"),
        pytest.param(
            {"from": "AR.9", "contact": {"phoneNumber": "+54 9 11 5555-0101"}},
            "5491155550101",
            "AR.9",
            id="number beside a user id",
        ),
        pytest.param({"from": 5491155550101, "contact": []}, "5491155550101", None, id="a number"),
        pytest.param({"from": "+5491155550101", "contact": None}, "5491155550101", None, id="plus"),
        pytest.param(
            {"contact": {"phoneNumber": "oculto", "userId": {"x": 1}}},
            "5491155550101",
            None,
            id="contact makes no sense",
        ),
        pytest.param({"from": "1" * 30, "contact": None}, None, "1" * 30, id="too long for E.164"),
    ],
)
def test_who_wrote(changes: dict[str, Any], phone: str | None, user_id: str | None) -> None:
    message = accepted(**changes)
    assert (message.phone, message.user_id) == (phone, user_id)


@pytest.mark.parametrize(
    ("received_at", "expected"),
    [
        pytest.param("2026-03-02T14:05:07.321+0000", "14:05:07.321000", id="as documented"),
        pytest.param("2026-03-02T14:05:07.321+00:00", "14:05:07.321000", id="with a colon"),
        pytest.param("2026-03-02T11:05:07-03:00", "14:05:07", id="local offset"),
        pytest.param("2026-03-02T14:05:07Z", "14:05:07", id="zulu"),
        pytest.param("2026-03-02T14:05:07", "14:05:07", id="no offset is UTC"),
        pytest.param(1772460307, "14:05:07", id="unix seconds"),
        pytest.param(1772460307321, "14:05:07.321000", id="unix milliseconds"),
        pytest.param("2026-03-02T14:14:59Z", "14:14:59", id="a clock slightly ahead"),
        pytest.param("2026-03-02T14:15:01Z", "14:10:00", id="too far ahead: when it arrived"),
        pytest.param("2099-01-01T00:00:00Z", "14:10:00", id="future: when it arrived"),
        pytest.param("ayer", "14:10:00", id="words: when it arrived"),
        pytest.param(True, "14:10:00", id="a boolean: when it arrived"),
        pytest.param({"a": 1}, "14:10:00", id="an object: when it arrived"),
        pytest.param(None, "14:10:00", id="missing: when it arrived"),
        pytest.param("0001-01-01T00:00:00+14:00", "14:10:00", id="before time: when it arrived"),
    ],
)
def test_when_it_was_received(received_at: Any, expected: str) -> None:
    received = accepted(receivedAt=received_at).received_at
    assert received.isoformat() == f"2026-03-02T{expected}+00:00"


def test_an_old_message_keeps_its_time() -> None:
    assert NOW - accepted(receivedAt="2019-01-01T00:00:00Z").received_at > timedelta(days=2000)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"messageId": None}, "messageId: missing", id="no id"),
        pytest.param({"messageId": ""}, "messageId: string_too_short", id="empty id"),
        pytest.param({"messageId": "x" * 1001}, "messageId: string_too_long", id="absurd id"),
        pytest.param({"messageId": ["x"]}, "messageId: string_type", id="id is a list"),
        pytest.param({"from": None}, "from: missing", id="from nobody"),
        pytest.param({"from": "x" * 151}, "from: string_too_long", id="absurd sender"),
        pytest.param({"to": None}, "to: missing", id="to nobody"),
        pytest.param({"message": None}, "message: missing", id="no message"),
        pytest.param({"message": "hola"}, "message: model_type", id="message is text"),
        pytest.param({"message": {"text": "hola"}}, "message.type: missing", id="no type"),
        pytest.param({"message": {"type": "TEXT"}}, "text: missing", id="a text without text"),
        pytest.param(
            {"message": {"type": "TEXT", "text": {"body": "x"}}}, "text: string_type", id="nested"
        ),
        pytest.param(
            {"message": {"type": "LOCATION", "latitude": 91, "longitude": 0}},
            "latitude: less_than_equal",
            id="off the globe",
        ),
        pytest.param({"integrationType": "SMS"}, "integrationType: literal_error", id="an SMS"),
    ],
)
def test_what_cannot_be_read_is_kept_whole(changes: dict[str, Any], reason: str) -> None:
    entry = a_result(**changes)
    [item] = parse_messages(body_of(entry), NOW)
    assert isinstance(item, RejectedResult)
    assert item.reason == reason
    assert json.loads(item.raw) == entry


def test_a_rejected_item_keeps_its_id_and_place() -> None:
    bad = a_result(message={"type": "TEXT"}, messageId="wamid.1")
    _, rejected, _ = parse_messages(body_of(a_result(), bad, a_result()), NOW)
    assert isinstance(rejected, RejectedResult)
    assert (rejected.index, rejected.external_id) == (1, "wamid.1")


def test_numbers_serve_where_strings_are_expected() -> None:
    message = accepted(messageId=17, to=5491155550100, message={"type": "TEXT", "text": 1234})
    assert (message.external_id, message.business_number) == ("17", "5491155550100")
    assert message.content == Text(text="1234")


def test_a_template_button_without_payload_answers_with_its_text() -> None:
    assert accepted(message={"type": "BUTTON", "text": "Sí"}).content == Tap(
        reply_id="Sí", title="Sí"
    )


def test_a_removed_reaction_has_no_emoji_even_if_one_is_named() -> None:
    message = {"type": "REACTION", "emoji": "👍", "action": "REMOVED"}
    assert accepted(message=message).content == Reaction(emoji=None, reacted_to=None)


def test_a_text_of_65k_is_kept_whole() -> None:
    assert accepted(message={"type": "TEXT", "text": "ñ" * 65_000}).content == Text(
        text="ñ" * 65_000
    )


def test_a_batch_of_2000_keeps_its_order() -> None:
    items = parse_messages(body_of(*(a_result(messageId=f"m-{n}") for n in range(2000))), NOW)
    assert [item.external_id for item in items] == [f"m-{n}" for n in range(2000)]


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        pytest.param(r"a\u0000b", "a\ufffdb", id="NUL"),
        pytest.param(r"a\ud83db", "a\ufffdb", id="half a character"),
        pytest.param(r"\ud83d\ude00", "😀", id="a whole pair"),
        pytest.param(r"a\u202eb\u200b", "a\u202eb\u200b", id="invisible: kept"),
    ],
)
def test_what_mongodb_cannot_store_is_replaced(raw: str, stored: str) -> None:
    body = body_of(a_result(message={"type": "TEXT", "text": "@"})).replace(b"@", raw.encode())
    assert contents(body) == [Text(text=stored)]


def test_form_answers_are_storable() -> None:
    answers = '{"a\\u0000": 1e400, "n": NaN, "big": 123456789012345678901234567890, "ok": 1.5}'
    message = {"type": "INTERACTIVE_FLOW_REPLY", "text": "Sent", "response": "@"}
    body = body_of(a_result(message=message)).replace(b'"@"', answers.encode())
    [content] = contents(body)
    assert content == FormReply(
        text="Sent",
        answers={
            "a\ufffd": "1e400",
            "n": "NaN",
            "big": "123456789012345678901234567890",
            "ok": 1.5,
        },
    )


def test_answers_nested_beyond_reason_are_rejected() -> None:
    deep: dict[str, Any] = {}
    for _ in range(150):
        deep = {"a": deep}
    item = parse_one(message={"type": "INTERACTIVE_FLOW_REPLY", "text": "", "response": deep})
    assert isinstance(item, RejectedResult)
    assert item.reason == "message.response: nested too deeply"


def test_of_two_equal_keys_the_last_counts() -> None:
    body = body_of(a_result()).replace(b'"messageId"', b'"messageId": "first", "messageId"')
    [item] = parse_messages(body, NOW)
    assert item.external_id == a_result()["messageId"]


def test_a_byte_order_mark_is_no_obstacle() -> None:
    assert contents(b"\xef\xbb\xbf" + fixture_bytes("inbound/text.json")) == CONTENTS["text"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param(b"", "not JSON", id="empty"),
        pytest.param(b"<html>", "not JSON", id="HTML"),
        pytest.param(b'{"results": [', "not JSON", id="cut off"),
        pytest.param(b'{"results": [\xff]}', "not UTF-8", id="not UTF-8"),
        pytest.param(b"[" * 100_000, "nested too deeply", id="an abyss"),
        pytest.param(b"{}", "no results list", id="no results"),
        pytest.param(b"[]", "no results list", id="a list"),
        pytest.param(b"null", "no results list", id="null"),
        pytest.param(b'{"results": {}}', "no results list", id="results is an object"),
        pytest.param(b'{"results": null}', "no results list", id="results is null"),
    ],
)
def test_a_body_that_cannot_be_infobips_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(BadPayload) as refusal:
        parse_messages(body, NOW)
    assert refusal.value.reason == reason


def test_the_messages_api_format_is_rejected_item_by_item() -> None:
    entry = {"event": "MO", "sender": "1", "content": [{"type": "TEXT", "text": "x"}]}
    [item] = parse_messages(body_of(entry), NOW)
    assert isinstance(item, RejectedResult)


UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
FIELDS = st.sampled_from([*fixture_json("inbound/text_with_identity.json")["results"][0]])
TYPES = st.sampled_from(sorted({"TEXT", "LOCATION", "REACTION", "INTERACTIVE_FLOW_REPLY"}))
MESSAGES = st.builds(
    lambda provider_type, rest: {**rest, "type": provider_type},
    TYPES,
    st.dictionaries(
        st.sampled_from(["text", "latitude", "longitude", "emoji", "context", "response"]), JSON
    ),
)


@UNHURRIED
@given(st.lists(st.dictionaries(FIELDS, JSON | MESSAGES).map(lambda c: a_result(**c)), max_size=3))
def test_whatever_the_entries_hold_each_gives_one_storable_item(entries: list[Any]) -> None:
    items = parse_messages(body_of(*entries), NOW)
    assert len(items) == len(entries)
    for item in items:
        bson.encode(item.model_dump(mode="python"))


@UNHURRIED
@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_no_body_does_worse_than_be_refused(body: bytes) -> None:
    with suppress(BadPayload):
        assert isinstance(parse_messages(body, NOW), list)
