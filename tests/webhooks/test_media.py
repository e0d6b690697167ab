from datetime import timedelta
from threading import Timer

import pytest

from bot.bootstrap import build_services
from bot.clock import FixedClock
from bot.settings import Settings
from storage.letter_printing import LetterPrinting
from tests.message_builders import NOON
from tests.unprinted_letters import issue
from webhooks.app import create_app

NAME = "libre-deuda_AR-LD-2026-000001.pdf"
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 2000
HOUR = timedelta(hours=1)
NOTHING = (404, b'{"error":"not_found"}\n')


@pytest.fixture
def wired(indexed):
    settings = Settings(
        _env_file=None,
        fiado_simulator=False,
        webhook_secret_header="X-Secret",
        webhook_secret="right",
        public_base_url="https://bot.example",
    )
    return build_services(settings, database=indexed, clock=FixedClock(NOON))


@pytest.fixture
def client(wired):
    return create_app(wired).test_client()


@pytest.fixture
def letter(indexed):
    return issue(indexed)


def store(wired, letter):
    return wired.files.put_once(letter.file_id, PDF, name=NAME, content_type="application/pdf")


@pytest.fixture
def path(wired, letter):
    """Where the printed letter is."""
    LetterPrinting(wired.database).note_printed(letter.folio, store(wired, letter))
    return link(wired, letter)


def link(wired, letter, name=NAME):
    return wired.media_links.url(letter.file_id, name).removeprefix("https://bot.example")


def told(answer):
    return answer.status_code, answer.data


def test_the_document_under_its_name(client, path):
    answer = client.get(path)
    assert told(answer) == (200, PDF)
    assert answer.content_type == "application/pdf"
    assert answer.headers["Content-Length"] == str(len(PDF))
    assert answer.headers["Content-Disposition"] == f"inline; filename={NAME}"
    assert answer.headers["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize("method", ["get", "head"])
def test_nobody_keeps_guesses_or_runs_it(client, path, method):
    headers = getattr(client, method)(path).headers
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]
    assert "noindex" in headers["X-Robots-Tag"]
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in headers


def test_asking_only_for_what_it_is(client, path):
    answer = client.head(path)
    assert told(answer) == (200, b"")
    assert answer.headers["Content-Length"] == str(len(PDF))
    assert answer.content_type == "application/pdf"


@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [
        pytest.param("bytes=0-99", 0, 99, id="the beginning"),
        pytest.param("bytes=300000-", 300_000, len(PDF) - 1, id="from there on"),
        pytest.param("bytes=-10", len(PDF) - 10, len(PDF) - 1, id="the end"),
        pytest.param("bytes=100-999999999", 100, len(PDF) - 1, id="more than there is"),
    ],
)
def test_a_part_of_it(client, path, wanted, first, last):
    answer = client.get(path, headers={"Range": wanted})
    assert told(answer) == (206, PDF[first : last + 1])
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{len(PDF)}"
    assert answer.headers["Content-Length"] == str(last - first + 1)


def test_parts_make_the_whole(client, path):
    parts = [
        client.get(path, headers={"Range": f"bytes={start}-{start + 65535}"}).data
        for start in range(0, len(PDF), 65536)
    ]
    assert b"".join(parts) == PDF


def test_a_part_that_it_does_not_have(client, path):
    answer = client.get(path, headers={"Range": f"bytes={len(PDF)}-"})
    assert told(answer) == (416, b"")
    assert answer.headers["Content-Range"] == f"bytes */{len(PDF)}"


def test_what_one_has_already_is_not_sent_again(client, path):
    etag = client.get(path).headers["ETag"]
    assert told(client.get(path, headers={"If-None-Match": etag})) == (304, b"")
    changed = {"Range": "bytes=0-9", "If-Range": '"another"'}
    assert told(client.get(path, headers=changed)) == (200, PDF)


def test_without_a_valid_link_nothing_is_told(client, path, wired, letter, indexed):
    _, _, token, _ = path.split("/")
    missing = wired.media_links.url("letter:AR-LD-2026-999999", NAME)
    foreign = wired.media_links.url("another:file", NAME)
    tries = {
        "altered": f"/media/{token[:-3]}AAA/{NAME}",
        "cut": f"/media/{token[:20]}/{NAME}",
        "another name": f"/media/{token}/otra.pdf",
        "a longer name": f"{path}.pdf",
        "an unknown letter": missing.removeprefix("https://bot.example"),
        "what is no letter": foreign.removeprefix("https://bot.example"),
        "made up": f"/media/x/{NAME}",
        "bytes": f"/media/%00%ff/{NAME}",
        "no name": f"/media/{token}/",
        "no token": "/media/",
        "the folder": "/media",
        "a folder above": f"/media/{token}/../{NAME}",
        "an encoded folder above": f"/media/{token}/..%2F{NAME}",
        "below the name": f"{path}/x",
    }
    answers = {name: told(client.get(each)) for name, each in tries.items()}
    assert answers == dict.fromkeys(tries, NOTHING)
    wired.clock.move(HOUR)
    assert told(client.get(path)) == NOTHING
    assert told(client.head(path)) == (404, b"")


def test_a_refusal_looks_the_same_whatever_the_reason(client, path, wired):
    altered = client.get(path.replace("/media/", "/media/A"))
    wired.clock.move(HOUR)
    old = client.get(path)
    assert dict(altered.headers) == dict(old.headers)


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_nothing_can_be_put_there(client, path, method):
    assert getattr(client, method)(path).status_code == 405


# --- a document that is being printed --------------------------------------------------------


def test_what_is_printed_in_a_moment_is_waited_for(client, wired, letter):
    timer = Timer(0.2, lambda: store(wired, letter))
    timer.start()
    assert told(client.get(link(wired, letter))) == (200, PDF)
    timer.join()


def test_what_takes_longer_is_to_be_asked_for_again(wired, letter, monkeypatch):
    monkeypatch.setattr("webhooks.media.WAIT_SECONDS", 0.05)
    answer = create_app(wired).test_client().get(link(wired, letter))
    assert told(answer) == (503, b'{"error":"not_yet"}\n')
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_what_was_given_up_is_not_there(client, wired, letter):
    LetterPrinting(wired.database).give_up(letter.folio, at=NOON)
    assert told(client.get(link(wired, letter))) == NOTHING


def test_neither_token_nor_name_is_logged(client, path, capfd):
    client.get(path)
    client.get(f"{path}x")
    printed = "".join(capfd.readouterr())
    assert path.split("/")[2] not in printed
    assert NAME not in printed
