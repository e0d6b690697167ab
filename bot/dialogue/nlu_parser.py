"""Understands texts outside a chat, by the road of a live message: global words, then the model."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from pydantic import BaseModel, ConfigDict

from bot.clock import Clock
from bot.dialogue.commands import Command, CommandSigner
from bot.dialogue.reading import Reader
from bot.log_files import LogFile
from bot.rasa_runtime import PROJECT, RasaError, rasa_command, rasa_environment
from bot.settings import Settings
from bot.site import Site, load_site

READY = "ready"


class RankedIntent(BaseModel):
    """One intent that a text may have."""

    model_config = ConfigDict(frozen=True)

    intent: str
    confidence: float


class Understood(BaseModel):
    """What a text is acted on as; `intent` is None if it is not acted on."""

    model_config = ConfigDict(frozen=True)

    intent: str | None
    confidence: float
    entities: list[dict[str, object]] = []
    ranking: list[RankedIntent] = []


class NluParser:
    """Reads one text at a time, in the order asked."""

    def __init__(self, reader: Reader, process: subprocess.Popen[str], log: LogFile) -> None:
        self._reader = reader
        self._process = process
        self._log = log

    def parse(self, text: str) -> Understood:
        """What `text` would be acted on as, standing alone. RasaError: the model went away."""
        read = self._reader.read_text(text)
        if isinstance(read, Command):
            return _understood_at_once(read)
        requests, answers = _pipes(self._process)
        try:
            requests.write(json.dumps({"text": read.text}) + "\n")
            requests.flush()
            answer = answers.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            raise RasaError(f"the model stopped: {self._log.last_line()} (see {self._log.path})")
        return Understood.model_validate_json(answer)


def _understood_at_once(command: Command) -> Understood:
    if command.intent.startswith("received_"):
        return Understood(intent=None, confidence=0.0)
    certain = RankedIntent(intent=command.intent, confidence=1.0)
    return Understood(intent=certain.intent, confidence=1.0, ranking=[certain])


def _pipes(process: subprocess.Popen[str]) -> tuple[IO[str], IO[str]]:
    if process.stdin is None or process.stdout is None:
        raise RasaError("the model was started without pipes")
    return process.stdin, process.stdout


@contextmanager
def nlu_parser(settings: Settings, model: Path) -> Iterator[NluParser]:
    """A parser with `model`, loaded once for the block. RasaError: it could not be loaded."""
    log = LogFile(settings.fiado_data_dir / "logs" / "nlu.log")
    with (
        log.open() as errors,
        subprocess.Popen(
            rasa_command("rasa_extensions.parse_lines", str(model)),
            cwd=PROJECT,
            env=rasa_environment(settings),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            encoding="utf-8",
        ) as process,
    ):
        try:
            if _pipes(process)[1].readline().strip() != READY:
                raise RasaError(f"the model does not load: {log.last_line()} (see {log.path})")
            yield NluParser(_reader(settings, load_site(settings.site_file)), process, log)
        finally:
            process.terminate()


def _reader(settings: Settings, site: Site) -> Reader:
    clock = Clock()
    signer = CommandSigner(settings.secret_key.get_secret_value())
    return Reader(signer, site.pack, today=lambda: site.local_date(clock.now()))
