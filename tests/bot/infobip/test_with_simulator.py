"""Our half of the contract against the simulator's, which was written from the same paper alone."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from time import monotonic, sleep
from typing import Any

import pytest

from bot.clock import FixedClock
from bot.infobip.client import InfobipClient
from bot.infobip.errors import (
    MediaGone,
    SendError,
    SendRefused,
    SendUnavailable,
    SendUnknown,
    Unauthorized,
)
from bot.infobip.inbound import parse_messages
from bot.infobip.media import InboundMedia, MediaFile
from bot.infobip.reports import parse_reports
from bot.infobip.responses import SendResult
from domain.message import Media
from domain.report import DeliveryOutcome
from tests.bot.infobip.cases import BUSINESS_NUMBER, CONTACT_NUMBER, OUTBOUND, an_outbound
from tests.bot.infobip.vendor import Vendor
from webhooks.simulator.config import Pace, SimulatorConfig
from webhooks.simulator.faults import Fault
from webhooks.simulator.standalone import FakeInfobip

API_KEY = "local-key"
CLOCK = FixedClock(datetime(2026, 3, 2, 14, 10, tzinfo=UTC))
MESSAGE_ID = an_outbound().message_id
INBOUND = "/webhooks/infobip/inbound"
REPORTS = "/webhooks/infobip/reports"
READERS: dict[str, Callable[[bytes], list[Any]]] = {
    INBOUND: lambda body: list(parse_messages(body, CLOCK.now())),
    REPORTS: lambda body: list(parse_reports(body)),
}
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452") + bytes(64)


@pytest.fixture
def infobip(vendor: Vendor) -> Iterator[FakeInfobip]:
    """The simulator with two people who have written; `vendor` hears its webhooks."""
    config = SimulatorConfig(
        api_key=API_KEY,
        sender=BUSINESS_NUMBER,
        clock=CLOCK.now,
        service_url=vendor.base_url,
        pace=Pace(slow_seconds=1),
    )
    with FakeInfobip(config) as infobip:
        infobip.say(CONTACT_NUMBER, "hola")
        infobip.say("AR.9000000000000101", "hola")
        yield infobip


@pytest.fixture
def client(infobip: FakeInfobip) -> Iterator[InfobipClient]:
    client = InfobipClient(infobip.base_url, API_KEY, BUSINESS_NUMBER, timeouts=(1.0, 0.5))
    yield client
    client.close()


def heard(vendor: Vendor, path: str, count: int) -> list[Any]:
    """Our reading of the first `count` webhook bodies that were posted to `path`."""
    deadline = monotonic() + 10
    while monotonic() < deadline:
        bodies = [call.body for call in vendor.calls if call.path == path]
        if len(bodies) >= count:
            return [item for body in bodies for item in READERS[path](body)]
        sleep(0.01)
    raise TimeoutError(path)


@pytest.mark.parametrize("name", OUTBOUND)
def test_every_kind_of_message_is_accepted(client: InfobipClient, name: str) -> None:
    message, _ = OUTBOUND[name]
    assert client.send(message) == SendResult(message.message_id)


def test_an_id_sent_twice_is_one_message(client: InfobipClient, infobip: FakeInfobip) -> None:
    first, second = client.send(an_outbound()), client.send(an_outbound())
    assert (first.is_duplicate, second.is_duplicate) == (False, True)
    assert len(infobip.wait_for(CONTACT_NUMBER)) == 1


@pytest.mark.parametrize(
    ("fault", "error_type"),
    [
        (Fault.RATE_LIMITED, SendUnavailable),
        (Fault.SERVER_ERROR, SendUnavailable),
        (Fault.REFUSED, SendRefused),
        (Fault.UNAUTHORIZED, Unauthorized),
        (Fault.REJECTED_IN_BODY, SendRefused),
        (Fault.SLOW, SendUnknown),
        (Fault.DROPPED, SendUnknown),
    ],
)
def test_every_misbehaviour_has_its_error(
    client: InfobipClient, infobip: FakeInfobip, fault: Fault, error_type: type[SendError]
) -> None:
    infobip.arm(fault)
    with pytest.raises(SendError) as failure:
        client.send(an_outbound())
    assert type(failure.value) is error_type


def test_courtesies_are_accepted(client: InfobipClient, infobip: FakeInfobip) -> None:
    external_id = infobip.say(CONTACT_NUMBER, "¿Hay alguien?")
    assert client.send_typing(CONTACT_NUMBER)
    assert client.mark_as_read(external_id)


def test_a_file_is_read_and_fetched(infobip: FakeInfobip, vendor: Vendor) -> None:
    external_id = infobip.send_file(CONTACT_NUMBER, "IMAGE", PNG, "image/png", "recibo")
    messages = {message.external_id: message for message in heard(vendor, INBOUND, 3)}
    content = messages[external_id].content
    assert isinstance(content, Media)
    assert content.caption == "recibo"
    media = InboundMedia(infobip.base_url, API_KEY)
    assert media.fetch(content.url) == MediaFile(PNG, "image/png")


def test_an_expired_file_is_gone(infobip: FakeInfobip, vendor: Vendor) -> None:
    infobip.arm(Fault.EXPIRED_MEDIA)
    external_id = infobip.send_file(CONTACT_NUMBER, "IMAGE", PNG, "image/png")
    messages = {message.external_id: message for message in heard(vendor, INBOUND, 3)}
    with pytest.raises(MediaGone):
        InboundMedia(infobip.base_url, API_KEY).fetch(messages[external_id].content.url)


def test_reports_are_read(client: InfobipClient, vendor: Vendor) -> None:
    client.send(an_outbound())
    delivered, seen = heard(vendor, REPORTS, 2)
    assert (delivered.message_id, delivered.outcome) == (MESSAGE_ID, DeliveryOutcome.DELIVERED)
    assert (seen.kind, seen.message_id) == ("seen", MESSAGE_ID)
