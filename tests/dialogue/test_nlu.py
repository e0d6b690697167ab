"""How well the trained model understands texts that it was not trained on, by `fiado nlu`."""

import json
import random
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import main
from bot.commands.nlu import trained_parser
from bot.dialogue.nlu_parser import NluParser
from bot.dialogue.nlu_scores import NluScores

HERE = Path(__file__).parent
FLOORS = {
    "clean": 0.95,
    "typos": 0.90,
    "voice": 0.90,
    "panama": 0.90,
    "glued": 0.90,
    "contrast": 0.90,
    "adversarial": 0.90,
}


def labelled(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (HERE / name).read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def parser() -> Iterator[NluParser]:
    with trained_parser() as parser:
        yield parser


@pytest.fixture(scope="module")
def heldout_pairs(parser: NluParser) -> dict[str, list[tuple[str, str | None]]]:
    """(wanted, understood) by slice, of texts by somebody who had not seen the corpus."""
    pairs: dict[str, list[tuple[str, str | None]]] = defaultdict(list)
    for line in labelled("nlu_heldout.jsonl"):
        pairs[line["slice"]].append((line["intent"], parser.parse(line["text"]).intent))
    return pairs


@pytest.mark.parametrize("name", FLOORS)
def test_heldout_slice(heldout_pairs: dict, name: str) -> None:
    scores = NluScores.of(heldout_pairs[name])
    assert scores.accuracy >= FLOORS[name], scores.confusions()


def test_heldout_has_no_other_slice(heldout_pairs: dict) -> None:
    assert heldout_pairs.keys() == FLOORS.keys()


def test_what_is_out_of_scope_is_left_alone(heldout_pairs: dict) -> None:
    pairs = [pair for pairs in heldout_pairs.values() for pair in pairs]
    outside = [got for want, got in pairs if want == "out_of_scope"]
    inside = [got for want, got in pairs if want != "out_of_scope"]
    left_alone = {None, "out_of_scope"}
    assert sum(got in left_alone for got in outside) >= 0.90 * len(outside)
    assert sum(got in left_alone for got in inside) <= 0.03 * len(inside)


def test_own_texts_set_aside(parser: NluParser) -> None:
    lines = labelled("nlu_dev.jsonl")
    scores = NluScores.of((line["intent"], parser.parse(line["text"]).intent) for line in lines)
    assert scores.accuracy >= 0.95, scores.confusions()
    assert scores.macro_f1 >= 0.95


def test_noise_never_confirms(parser: NluParser) -> None:
    """2,000 strings of letters, digits, marks and emoji, none of which writes out an answer."""
    chance = random.Random(2000)
    alphabets = ["bcdfghjklmpqrtvwxyz ", "0123456789 .,-/$", "¿?¡!.,;:()", "👍👎✅❌😂🔥🙏 "]
    for index in range(2000):
        alphabet = alphabets[index % len(alphabets)]
        text = "".join(chance.choices(alphabet, k=chance.randint(1, 40)))
        assert parser.parse(text).intent not in {"affirm", "deny"}, repr(text)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        pytest.param("Menú", "ask_menu", id="global word"),
        pytest.param("  \u200b ", None, id="nothing visible"),
        pytest.param("hola, ¿cuánto debo?", "ask_loan_status", id="the model"),
    ],
)
def test_the_road_of_a_live_message(parser: NluParser, text: str, intent: str | None) -> None:
    assert parser.parse(text).intent == intent


def test_parse_command_answers_good_lines_and_tells_bad_ones() -> None:
    lines = '{"text": "cuánto debo"}\n{oops\n\n{"message": "x"}\n{"text": "👍"}\n'
    done = CliRunner().invoke(main, ["nlu", "parse"], input=lines)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(one["text"], one["intent"]) for one in answers] == [
        ("cuánto debo", "ask_loan_status"),
        ("👍", None),
    ]
    assert set(answers[0]) == {"text", "intent", "confidence", "entities", "ranking"}
    assert answers[0]["ranking"][0]["intent"] == "ask_loan_status"
    assert "standard input:2:" in done.stderr
    assert "standard input:4:" in done.stderr
    assert done.exit_code == 1


def test_test_command_counts(tmp_path: Path) -> None:
    file = tmp_path / "labelled.jsonl"
    wanted = [("cuánto debo", "ask_loan_status"), ("hola", "goodbye"), ("👍", "out_of_scope")]
    file.write_text(
        "".join(json.dumps({"text": text, "intent": intent}) + "\n" for text, intent in wanted)
    )
    done = CliRunner().invoke(main, ["nlu", "test", str(file)])
    assert "accuracy  0.6667" in done.stdout
    assert "goodbye -> greet  1" in done.stdout
    assert done.exit_code == 0


@pytest.mark.parametrize(
    "content",
    [pytest.param(None, id="no such file"), pytest.param("nothing\n", id="no labelled line")],
)
def test_test_command_refuses_what_it_cannot_read(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "labelled.jsonl"
    if content is not None:
        file.write_text(content)
    done = CliRunner().invoke(main, ["nlu", "test", str(file)])
    assert done.exit_code == 1
    assert str(file) in done.stderr
