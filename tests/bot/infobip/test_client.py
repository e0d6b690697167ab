import logging
import socket
import traceback
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.utils import format_datetime
from time import monotonic

import pytest

from bot.clock import Clock
from bot.infobip.client import InfobipClient
from bot.infobip.error_codes import ErrorAdvice
from bot.infobip.errors import (
    MessageTooLarge,
    SendError,
    SendRefused,
    SendUnavailable,
    SendUnknown,
    Unauthorized,
)
from bot.infobip.responses import SendResult
from domain.message import OutboundText, Template
from tests.bot.infobip.cases import BUSINESS_NUMBER, CONTACT_NUMBER, NOTIFY_URL, an_outbound
from tests.bot.infobip.fixtures import fixture_bytes, fixture_names
from tests.bot.infobip.vendor import Vendor, running_vendor

API_KEY = "the-key-nobody-may-see"
MESSAGE_ID = "b0700000-0000-4000-8000-000000000065"
HTML = "<html><body><h1>502 Bad Gateway</h1>nginx</body></html>"

ERROR_BODIES = {
    "apierror_400": (400, SendRefused, "http_400:E400:events[0].destinations"),
    "apierror_401": (401, Unauthorized, "http_401:E401"),
    "apierror_429": (429, SendUnavailable, "http_429:E429"),
    "error_400_plain": (400, SendRefused, "http_400:BAD_REQUEST"),
    "error_400_validation": (400, SendRefused, "http_400:BAD_REQUEST:content.text"),
    "error_401": (401, Unauthorized, "http_401:UNAUTHORIZED"),
    "error_403": (403, Unauthorized, "http_403:FORBIDDEN"),
    "error_404": (404, SendRefused, "http_404:NOT_FOUND"),
    "error_429": (429, SendUnavailable, "http_429:TOO_MANY_REQUESTS"),
    "error_500": (500, SendUnavailable, "http_500:GENERAL_ERROR"),
    "mark_as_read_400": (400, SendRefused, "http_400"),
}
SUCCESS_BODIES = {
    "events_200",
    "send_200",
    "send_200_rejected_in_body",
    "template_200_single",
}


def a_client(vendor: Vendor, **changes: object) -> InfobipClient:
    options = {"timeouts": (0.5, 0.3)} | changes
    return InfobipClient(vendor.base_url, API_KEY, BUSINESS_NUMBER, **options)


def status_body(group_id: int, status_id: int, name: str) -> str:
    return f'{{"status": {{"groupId": {group_id}, "id": {status_id}, "name": "{name}"}}}}'


def test_a_message_is_sent_with_the_key_and_our_id(vendor: Vendor) -> None:
    assert a_client(vendor, notify_url=NOTIFY_URL).send(an_outbound()) == SendResult(MESSAGE_ID)
    [call] = vendor.calls
    assert (call.method, call.path) == ("POST", "/whatsapp/1/message/text")
    assert call.headers["Authorization"] == f"App {API_KEY}"
    assert call.headers["Content-Type"] == "application/json"
    assert call.json["messageId"] == MESSAGE_ID
    assert call.json["notifyUrl"] == NOTIFY_URL


def test_a_template_is_accepted_in_its_list(vendor: Vendor) -> None:
    vendor.answers(200, fixture_bytes("responses/template_200_single.json"))
    template = an_outbound(Template(name="bienvenida", language="es_AR"))
    assert a_client(vendor).send(template) == SendResult(MESSAGE_ID)


def test_every_response_fixture_is_used() -> None:
    assert fixture_names("responses") == {*ERROR_BODIES, *SUCCESS_BODIES}


@pytest.mark.parametrize("name", ERROR_BODIES)
def test_both_shapes_of_error_are_understood(vendor: Vendor, name: str) -> None:
    status, error_type, code = ERROR_BODIES[name]
    vendor.answers(status, fixture_bytes(f"responses/{name}.json"))
    with pytest.raises(SendError) as failure:
        a_client(vendor).send(an_outbound())
    assert type(failure.value) is error_type
    assert failure.value.code == code


@pytest.mark.parametrize(
    ("status", "body", "error_type", "code"),
    [
        pytest.param(502, HTML, SendUnavailable, "http_502", id="a proxy's page"),
        pytest.param(503, "", SendUnavailable, "http_503", id="nothing at all"),
        pytest.param(504, "[1]", SendUnavailable, "http_504", id="a list"),
        pytest.param(408, "", SendUnavailable, "http_408", id="request timed out"),
        pytest.param(400, HTML, SendRefused, "http_400", id="a page for a 400"),
        pytest.param(
            400, '{"requestError": "x", "violations": "y"}', SendRefused, "http_400", id="odd types"
        ),
        pytest.param(
            400,
            '{"requestError": {"serviceException": {"messageId": "Ramona owes $ 45.300"}}}',
            SendRefused,
            "http_400",
            id="content in place of a code is not repeated",
        ),
        pytest.param(413, "", SendRefused, "http_413", id="too large for the vendor"),
        pytest.param(200, HTML, SendUnknown, "unreadable_response", id="a page for a 200"),
        pytest.param(200, "{}", SendUnknown, "unreadable_response", id="a 200 without status"),
        pytest.param(
            200, '{"messages": []}', SendUnknown, "unreadable_response", id="a 200 about nothing"
        ),
        pytest.param(
            200, '{"status": {"groupId": "x"}}', SendUnknown, "unreadable_response", id="odd group"
        ),
    ],
)
def test_odd_answers_do_no_harm(
    vendor: Vendor, status: int, body: str, error_type: type[SendError], code: str
) -> None:
    vendor.answers(status, body)
    with pytest.raises(SendError) as failure:
        a_client(vendor).send(an_outbound())
    assert type(failure.value) is error_type
    assert failure.value.code == code


