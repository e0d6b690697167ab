"""What a person types is never obeyed as a command."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rasa.nlu.classifiers.regex_message_handler import RegexMessageHandler
from rasa.shared.core.domain import Domain
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa_extensions.neutral_text import neutralise

DOMAIN = Domain.from_yaml(
    'version: "3.1"\nintents: [pay]\nentities: [amount]\n'
    "slots: {amount: {type: text, mappings: [{type: from_entity, entity: amount}]}}\n"
)
INVISIBLE = st.text(st.sampled_from(" \t\n\x0b\x1c\x85\xa0\u2003\u2028\u200b\u2060\ufeff\x00"))
SLASH = st.sampled_from(["/", "//", "/ /", "\uff0f", "\uff0f/", "/\u200b/"])
COMMAND = st.sampled_from(
    ["pay", "restart", "session_start", "back", "pay@0.99", 'pay{"amount": "1"}', "pay@1{}", "x"]
)
COMMANDS = st.builds("{}{}{}{}".format, INVISIBLE, SLASH, COMMAND, INVISIBLE)


def is_obeyed(text: str) -> bool:
    message = Message(data={TEXT: text})
    return INTENT in RegexMessageHandler().process([message], DOMAIN)[0].data


@pytest.mark.parametrize(
    "text", ["/pay", "  /pay@0.9", '\xa0/pay{"amount": "9"}', "\n/restart", "\x1c/back"]
)
def test_rasa_obeys_these_unless_they_are_neutralised(text: str) -> None:
    assert is_obeyed(text)
    assert not is_obeyed(neutralise(text))


@given(st.one_of(COMMANDS, st.text()))
def test_no_text_is_obeyed_even_after_normalisation(text: str) -> None:
    harmless = neutralise(text)
    assert not is_obeyed(harmless)
    assert not is_obeyed(unicodedata.normalize("NFKC", harmless))
    assert neutralise(harmless) == harmless


@given(st.text())
def test_only_a_start_with_a_slash_is_changed(text: str) -> None:
    harmless = neutralise(text)
    assert text.endswith(harmless)
    assert harmless == text or "/" in unicodedata.normalize("NFKC", text[: -len(harmless) or None])


@pytest.mark.parametrize("text", ["24/11", "hola /pay", "", "   ", "\U0001f44d/pay", "\u200bhola"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert neutralise(text) == text
