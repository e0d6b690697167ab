import json
from datetime import UTC, datetime
from typing import Any

import bson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.infobip.error_codes import REPORT_ERRORS, ErrorAdvice, report_advice
from bot.infobip.errors import BadPayload
from bot.infobip.reports import parse_reports
from domain.rejected import RejectedResult
from domain.report import (
    DeliveryOutcome,
    DeliveryReport,
    IdentityChanged,
    MarketingPreference,
    Report,
    SeenReport,
    TemplateUpdate,
)
from tests.bot.infobip.fixtures import fixture_bytes, fixture_json, fixture_names

DONE_AT = datetime(2026, 3, 2, 14, 5, 12, 900000, tzinfo=UTC)
CONTACT = {"phone": "5491155550101", "user_id": "AR.9000000000000101"}


def delivery(number: str, outcome: DeliveryOutcome, **changes: Any) -> DeliveryReport:
    message_id = f"b0700000-0000-4000-8000-0000000000{number}"
    return DeliveryReport(message_id=message_id, outcome=outcome, done_at=DONE_AT, **changes)


def failed(number: str, code: int, name: str, *, permanent: bool = True) -> DeliveryReport:
    return delivery(
        number,
        DeliveryOutcome.UNDELIVERABLE,
        error_code=code,
        error_name=name,
        is_permanent=permanent,
    )


def template(change: str) -> TemplateUpdate:
    return TemplateUpdate(template_name="recordatorio_cuota", language="es_AR", change=change)


REPORTS: dict[str, list[Report]] = {
    "delivery_batch_mixed": [
        delivery("16", DeliveryOutcome.DELIVERED),
        failed("17", 7010, "EC_NO_SESSION"),
        delivery("18", DeliveryOutcome.PENDING),
    ],
    "delivery_delivered": [delivery("01", DeliveryOutcome.DELIVERED)],
    "delivery_expired": [
        delivery(
            "03",
            DeliveryOutcome.EXPIRED,
            error_code=4101,
            error_name="EC_VALIDITY_EXPIRED",
            is_permanent=True,
        )
    ],
    "delivery_pending": [delivery("02", DeliveryOutcome.PENDING)],
    "delivery_rejected_duplicate_message_id": [
        delivery(
            "13",
            DeliveryOutcome.REJECTED,
            error_name="REJECTED_DUPLICATE_MESSAGE_ID",
            is_duplicate_id=True,
        )
    ],
    "delivery_rejected_not_enough_credits": [
        delivery("12", DeliveryOutcome.REJECTED, error_name="REJECTED_NOT_ENOUGH_CREDITS")
    ],
    "delivery_rejected_platform": [
        delivery(
            "14",
            DeliveryOutcome.REJECTED,
            error_code=7080,
            error_name="EC_INTERNAL_ERROR",
            is_permanent=True,
        )
    ],
    "delivery_undeliverable_bad_request_7006": [failed("07", 7006, "EC_BAD_REQUEST")],
    "delivery_undeliverable_blocked_user_7003": [failed("06", 7003, "EC_BLOCKED_USER")],
    "delivery_undeliverable_frequency_capping_7032": [failed("0f", 7032, "EC_FREQUENCY_CAPPING")],
    "delivery_undeliverable_identity_changed_7029": [
        failed("0e", 7029, "EC_USER_IDENTITY_CHANGED")
    ],
    "delivery_undeliverable_invalid_template_7009": [failed("09", 7009, "EC_INVALID_TEMPLATE")],
    "delivery_undeliverable_invalid_template_args_7008": [
        failed("08", 7008, "EC_INVALID_TEMPLATE_ARGS")
    ],
    "delivery_undeliverable_marketing_opt_out_7033": [failed("10", 7033, "EC_MARKETING_OPT_OUT")],
    "delivery_undeliverable_media_hosting_7013": [
        failed("0a", 7013, "EC_MEDIA_HOSTING_ERROR", permanent=False)
    ],
    "delivery_undeliverable_media_unsupported_7022": [failed("0b", 7022, "EC_MEDIA_UNSUPPORTED")],
    "delivery_undeliverable_no_session_7010": [failed("04", 7010, "EC_NO_SESSION")],
    "delivery_undeliverable_provider_timeout_7051": [
        failed("11", 7051, "EC_PROVIDER_TIMEOUT", permanent=False)
    ],
    "delivery_undeliverable_spam_rate_7016": [failed("0c", 7016, "EC_SPAM_RATE")],
    "delivery_undeliverable_too_many_requests_7017": [
        failed("0d", 7017, "EC_TOO_MANY_REQUESTS", permanent=False)
    ],
    "delivery_undeliverable_unknown_error_code": [failed("15", 7999, "EC_SOMETHING_NEW")],
    "delivery_undeliverable_unknown_user_7002": [failed("05", 7002, "EC_UNKNOWN_USER")],
    "delivery_without_contact_pre_bsuid": [delivery("19", DeliveryOutcome.DELIVERED)],
    "identity_change": [IdentityChanged(**CONTACT, identity_hash="dGVzdC1oYXNo")],
    "marketing_resume": [MarketingPreference(phone="5491155550101", wants_marketing=True)],
    "marketing_stop": [MarketingPreference(phone="5491155550101", wants_marketing=False)],
    "seen": [
        SeenReport(
            message_id="b0700000-0000-4000-8000-000000000001",
            seen_at=datetime(2026, 3, 2, 14, 6, 30, tzinfo=UTC),
        )
    ],
    "template_category_update": [
        template("type=TEMPLATE_CATEGORY_UPDATE previousCategory=UTILITY newCategory=MARKETING")
    ],
    "template_quality_update": [
        template("type=TEMPLATE_QUALITY_UPDATE previousQualityScore=HIGH newQualityScore=LOW")
    ],
    "template_status_approved": [
        template("type=TEMPLATE_STATUS_UPDATE newStatus=APPROVED reason=NONE")
    ],
    "template_status_rejected": [
        template("type=TEMPLATE_STATUS_UPDATE newStatus=REJECTED reason=INCORRECT_CATEGORY")
    ],
}

