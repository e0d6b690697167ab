from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from domain.contact import Identity
from domain.conversation import (
    Author,
    Conversation,
    DialogueSession,
    Handler,
    Route,
    SendDecision,
    may_send,
    route,
    window_is_open,
)
from domain.message import OutboundText, Reaction, Tap, Template, Text

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
RETURN_WORDS = frozenset({"alta", "soy yo"})
FREE = OutboundText(text="Buenas")
TEMPLATE = Template(name="pending_reply", language="es")

MAY_SPEAK = {
    (Author.BOT, Handler.BOT): True,
    (Author.BOT, Handler.AGENT): False,
    (Author.BOT, Handler.NOBODY): False,
    (Author.AGENT, Handler.BOT): True,
    (Author.AGENT, Handler.AGENT): True,
    (Author.AGENT, Handler.NOBODY): False,
    (Author.NOTICE, Handler.BOT): True,
    (Author.NOTICE, Handler.AGENT): True,
    (Author.NOTICE, Handler.NOBODY): True,
    (Author.FOLLOW_UP, Handler.BOT): True,
    (Author.FOLLOW_UP, Handler.AGENT): True,
    (Author.FOLLOW_UP, Handler.NOBODY): False,
}


def a_conversation(**changes):
    return Conversation(
        **{"conversation_id": "c1-549", "contact_id": "c1", "business_number": "549"} | changes
    )


@pytest.mark.parametrize(
    ("handled_by", "content", "expected"),
    [
        pytest.param(Handler.BOT, Text(text="hola"), Route.BOT, id="bot answers"),
        pytest.param(Handler.AGENT, Text(text="hola"), Route.AGENT, id="agent owns it"),
        pytest.param(Handler.AGENT, Text(text="alta"), Route.AGENT, id="no word ends an agent"),
        pytest.param(Handler.NOBODY, Text(text="hola"), Route.NOBODY, id="they asked for silence"),
        pytest.param(Handler.NOBODY, Text(text="¡Alta!"), Route.BOT, id="they want us back"),
        pytest.param(Handler.NOBODY, Text(text="SOY YO"), Route.BOT, id="they are who we sought"),
        pytest.param(Handler.NOBODY, Text(text="no soy yo"), Route.NOBODY, id="they still are not"),
        pytest.param(
            Handler.NOBODY, Tap(reply_id="alta", title="alta"), Route.NOBODY, id="an old button"
        ),
        pytest.param(
            Handler.NOBODY, Reaction(emoji="👍", reacted_to=None), Route.NOBODY, id="a reaction"
        ),
    ],
)
def test_route(handled_by, content, expected):
    assert route(handled_by, content, RETURN_WORDS) is expected


@pytest.mark.parametrize(
    ("last_inbound_at", "is_open"),
    [
        pytest.param(None, False, id="never wrote"),
        pytest.param(NOON, True, id="just wrote"),
        pytest.param(NOON - 24 * HOUR + timedelta(microseconds=1), True, id="last moment"),
        pytest.param(NOON - 24 * HOUR, False, id="24 hours ago"),
    ],
)
def test_messaging_window(last_inbound_at, is_open):
    assert window_is_open(last_inbound_at, NOON) is is_open


def test_every_author_and_owner_is_decided():
    assert set(MAY_SPEAK) == set(product(Author, Handler))


@pytest.mark.parametrize(("author", "handled_by"), MAY_SPEAK)
@pytest.mark.parametrize("window_open", [True, False], ids=["window open", "window closed"])
@pytest.mark.parametrize("content", [FREE, TEMPLATE], ids=["free text", "template"])
def test_may_send(author, handled_by, window_open, content):
    decision = may_send(content, author, handled_by, window_open=window_open)
    if not MAY_SPEAK[author, handled_by]:
        assert decision is SendDecision.WITHHOLD
    elif window_open or content is TEMPLATE:
        assert decision is SendDecision.SEND
    else:
        assert decision is SendDecision.NEEDS_TEMPLATE


@pytest.mark.parametrize(
    ("session", "number"),
    [
        pytest.param(DialogueSession(), 1, id="first turn"),
        pytest.param(DialogueSession(number=3, last_turn_at=NOON - HOUR / 2), 3, id="half an hour"),
        pytest.param(DialogueSession(number=3, last_turn_at=NOON - HOUR), 4, id="after idling"),
        pytest.param(
            DialogueSession(number=3, last_turn_at=NOON, is_finished=True), 4, id="after a task"
        ),
    ],
)
def test_next_session(session, number):
    conversation = a_conversation(session=session)
    following = conversation.next_session(NOON)
    assert following == DialogueSession(number=number, last_turn_at=NOON)
    assert conversation.session_id(following) == f"c1-549.{number}"


@pytest.mark.parametrize(
    ("said_to", "identity", "may_repeat"),
    [
        pytest.param(None, Identity(), True, id="said to anybody"),
        pytest.param("B-1", Identity().after_success("B-1", NOON), True, id="still proven"),
        pytest.param("B-1", Identity().after_success("B-1", NOON - HOUR), False, id="ran out"),
        pytest.param("B-1", Identity().after_success("B-2", NOON), False, id="somebody else"),
        pytest.param("B-1", Identity(), False, id="nobody now"),
    ],
)
def test_what_was_said_to_a_borrower_is_repeated_to_that_borrower_only(
    said_to, identity, may_repeat
):
    assert a_conversation(last_answer_for=said_to).may_repeat(identity, NOON) is may_repeat
