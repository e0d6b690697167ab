"""`fiado nlu parse` and `fiado nlu test`."""

import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TypeVar

import click
from pydantic import BaseModel, ValidationError

from bot.commands.shared import checked_settings, data_dir_option
from bot.dialogue.nlu_parser import NluParser, nlu_parser
from bot.dialogue.nlu_scores import NluScores
from bot.rasa_runtime import RasaError, model_file, train

LABELLED_FILE = click.Path(dir_okay=False, path_type=Path)
Line = TypeVar("Line", bound="TextLine")


class TextLine(BaseModel):
    """A line to understand."""

    text: str


class LabelledLine(TextLine):
    """A line whose meaning is known; `slice` groups lines of one kind."""

    intent: str | None
    slice: str | None = None


@click.group()
def nlu() -> None:
    """Ask the dialogue model what a text means, or how often it is right."""


@nlu.command()
@data_dir_option
def parse() -> None:
    """Read JSON Lines {"text": ...} on standard input; print what each is understood as.

    `intent` is null where the text would not be acted on. A bad line is told on standard error
    with its number and left out; exit 1 if there was one.
    """
    with trained_parser() as parser:
        lines = Lines("standard input")
        for line in lines.read(sys.stdin.buffer, TextLine):
            answer = {"text": line.text} | parser.parse(line.text).model_dump()
            click.echo(json.dumps(answer, ensure_ascii=False))
    lines.end()


@nlu.command()
@click.argument("file", type=LABELLED_FILE)
@data_dir_option
def test(file: Path) -> None:
    """Accuracy, macro-F1 and confusions on the labelled lines {"text", "intent"} of FILE.

    A text that is not acted on counts as out_of_scope. Exit 1 if FILE or a line is unreadable.
    """
    lines = Lines(str(file))
    try:
        with file.open("rb") as stream:
            labelled = list(lines.read(stream, LabelledLine))
    except OSError as error:
        raise click.ClickException(f"{file}: {error.strerror}") from None
    if not labelled:
        lines.end()
        raise click.ClickException(f"{file}: no labelled line")
    results: dict[str, list[tuple[str | None, str | None]]] = defaultdict(list)
    with trained_parser() as parser:
        for line in labelled:
            pair = (line.intent, parser.parse(line.text).intent)
            results[line.slice or ""].append(pair)
    print_scores({name: NluScores.of(pairs) for name, pairs in results.items()})
    lines.end()


@contextmanager
def trained_parser() -> Iterator[NluParser]:
    """A parser of the current dialogue model, trained first if need be."""
    settings = checked_settings()
    try:
        if not model_file(settings).exists():
            click.echo("training the dialogue model, about 20 s", err=True)
        with nlu_parser(settings, train(settings).model) as parser:
            yield parser
    except RasaError as error:
        raise click.ClickException(str(error)) from None


class Lines:
    """JSON Lines of one source; counts and tells the bad ones."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._bad = 0

    def read(self, stream: IO[bytes], kind: type[Line]) -> Iterator[Line]:
        """The good lines, as they come; blank ones are skipped."""
        for number, line in enumerate(stream, start=1):
            if not line.strip():
                continue
            try:
                yield kind.model_validate_json(line)
            except ValidationError as error:
                self._bad += 1
                first = error.errors()[0]
                field = ".".join(map(str, first["loc"]))
                reason = f"{field}: {first['msg']}" if field else first["msg"]
                click.echo(f"{self._source}:{number}: {reason}", err=True)

    def end(self) -> None:
        """Exit 1 if any line was bad."""
        if self._bad:
            raise click.exceptions.Exit(1)


def print_scores(by_slice: dict[str, NluScores]) -> None:
    """The whole, then each slice, each intent and each confusion."""
    scores = NluScores(sum((one.pairs for one in by_slice.values()), start=NluScores.of([]).pairs))
    click.echo(f"texts     {scores.texts}")
    click.echo(f"accuracy  {scores.accuracy:.4f}")
    click.echo(f"macro-F1  {scores.macro_f1:.4f}")
    if len(by_slice) > 1:
        click.echo(f"\n{'slice':28} {'accuracy':>9} {'texts':>6}")
        for name, one in by_slice.items():
            click.echo(f"{name or '-':28} {one.accuracy:9.4f} {one.texts:6}")
    click.echo(f"\n{'intent':28} {'precision':>9} {'recall':>9} {'F1':>9} {'texts':>6}")
    for row in scores.by_intent():
        figures = f"{row.precision:9.4f} {row.recall:9.4f} {row.f1:9.4f} {row.texts:6}"
        click.echo(f"{row.intent:28} {figures}")
    click.echo("\nconfusions (wanted -> understood, times)")
    for want, got, times in scores.confusions():
        click.echo(f"{want} -> {got}  {times}")
