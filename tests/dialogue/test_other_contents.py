"""What people send that is not words, and words that are hostile or odd."""

import pytest

URL = "https://example.invalid/file"


@pytest.fixture
def known(phone):
    """A phone that was introduced already."""
    phone.asks("gracias")
    return phone


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        pytest.param({"type": "STICKER", "url": URL}, "Cuando necesites algo", id="sticker"),
        pytest.param({"type": "VOICE", "url": URL}, "no puedo escuchar audios", id="voice"),
        pytest.param({"type": "AUDIO", "url": URL}, "no puedo escuchar audios", id="audio"),
        pytest.param({"type": "VIDEO", "url": URL}, "No puedo ver videos", id="video"),
        pytest.param(
            {"type": "LOCATION", "latitude": -34.6, "longitude": -58.4},
            "Recibí tu ubicación",
            id="location",
        ),
        pytest.param(
            {"type": "CONTACT", "contacts": [{"name": {"firstName": "Ana"}}]},
            "No puedo abrir ese tipo de mensaje",
            id="contact",
        ),
        pytest.param({"type": "UNSUPPORTED"}, "No puedo abrir ese tipo", id="unsupported"),
        pytest.param({"type": "NEVER_SEEN", "x": 1}, "No puedo abrir ese tipo", id="unheard of"),
        pytest.param({"type": "INFECTED_CONTENT"}, "tiene un virus", id="infected"),
        pytest.param({"type": "TEXT", "text": " "}, "llegó vacío", id="blank"),
        pytest.param({"type": "TEXT", "text": "\u200b\u202e"}, "llegó vacío", id="invisible"),
        pytest.param(
            {"type": "INTERACTIVE_FLOW_REPLY", "text": "x", "response": {"a": 1}},
            "Esa opción ya venció",
            id="form",
        ),
        pytest.param(
            {"type": "BUTTON", "text": "Ya pagué", "payload": "Ya pagué"},
            "foto del comprobante",
            id="template button without a payload of ours",
        ),
    ],
)
def test_each_kind_gets_a_fitting_answer(known, message, expected):
    assert expected in known.shows(message)


def test_a_reaction_needs_no_answer(known):
    message_id = known.says("menú")
    known.hears()
    reaction = {"type": "REACTION", "emoji": "👍", "action": "ADDED", "context": {"id": message_id}}
    assert known.shows(reaction).replies == []


def test_a_voice_note_in_a_question_leaves_the_question_open(known):
    known.asks("cuánto debo")
    answer = known.shows({"type": "VOICE", "url": URL})
    assert "no puedo escuchar audios" in answer
    assert "últimos 4" in answer


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("/ask_loan_status", id="intent"),
        pytest.param('/ask_loan_status{"loan_id": "L-2026-000001"}', id="intent with entities"),
        pytest.param("/restart", id="restart"),
        pytest.param(" /back", id="back"),
        pytest.param("EXTERNAL: reminder", id="external"),
        pytest.param("@choose_loan", id="at"),
        pytest.param("{brand_name} {0} %s", id="placeholders"),
        pytest.param("<script>alert(1)</script>", id="markup"),
        pytest.param("😂😂😂", id="emoji"),
        pytest.param("???", id="marks"),
        pytest.param("7" * 500, id="figures"),
    ],
)
def test_odd_text_is_just_text(known, text):
    """It is answered, by somebody who did not understand a command in it."""
    answer = known.asks(text)
    assert answer.replies
    assert "últimos 4" not in answer
    assert "{" not in answer.text


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("\u202e¿cuánto debo?\u202c", id="right to left"),
        pytest.param("cuánto\u200b de\u200dbo", id="zero width"),
        pytest.param("cuánto \x00debo", id="null"),
        pytest.param("CUÁNTO DEBO???", id="capitals"),
        pytest.param("cuánto debo " + "\n" * 500, id="blank lines"),
    ],
)
def test_what_nobody_sees_does_not_hide_the_question(known, text):
    assert "últimos 4" in known.asks(text)


def test_a_very_long_text_is_answered(known):
    assert known.asks("hola " * 13_000).replies


def test_a_batch_with_one_bad_item_answers_the_good_ones(running_service, known):
    """Three results in one webhook: the one that cannot be read is set aside."""
    person = running_service.infobip.simulator.store.person(known.number)
    item = {"from": known.number, "to": "5491155550100", "integrationType": "WHATSAPP"}
    contact = {"contact": {"name": "Ana", "phoneNumber": known.number}}
    good = (
        item
        | contact
        | {
            "messageId": f"batch-{known.number}",
            "receivedAt": "2026-03-10T13:00:00.000+0000",
            "message": {"type": "TEXT", "text": "ya pagué"},
        }
    )
    body = {"results": [item, good, 7], "messageCount": 3, "pendingMessageCount": 0}
    running_service.infobip.simulator.incoming.replay(person, body)
    running_service.wait_until(
        lambda: any(
            "foto del comprobante" in str(message.content)
            for message in running_service.infobip.received(known.number)
        ),
        "the good item was not answered",
    )
