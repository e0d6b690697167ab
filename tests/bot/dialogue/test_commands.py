"""Button ids: only ours, whole, and for whom they were made."""

import base64
import json

import pytest

from bot.dialogue.commands import MAX_ID_LENGTH, Command, CommandSigner, parse_payload
from domain.message import message_key

SIGNER = CommandSigner("key")
PAY = Command(intent="ask_how_to_pay", entities={"loan_id": "L-2026-004821"})


def sign(command=PAY, contact_id="c-1", nonce="n1"):
    return SIGNER.sign(command, contact_id=contact_id, nonce=nonce)


def packed(meaning) -> str:
    return base64.urlsafe_b64encode(json.dumps(meaning).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(Command(intent="ask_menu"), id="alone"),
        pytest.param(PAY, id="with a value"),
        pytest.param(Command(intent="choose", entities={"a": "ñandú 🙂", "b": 3}), id="odd values"),
    ],
)
def test_what_is_signed_can_be_read_back(command):
    read = SIGNER.read(sign(command), contact_id="c-1")
    assert (read.intent, read.entities, read.nonce) == (command.intent, command.entities, "n1")


@pytest.mark.parametrize("place", range(0, len(sign()), 7))
def test_an_altered_id_means_nothing(place):
    ours = sign()
    altered = ours[:place] + ("A" if ours[place] != "A" else "B") + ours[place + 1 :]
    assert SIGNER.read(altered, contact_id="c-1") is None


@pytest.mark.parametrize(
    "reply_id",
    [
        "",
        ".",
        "f1",
        "f1.",
        "f1..",
        "f1.a.b.c",
        "f2" + sign()[2:],
        "plan:12",
        "/ask_loan_status",
        f"f1.{packed({'i': 'ask_menu', 'n': 'n1'})}.AAAAAAAAAAAA",
        f"f1.{packed({'i': 'ask_menu', 'n': 'n1'})}.",
        "f1.%%%.ñ",
        "\x00" * 10,
    ],
)
def test_what_is_not_ours_means_nothing(reply_id):
    assert SIGNER.read(reply_id, contact_id="c-1") is None


def test_somebody_elses_button_means_nothing():
    assert SIGNER.read(sign(contact_id="c-1"), contact_id="c-2") is None


def test_another_services_button_means_nothing():
    assert CommandSigner("other").read(sign(), contact_id="c-1") is None


@pytest.mark.parametrize(
    ("intent", "current_nonce", "is_stale"),
    [
        pytest.param("ask_how_to_pay", None, False, id="a request, at any time"),
        pytest.param("affirm", "n1", False, id="an answer to the open question"),
        pytest.param("affirm", "n2", True, id="an answer to an earlier question"),
        pytest.param("deny", None, True, id="an answer to no question"),
    ],
)
def test_only_answers_grow_old(intent, current_nonce, is_stale):
    read = SIGNER.read(sign(Command(intent=intent)), contact_id="c-1")
    assert read.is_stale(current_nonce) is is_stale


def test_an_id_longer_than_a_list_row_may_have_is_refused():
    with pytest.raises(ValueError, match="characters for choose_loan"):
        sign(Command(intent="choose_loan", entities={"loan_id": "x" * MAX_ID_LENGTH}))


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ("/ask_menu", Command(intent="ask_menu")),
        (
            '/choose_loan{"loan_id": "L-1"}',
            Command(intent="choose_loan", entities={"loan_id": "L-1"}),
        ),
    ],
)
def test_payloads_of_the_dialogue_files(payload, expected):
    assert parse_payload(payload) == expected


@pytest.mark.parametrize("payload", ["ask_menu", "/", "/ask menu", '/x["a"]', "/x{"])
def test_what_is_no_payload_is_refused(payload):
    with pytest.raises(ValueError):
        parse_payload(payload)


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(
            Command(intent="report_receipt", entities={"attachment_id": message_key("w" * 500)}),
            id="a file of a message with an endless id",
        ),
        pytest.param(
            Command(
                intent="choose_loan",
                entities={"loan_id": "9" * 64, "next": "request_no_debt_letter"},
            ),
            id="the longest loan id",
        ),
        pytest.param(
            Command(intent="request_no_debt_letter", entities={"loan_id": "9" * 64}),
            id="the longest intent about a loan",
        ),
    ],
)
def test_the_longest_things_that_we_offer_fit_a_row(command):
    assert len(SIGNER.sign(command, contact_id="c" * 32, nonce="12345678")) <= MAX_ID_LENGTH
