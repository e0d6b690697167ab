import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from bot.infobip.errors import (
    MediaError,
    MediaGone,
    MediaNotAllowed,
    MediaTooLarge,
    MediaUnavailable,
)
from bot.infobip.media import InboundMedia, MediaFile, is_public_host
from bot.infobip.session import open_session
from tests.bot.infobip.fixtures import fixture_json
from tests.bot.infobip.vendor import Vendor, running_vendor

API_KEY = "the-key-nobody-may-see"
PATH = "/whatsapp/1/senders/5491155550100/media/b0700000-0000-4000-8000-000000002329"
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452") + bytes(64)
PDF = b"%PDF-1.7\n" + bytes(64)
BASE_URL = "https://testbase.api.infobip.com"


def a_media(vendor: Vendor, **changes: object) -> InboundMedia:
    return InboundMedia(vendor.base_url, API_KEY, **changes)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Whoever signs the storage's certificate."""
    return trustme.CA()


@pytest.fixture
def storage(authority: trustme.CA) -> Iterator[Vendor]:
    """Where the vendor keeps files: another host, over TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with running_vendor(context) as storage:
        yield storage


@pytest.fixture
def media(vendor: Vendor, authority: trustme.CA, tmp_path: Path) -> InboundMedia:
    """Media that trusts the storage's certificate and takes its address for a public one."""
    trusted = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(trusted)
    session = open_session(1)
    session.verify = str(trusted)
    return a_media(vendor, session=session, may_redirect_to=lambda host: host == "127.0.0.1")


def test_a_file_is_fetched_with_the_key(vendor: Vendor) -> None:
    vendor.answers(200, PNG, Content_Type="text/html")
    assert a_media(vendor).fetch(vendor.base_url + PATH) == MediaFile(PNG, "image/png")
    [call] = vendor.calls
    assert (call.method, call.path) == ("GET", PATH)
    assert call.headers["Authorization"] == f"App {API_KEY}"


@pytest.mark.parametrize(
    ("content", "mime_type"),
    [
        pytest.param(PDF, "application/pdf", id="PDF"),
        pytest.param(b"\xff\xd8\xff\xe0" + bytes(64), "image/jpeg", id="JPEG"),
        pytest.param(b"OggS" + bytes(64), "audio/ogg", id="voice note"),
        pytest.param(b"<html>", "application/octet-stream", id="a page is not believed"),
        pytest.param(b"", "application/octet-stream", id="empty"),
    ],
)
def test_the_bytes_tell_the_type(vendor: Vendor, content: bytes, mime_type: str) -> None:
    vendor.answers(200, content, Content_Type="image/png")
    assert a_media(vendor).fetch(vendor.base_url + PATH).mime_type == mime_type


@pytest.mark.parametrize(
    "url",
    [
        pytest.param(f"https://api.infobip.com{PATH}", id="shared host"),
        pytest.param(f"https://API.infobip.com:443{PATH}", id="shared host, written otherwise"),
    ],
)
def test_the_shared_host_is_asked_through_our_own_base_url(vendor: Vendor, url: str) -> None:
    vendor.answers(200, PNG)
    a_media(vendor).fetch(url)
    assert [call.path for call in vendor.calls] == [PATH]


def test_a_base_url_may_have_a_path(vendor: Vendor) -> None:
    vendor.answers(200, PNG)
    base_url = f"{vendor.base_url}/simulator/infobip"
    InboundMedia(base_url, API_KEY).fetch(base_url + PATH)
    assert [call.path for call in vendor.calls] == [f"/simulator/infobip{PATH}"]


@pytest.mark.parametrize(
    "url",
    [
        pytest.param(
            fixture_json("inbound-edge/media_url_foreign_host.json")["results"][0]["message"][
                "url"
            ],
            id="foreign host",
        ),
        pytest.param(f"http://api.infobip.com{PATH}", id="not https"),
        pytest.param(f"http://testbase.api.infobip.com{PATH}", id="base host without TLS"),
        pytest.param(f"https://testbase.api.infobip.com:8443{PATH}", id="another port"),
        pytest.param(f"https://testbase.api.infobip.com:port{PATH}", id="no port"),
        pytest.param(f"https://evil.testbase.api.infobip.com{PATH}", id="a host below"),
        pytest.param(f"https://testbase.api.infobip.com.evil.example{PATH}", id="a host above"),
        pytest.param(f"https://testbase.api.infobip.com@evil.example{PATH}", id="credentials"),
        pytest.param(f"https://evil.example@api.infobip.com{PATH}", id="a name before the host"),
        pytest.param(f"https://api.infobip.com{PATH}?x=1", id="query"),
        pytest.param(f"https://api.infobip.com{PATH}#x", id="fragment"),
        pytest.param(f"https://api.infobip.com{PATH}/../../x", id="steps up"),
        pytest.param(f"https://api.infobip.com{PATH}%2f..", id="encoded steps"),
        pytest.param("https://api.infobip.com/whatsapp/1/senders/1/media/", id="no media id"),
        pytest.param("https://api.infobip.com/account/1/balance", id="another endpoint"),
        pytest.param("https://169.254.169.254/latest/meta-data", id="cloud metadata"),
        pytest.param("https://[::1", id="broken"),
        pytest.param("file:///etc/passwd", id="a file"),
        pytest.param("", id="nothing"),
    ],
)
def test_other_addresses_are_never_asked(url: str) -> None:
    with pytest.raises(MediaNotAllowed):
        InboundMedia(BASE_URL, API_KEY).fetch(url)