@pytest.mark.parametrize(
    ("status", "code", "permanent", "advice"),
    [
        pytest.param(
            (5, 12, "REJECTED_NOT_ENOUGH_CREDITS"),
            "REJECTED_NOT_ENOUGH_CREDITS",
            False,
            ErrorAdvice.ALERT,
            id="no credit: later, and tell somebody",
        ),
        pytest.param(
            (5, 21, "REJECTED_SYSTEM_ERROR"),
            "REJECTED_SYSTEM_ERROR",
            False,
            ErrorAdvice.RETRY_LATER,
            id="their own trouble: later",
        ),
        pytest.param(
            (5, 13, "REJECTED_SENDER"), "REJECTED_SENDER", True, ErrorAdvice.ALERT, id="for good"
        ),
        pytest.param((5, 999, "!"), "status_999", True, ErrorAdvice.ALERT, id="a new status"),
        pytest.param((2, 4, "UNDELIVERABLE"), "UNDELIVERABLE", True, ErrorAdvice.ALERT, id="never"),
    ],
)
def test_a_200_may_refuse(
    vendor: Vendor,
    status: tuple[int, int, str],
    code: str,
    permanent: bool,
    advice: ErrorAdvice,
) -> None:
    vendor.answers(200, status_body(*status))
    with pytest.raises(SendRefused) as refusal:
        a_client(vendor).send(an_outbound())
    assert (refusal.value.code, refusal.value.permanent, refusal.value.advice) == (
        code,
        permanent,
        advice,
    )


def test_the_vendors_own_example_of_a_refusing_200(vendor: Vendor) -> None:
    vendor.answers(200, fixture_bytes("responses/send_200_rejected_in_body.json"))
    with pytest.raises(SendRefused):
        a_client(vendor).send(an_outbound())


def test_a_refused_copy_means_that_the_first_one_went(vendor: Vendor) -> None:
    vendor.answers(200, status_body(5, 23, "REJECTED_DUPLICATE_MESSAGE_ID"))
    assert a_client(vendor).send(an_outbound()) == SendResult(MESSAGE_ID, is_duplicate=True)


@pytest.mark.parametrize(
    ("retry_after", "low", "high"),
    [
        pytest.param("7", 7, 7, id="seconds"),
        pytest.param("0.5", 0.5, 0.5, id="part of a second"),
        pytest.param("-3", 0, 0, id="negative"),
        pytest.param("86400", 300, 300, id="a day is capped"),
        pytest.param("1e400", 300, 300, id="for ever is capped"),
    ],
)
def test_retry_after_is_honoured(vendor: Vendor, retry_after: str, low: float, high: float) -> None:
    vendor.answers(429, "", Retry_After=retry_after)
    with pytest.raises(SendUnavailable) as failure:
        a_client(vendor).send(an_outbound())
    assert failure.value.retry_after is not None
    assert low <= failure.value.retry_after.total_seconds() <= high


@pytest.mark.parametrize(
    ("ahead", "low", "high"),
    [
        pytest.param(timedelta(seconds=60), 50, 60, id="in a minute"),
        pytest.param(timedelta(days=-1), 0, 0, id="yesterday"),
        pytest.param(timedelta(days=1), 300, 300, id="tomorrow is capped"),
    ],
)
def test_retry_after_may_be_a_date(
    vendor: Vendor, ahead: timedelta, low: float, high: float
) -> None:
    date = format_datetime(Clock().machine_now() + ahead, usegmt=True)
    vendor.answers(503, "", Retry_After=date)
    with pytest.raises(SendUnavailable) as failure:
        a_client(vendor).send(an_outbound())
    assert failure.value.retry_after is not None
    assert low <= failure.value.retry_after.total_seconds() <= high


@pytest.mark.parametrize("retry_after", ["soon", "", "nan", "Mon, 99 Foo 2026"])
def test_a_retry_after_that_makes_no_sense_is_none(vendor: Vendor, retry_after: str) -> None:
    vendor.answers(429, "", Retry_After=retry_after)
    with pytest.raises(SendUnavailable) as failure:
        a_client(vendor).send(an_outbound())
    assert failure.value.retry_after is None