ADVICE = {
    7001: ErrorAdvice.ALERT,
    7002: ErrorAdvice.STOP_CONTACT,
    7003: ErrorAdvice.STOP_CONTACT,
    7006: ErrorAdvice.ALERT,
    7008: ErrorAdvice.ALERT,
    7009: ErrorAdvice.ALERT,
    7010: ErrorAdvice.CLOSE_WINDOW,
    7013: ErrorAdvice.RETRY_LATER,
    7014: ErrorAdvice.RETRY_LATER,
    7016: ErrorAdvice.ALERT,
    7017: ErrorAdvice.RETRY_LATER,
    7022: ErrorAdvice.ALERT,
    7029: ErrorAdvice.CONFIRM_IDENTITY,
    7032: ErrorAdvice.NONE,
    7033: ErrorAdvice.OPT_OUT,
    7036: ErrorAdvice.RETRY_LATER,
    7050: ErrorAdvice.RETRY_LATER,
    7051: ErrorAdvice.RETRY_LATER,
    7280: ErrorAdvice.NONE,
}


def body_of(*results: Any) -> bytes:
    return json.dumps({"results": results}).encode()


def a_delivery(**changes: Any) -> dict[str, Any]:
    """One delivery report as Infobip posts it; a change to None leaves the field out."""
    report = fixture_json("reports/delivery_delivered.json")["results"][0] | changes
    return {name: value for name, value in report.items() if value is not None}


@pytest.mark.parametrize("name", REPORTS)
def test_every_kind_of_report_is_read(name: str) -> None:
    assert parse_reports(fixture_bytes(f"reports/{name}.json")) == REPORTS[name]


def test_every_fixture_is_used() -> None:
    assert fixture_names("reports") == set(REPORTS)


