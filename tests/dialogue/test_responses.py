"""Every text of the bot, as written: within the channel's limits, in each register, filled."""

import ast
import re
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.dialogue.commands import MAX_ID_LENGTH, Command, CommandSigner, parse_payload
from bot.dialogue.replies import (
    MAX_BODY,
    MAX_BUTTON_TITLE,
    MAX_BUTTONS,
    MAX_ROW_DESCRIPTION,
    MAX_ROW_TITLE,
    MAX_ROWS,
    length,
)
from domain.country import country_codes, country_pack
from domain.loan_position import LoanState

ROOT = Path(__file__).parents[2]
DOMAIN = ROOT / "bot" / "rasa_project" / "domain"
RULES = ROOT / "bot" / "rasa_project" / "data" / "rules"
PLACEHOLDER = re.compile(r"(?<!\{)\{(\w+)\}(?!\})")
EMOJI = re.compile("[\N{WATCH}-\N{ALARM CLOCK}\u2600-\u27bf\U0001f300-\U0001faff]")
WHATEVER_LENGTH = "x" * 40
"""As long as a value may be: a shop's name, a number of an account."""

# words that belong to one register alone
VOS = re.compile(
    r"\b(vos|tu|tus|te|querés|podés|tenés|necesitás|escribí|tocá|mandá|mandame|elegí|sos|decime"
    r"|pagaste|debés|creés|acá|preferís)\b",
    re.IGNORECASE,
)
USTED = re.compile(
    r"\b(usted|le|quiere|puede seguir|escriba|toque|envíe|envíeme|elija|disculpe|aquí"
    r"|prefiere|pagó|debe)\b",
    re.IGNORECASE,
)
ARGENTINE_WORDS = re.compile(r"\b(cuotas?|créditos?|DNI|libre deuda|cobranzas?)\b", re.IGNORECASE)
PANAMANIAN_WORDS = re.compile(r"\b(letras?|préstamos?|cédula|paz y salvo)\b", re.IGNORECASE)


@cache
def responses() -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for file in sorted(DOMAIN.glob("*.yml")):
        found |= yaml.safe_load(file.read_text()).get("responses", {})
    return found


@cache
def domain_list(key: str) -> set[str]:
    files = [yaml.safe_load(file.read_text()) for file in DOMAIN.glob("*.yml")]
    return set(chain.from_iterable(file.get(key, []) for file in files))


def variations() -> list[Any]:
    return [
        pytest.param(name, variation, id=f"{name}-{_country(variation)}")
        for name, each in responses().items()
        for variation in each
    ]


def _country(variation: dict[str, Any]) -> str:
    return variation["condition"][0]["value"] if "condition" in variation else "AR"


def _texts(variation: dict[str, Any]) -> list[str]:
    buttons = variation.get("buttons", [])
    titles = [each[key] for each in buttons for key in ("title", "description") if key in each]
    return [variation.get("text", ""), *titles]


@pytest.mark.parametrize("name", [name for name in responses() if name != "utter_repeat"])
def test_every_response_has_a_variation_for_each_register(name):
    """The one without a condition is spoken where no other fits, so it has to be there."""
    assert sorted(_country(each) for each in responses()[name]) == ["AR", "PA"]


@pytest.mark.parametrize(("name", "variation"), variations())
def test_every_response_fits_the_channel(name, variation):
    text = PLACEHOLDER.sub(WHATEVER_LENGTH, variation.get("text", ""))
    buttons = variation.get("buttons", [])
    assert length(text) <= MAX_BODY
    assert len(buttons) <= MAX_ROWS - 1  # a menu may get one more row
    is_list = len(buttons) > MAX_BUTTONS or any("description" in each for each in buttons)
    longest = MAX_ROW_TITLE if is_list else MAX_BUTTON_TITLE
    assert [each["title"] for each in buttons if length(each["title"]) > longest] == []
    assert all(length(each.get("description", "")) <= MAX_ROW_DESCRIPTION for each in buttons)
    if is_list:
        assert 0 < length(variation["custom"]["list_title"]) <= MAX_BUTTON_TITLE


@pytest.mark.parametrize(("name", "variation"), variations())
def test_every_response_keeps_one_register(name, variation):
    for text in _texts(variation):
        wrong = USTED if _country(variation) == "AR" else VOS
        foreign = PANAMANIAN_WORDS if _country(variation) == "AR" else ARGENTINE_WORDS
        assert wrong.findall(text) == []
        assert foreign.findall(text) == []


@pytest.mark.parametrize(("name", "variation"), variations())
def test_every_response_is_calm_and_plain(name, variation):
    text = " ".join(_texts(variation))
    assert len(EMOJI.findall(text)) <= 1
    assert "cancelado" not in text
    assert "!!" not in text


@pytest.mark.parametrize(("name", "variation"), variations())
def test_every_button_is_a_command_that_fits_its_id(name, variation):
    signer = CommandSigner("key")
    for button in variation.get("buttons", []):
        payload = button["payload"].replace("{{", "{").replace("}}", "}")
        command = parse_payload(PLACEHOLDER.sub(WHATEVER_LENGTH, payload))
        assert command.intent in domain_list("intents")
        assert set(command.entities) <= domain_list("entities")
        signed = signer.sign(_shortened(command), contact_id="c" * 32, nonce="n" * 8)
        assert len(signed) <= MAX_ID_LENGTH


def _shortened(command: Command) -> Command:
    """A message id of WhatsApp's is the longest value that a button carries."""
    return command.model_copy(update={"entities": dict.fromkeys(command.entities, "x" * 64)})


@pytest.mark.parametrize("name", list(responses()))
def test_all_variations_need_the_same_facts(name):
    wanted = [set(PLACEHOLDER.findall(str(each))) for each in responses()[name]]
    assert all(each == wanted[0] for each in wanted)


def test_every_response_is_said_somewhere():
    """By an action, or by a rule that needs no action."""
    rules = "\n".join(file.read_text() for file in RULES.glob("*.yml"))
    code = "\n".join(file.read_text() for file in (ROOT / "actions").glob("*.py"))
    stems = {f"utter_loan_{state.value}" for state in LoanState}
    stems |= {f"utter_not_understood_{step}" for step in range(1, 5)}
    unsaid = [
        name
        for name in responses()
        if f'"{name}"' not in code and not re.search(rf"{name}\b", rules) and name not in stems
    ]
    assert unsaid == []


def test_what_a_rule_says_needs_no_facts():
    rules = "\n".join(file.read_text() for file in RULES.glob("*.yml"))
    said = set(re.findall(r"action: (utter_\w+)", rules))
    assert [name for name in said if PLACEHOLDER.search(str(responses()[name]))] == []


def test_every_intent_of_the_domain_leads_somewhere():
    rules = "\n".join(file.read_text() for file in RULES.glob("*.yml"))
    answered = set(re.findall(r"intent: (\w+)", rules))
    assert domain_list("intents") == answered


def test_actions_name_the_responses_in_full():
    """A response whose name is put together is found by nobody: only two families are."""
    built = []
    for file in (ROOT / "actions").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                start = str(node.values[0].value)
                built += [start] if start.startswith("utter_") else []
    assert set(built) == {"utter_loan_", "utter_not_understood_"}


@pytest.mark.parametrize("country", country_codes())
def test_the_introduction_says_who_what_and_how_to_reach_a_person(country):
    text = country_pack(country).notices.introduction
    filled = text.format(brand_name="Fiado", privacy_url="https://fiado.example/privacidad")
    assert "asistente automático de *Fiado*" in filled
    assert "*agente*" in filled
    assert length(filled) < 300