@pytest.mark.parametrize(
    ("status", "error_type"),
    [
        pytest.param(404, MediaGone, id="expired"),
        pytest.param(410, MediaGone, id="gone"),
        pytest.param(401, MediaUnavailable, id="key refused"),
        pytest.param(429, MediaUnavailable, id="too often"),
        pytest.param(500, MediaUnavailable, id="their trouble"),
        pytest.param(206, MediaUnavailable, id="a part"),
    ],
)
def test_answers_without_a_file(vendor: Vendor, status: int, error_type: type[MediaError]) -> None:
    vendor.answers(status, b"x")
    with pytest.raises(error_type):
        a_media(vendor).fetch(vendor.base_url + PATH)


def test_a_dropped_connection_is_unavailable(vendor: Vendor) -> None:
    vendor.drops_the_connection()
    with pytest.raises(MediaUnavailable):
        a_media(vendor).fetch(vendor.base_url + PATH)


def test_half_a_file_is_no_file(vendor: Vendor) -> None:
    vendor.cuts_the_answer()
    with pytest.raises(MediaUnavailable):
        a_media(vendor).fetch(vendor.base_url + PATH)


@pytest.mark.parametrize(
    ("size", "fits"), [pytest.param(1000, True, id="at"), pytest.param(1001, False, id="over")]
)
def test_size_is_capped(vendor: Vendor, size: int, fits: bool) -> None:
    vendor.answers(200, bytes(size))
    media = a_media(vendor, max_bytes=1000)
    if fits:
        assert len(media.fetch(vendor.base_url + PATH).content) == size
    else:
        with pytest.raises(MediaTooLarge):
            media.fetch(vendor.base_url + PATH)


def test_an_endless_file_is_given_up_early(vendor: Vendor) -> None:
    vendor.never_stops_sending()
    with pytest.raises(MediaTooLarge):
        a_media(vendor, max_bytes=1_000_000).fetch(vendor.base_url + PATH)


def test_one_redirect_is_followed_without_the_key(
    vendor: Vendor, storage: Vendor, media: InboundMedia
) -> None:
    vendor.answers(302, b"", Location=f"{storage.base_url}/file?signature=x")
    storage.answers(200, PDF)
    assert media.fetch(vendor.base_url + PATH).mime_type == "application/pdf"
    [call] = storage.calls
    assert call.path == "/file?signature=x"
    assert "Authorization" not in call.headers


def test_a_second_redirect_is_not_followed(
    vendor: Vendor, storage: Vendor, media: InboundMedia
) -> None:
    vendor.answers(302, b"", Location=f"{storage.base_url}/one")
    storage.answers(302, b"", Location=f"{storage.base_url}/two")
    with pytest.raises(MediaUnavailable):
        media.fetch(vendor.base_url + PATH)
    assert [call.path for call in storage.calls] == ["/one"]


@pytest.mark.parametrize(
    "location",
    [
        pytest.param("https://127.0.0.1/file", id="this machine"),
        pytest.param("https://10.0.0.7/file", id="private network"),
        pytest.param("https://169.254.169.254/latest/meta-data", id="cloud metadata"),
        pytest.param("https://[::1]/file", id="this machine by IPv6"),
        pytest.param("https://[::ffff:127.0.0.1]/file", id="this machine in disguise"),
        pytest.param("https://localhost/file", id="this machine by name"),
        pytest.param("https://nowhere.invalid/file", id="no such host"),
        pytest.param("http://cdn.example.org/file", id="not https"),
        pytest.param("https://a:b@cdn.example.org/file", id="credentials"),
        pytest.param("/whatsapp/1/other", id="relative"),
        pytest.param("", id="nowhere"),
    ],
)
def test_redirects_into_the_house_are_not_followed(vendor: Vendor, location: str) -> None:
    vendor.answers(302, b"", Location=location)
    with pytest.raises(MediaNotAllowed):
        a_media(vendor).fetch(vendor.base_url + PATH)


def test_a_public_address_is_public() -> None:
    assert is_public_host("1.1.1.1")
