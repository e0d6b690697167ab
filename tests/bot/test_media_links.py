from datetime import timedelta
from urllib.parse import unquote, urlsplit

import pytest
from itsdangerous import URLSafeSerializer

from bot.clock import FixedClock
from bot.services.media_links import LASTS, MediaLinks
from tests.message_builders import NOON

FILE = "letter:AR-LD-2026-000123"
NAME = "libre-deuda_AR-LD-2026-000123.pdf"
SECRET = "secret-for-tests"
SECOND = timedelta(seconds=1)


@pytest.fixture
def clock():
    return FixedClock(NOON)


@pytest.fixture
def links(clock):
    return MediaLinks(SECRET, "https://bot.example", clock)


def token_of(url):
    return urlsplit(url).path.split("/")[2]


def test_a_link_says_which_file_under_a_name_for_people(links):
    url = links.url(FILE, NAME)
    assert url.startswith("https://bot.example/media/")
    assert url.endswith(f"/{NAME}")
    assert links.read(token_of(url), NAME) == FILE


def test_a_link_fits_the_channel(links):
    assert len(links.url(FILE, "x" * 240)) < 2048


@pytest.mark.parametrize(
    "name", ["señal ñ.pdf", "a/b.pdf", "../a.pdf", "a?b#c.pdf", "😀.pdf", "%2F"]
)
def test_any_name_survives_the_address(links, name):
    url = links.url(FILE, name)
    *_, token, last = urlsplit(url).path.split("/")
    assert (links.read(token, unquote(last)), len(url.split("/"))) == (FILE, 6)


def test_a_link_lasts_an_hour_of_business_time(links, clock):
    token = token_of(links.url(FILE, NAME))
    clock.move(LASTS - SECOND)
    assert links.read(token, NAME) == FILE
    clock.move(SECOND)
    assert links.read(token, NAME) is None


def test_a_link_may_last_longer(links, clock):
    token = token_of(links.url(FILE, NAME, lasts=timedelta(days=1)))
    clock.move(timedelta(hours=23))
    assert links.read(token, NAME) == FILE


def test_time_set_back_opens_nothing_that_was_never_signed(links, clock):
    clock.move(-timedelta(days=400))
    assert links.read("WyJ4IiwxXQ.aaaa", NAME) is None


def test_a_link_is_good_for_its_name_alone(links):
    token = token_of(links.url(FILE, NAME))
    for other in ("", "otra.pdf", NAME + " ", NAME.upper(), "x" * 10_000, "\ud800"):
        assert links.read(token, other) is None


def test_every_altered_character_is_noticed(links):
    token = token_of(links.url(FILE, NAME))
    for place, character in enumerate(token):
        other = "A" if character != "A" else "B"
        altered = token[:place] + other + token[place + 1 :]
        # the last character of a signature holds bits that count for nothing
        is_same = place == len(token) - 1 and links.read(altered, NAME) == FILE
        assert is_same or links.read(altered, NAME) is None


@pytest.mark.parametrize(
    "token",
    ["", ".", "..", "x", "a.b", "a" * 5000, "ñ.ñ", "\x00", "%00", "\ud800", ".eJw.x"],
)
def test_what_is_no_token_is_nothing(links, token):
    assert links.read(token, NAME) is None


def test_what_others_signed_is_nothing(links, clock):
    others = MediaLinks("another-secret", "https://bot.example", clock)
    assert links.read(token_of(others.url(FILE, NAME)), NAME) is None
    with_our_key = URLSafeSerializer(SECRET).dumps([FILE, 9_999_999_999])
    assert links.read(with_our_key, NAME) is None