def test_no_answer_in_time_is_unknown(vendor: Vendor) -> None:
    vendor.says_nothing()
    started = monotonic()
    with pytest.raises(SendUnknown) as failure:
        a_client(vendor).send(an_outbound())
    assert failure.value.code == "ReadTimeout"
    assert monotonic() - started < 2
    assert len(vendor.calls) == 1


def test_a_connection_dropped_after_the_request_is_unknown(vendor: Vendor) -> None:
    vendor.drops_the_connection()
    with pytest.raises(SendUnknown):
        a_client(vendor).send(an_outbound())
    assert len(vendor.calls) == 1


def test_an_answer_cut_in_the_middle_is_unknown(vendor: Vendor) -> None:
    vendor.cuts_the_answer()
    with pytest.raises(SendUnknown):
        a_client(vendor).send(an_outbound())


def test_nobody_listening_is_unavailable() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(SendUnavailable):
        InfobipClient(address, API_KEY, BUSINESS_NUMBER).send(an_outbound())


def test_a_name_that_does_not_exist_is_unavailable() -> None:
    with pytest.raises(SendUnavailable):
        InfobipClient("http://nowhere.invalid", API_KEY, BUSINESS_NUMBER).send(an_outbound())


def test_a_server_without_tls_is_unavailable(vendor: Vendor) -> None:
    address = vendor.base_url.replace("http://", "https://")
    with pytest.raises(SendUnavailable):
        InfobipClient(address, API_KEY, BUSINESS_NUMBER).send(an_outbound())
    assert vendor.calls == []


def test_a_redirect_is_not_followed_with_the_key(vendor: Vendor) -> None:
    with running_vendor() as stranger:
        vendor.answers(302, "", Location=f"{stranger.base_url}/whatsapp/1/message/text")
        with pytest.raises(SendUnavailable) as failure:
            a_client(vendor).send(an_outbound())
        assert failure.value.code == "http_302"
        assert stranger.calls == []


def test_a_message_too_large_makes_no_call(vendor: Vendor) -> None:
    with pytest.raises(MessageTooLarge):
        a_client(vendor).send(an_outbound(OutboundText(text="x" * 5000)))
    assert vendor.calls == []


def test_threads_share_their_connections(vendor: Vendor) -> None:
    client = a_client(vendor, timeouts=(2.0, 5.0), pool_size=4)
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(client.send, [an_outbound() for _ in range(40)]))
    assert len(results) == len(vendor.calls) == 40


@pytest.mark.parametrize("status", [401, 500, 302, 200])
def test_the_key_is_in_no_error_and_no_log(
    vendor: Vendor, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    vendor.answers(status, HTML)
    client = a_client(vendor)
    with pytest.raises(SendError) as failure:
        client.send(an_outbound())
    shown = "".join(traceback.format_exception(failure.value))
    assert API_KEY not in shown + caplog.text + repr(vars(client))


def test_an_error_of_the_network_does_not_carry_the_request(vendor: Vendor) -> None:
    vendor.drops_the_connection()
    with pytest.raises(SendUnknown) as failure:
        a_client(vendor).send(an_outbound())
    assert failure.value.__cause__ is None
    assert failure.value.__context__ is None


@pytest.mark.parametrize("api_key", ["", "two words", "line\nbreak", "ñandú"])
def test_a_key_that_no_header_can_carry_stops_the_start(api_key: str) -> None:
    with pytest.raises(ValueError, match="API key") as refusal:
        InfobipClient("https://testbase.api.infobip.com", api_key, BUSINESS_NUMBER)
    assert not api_key or api_key not in str(refusal.value)


@pytest.mark.parametrize("base_url", ["", "testbase.api.infobip.com", "ftp://x", "https://"])
def test_a_base_url_that_goes_nowhere_stops_the_start(base_url: str) -> None:
    with pytest.raises(ValueError, match="base URL"):
        InfobipClient(base_url, API_KEY, BUSINESS_NUMBER)


def test_typing_is_shown(vendor: Vendor) -> None:
    vendor.answers(200, fixture_bytes("responses/events_200.json"))
    assert a_client(vendor).send_typing(CONTACT_NUMBER)
    assert vendor.calls[0].path == "/whatsapp/1/events"
    assert vendor.calls[0].json["events"][0]["destinations"] == [{"to": CONTACT_NUMBER}]


def test_a_message_is_marked_as_read(vendor: Vendor) -> None:
    vendor.answers(204)
    assert a_client(vendor).mark_as_read("wamid.a/b+c==")
    assert vendor.calls[0].path == (
        "/whatsapp/1/senders/5491155550100/message/wamid.a%2Fb%2Bc%3D%3D/read"
    )


@pytest.mark.parametrize("status", [400, 401, 429, 500])
def test_courtesies_may_fail_in_silence(vendor: Vendor, status: int) -> None:
    vendor.answers(status, fixture_bytes("responses/mark_as_read_400.json"))
    vendor.drops_the_connection()
    client = a_client(vendor)
    assert not client.mark_as_read("wamid.1")
    assert not client.send_typing(CONTACT_NUMBER)