def test_kinds_may_be_mixed_in_one_batch() -> None:
    seen = fixture_json("reports/seen.json")["results"][0]
    identity_change = fixture_json("reports/identity_change.json")
    kinds = [
        item.kind if not isinstance(item, RejectedResult) else "rejected"
        for item in parse_reports(
            body_of(a_delivery(), {"new": "kind"}, seen, "text", identity_change)
        )
    ]
    assert kinds == ["delivery", "rejected", "seen", "rejected", "identity_changed"]


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        pytest.param(a_delivery(messageId=None), "messageId: missing", id="no id"),
        pytest.param(a_delivery(status={"id": 5}), "status.groupId: missing", id="no group"),
        pytest.param(
            a_delivery(status={"groupId": 9}), "status.groupId: unknown", id="a new group"
        ),
        pytest.param({"content": {"type": "NEWS"}}, "entry: no known kind of report", id="event"),
        pytest.param(
            {"content": {"type": "user_identity_changed", "hash": "x"}},
            "content: names no contact",
            id="whose identity",
        ),
        pytest.param(
            {"content": {"from": "5491155550101", "notificationMessagesStatus": "maybe"}},
            "content.notificationMessagesStatus: unknown",
            id="neither stop nor resume",
        ),
        pytest.param({"change": "x"}, "messageTemplateName: missing; change: dict_type", id="bare"),
        pytest.param(None, "entry: not an object", id="null"),
    ],
)
def test_what_cannot_be_read_is_kept_whole(entry: Any, reason: str) -> None:
    [item] = parse_reports(body_of(entry))
    assert isinstance(item, RejectedResult)
    assert item.reason == reason
    assert json.loads(item.raw) == entry


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"error": None, "contact": None, "price": None}, id="fields missing"),
        pytest.param({"error": "none"}, id="error is text"),
        pytest.param({"doneAt": "ayer"}, id="time in words"),
        pytest.param({"status": {"groupId": "3", "name": 7}}, id="numbers as text and back"),
    ],
)
def test_a_delivery_survives_odd_fields(changes: dict[str, Any]) -> None:
    [item] = parse_reports(body_of(a_delivery(**changes)))
    assert isinstance(item, DeliveryReport)
    assert item.outcome is DeliveryOutcome.DELIVERED


def test_a_delivery_that_was_not_seen_is_a_delivery() -> None:
    [item] = parse_reports(body_of({**a_delivery(), "seenAt": None}))
    assert isinstance(item, DeliveryReport)


def test_chat_error_7280_is_a_duplicate_too() -> None:
    report = a_delivery(status={"groupId": 5}, error={"id": 7280, "permanent": True})
    [item] = parse_reports(body_of(report))
    assert isinstance(item, DeliveryReport)
    assert item.is_duplicate_id


def test_a_preference_may_come_from_a_user_id() -> None:
    content = {"from": "AR.9", "notificationMessagesStatus": "stop"}
    [item] = parse_reports(body_of({"content": content}))
    assert item == MarketingPreference(phone=None, user_id="AR.9", wants_marketing=False)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"{}", id="an empty object"),
        pytest.param(b'{"foo": 1}', id="an object of something else"),
        pytest.param(b'{"results": null}', id="null results"),
        pytest.param(b'{"results":' + b"[" * 100_000, id="an abyss"),
    ],
)
def test_a_body_that_cannot_be_infobips_is_refused(body: bytes) -> None:
    with pytest.raises(BadPayload):
        parse_reports(body)


@pytest.mark.parametrize("code", ADVICE)
def test_each_error_code_has_its_advice(code: int) -> None:
    assert report_advice(code, is_permanent=True) is ADVICE[code]


@pytest.mark.parametrize(
    ("code", "is_permanent", "advice"),
    [
        pytest.param(7999, True, ErrorAdvice.NONE, id="unknown and permanent: let go"),
        pytest.param(7999, False, ErrorAdvice.RETRY_LATER, id="unknown and temporary: again"),
        pytest.param(None, False, ErrorAdvice.ALERT, id="refused by the platform: alert"),
    ],
)
def test_codes_outside_the_table_go_by_permanence(
    code: int | None, is_permanent: bool, advice: ErrorAdvice
) -> None:
    assert report_advice(code, is_permanent=is_permanent) is advice


def test_what_may_pass_by_itself_is_retried_or_shown() -> None:
    temporary = {code: row for code, row in REPORT_ERRORS.items() if not row.permanent}
    assert {row.advice for row in temporary.values()} == {
        ErrorAdvice.RETRY_LATER,
        ErrorAdvice.ALERT,
    }


UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
FIELDS = st.sampled_from(
    ["messageId", "status", "error", "seenAt", "doneAt", "content", "change", "messageTemplateName"]
)
PART_NAMES = [
    "groupId",
    "id",
    "name",
    "permanent",
    "type",
    "hash",
    "userId",
    "from",
    "notificationMessagesStatus",
]
PARTS = st.dictionaries(
    st.sampled_from(PART_NAMES),
    JSON | st.sampled_from(["user_identity_changed", "stop", "5491155550101"]),
)


@UNHURRIED
@given(st.lists(st.dictionaries(FIELDS, JSON | PARTS) | JSON, max_size=4))
def test_whatever_the_entries_hold_each_gives_one_storable_item(entries: list[Any]) -> None:
    items = parse_reports(body_of(*entries))
    assert len(items) == len(entries)
    for item in items:
        bson.encode(item.model_dump(mode="python"))
