"""Parses JSON Lines with a trained model: `python -m rasa_extensions.parse_lines MODEL.tar.gz`."""

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Dict, Iterator, List, TextIO

from rasa.core.channels.channel import UserMessage
from rasa.engine.graph import ExecutionContext
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY

from .neutral_text import neutralise

READY = "ready"


class ModelParser:
    """The part of a trained model that understands a message, without the dialogue."""

    def __init__(self, archive: Path, unpacked: Path) -> None:
        storage, metadata = LocalModelStorage.from_model_archive(unpacked, archive)
        self._target = str(metadata.nlu_target)
        schema = metadata.predict_schema.minimal_graph_schema([self._target])
        context = ExecutionContext(schema, metadata.model_id)
        self._runner = DaskGraphRunner.create(schema, storage, context)

    def parse(self, text: str) -> Dict[str, Any]:
        """What a live message with this text would be understood as; no intent if as nothing."""
        message = UserMessage(neutralise(text))
        tracker = DialogueStateTracker.from_events(message.sender_id, [])
        inputs = {"__message__": [message], "__tracker__": tracker}
        (parsed,) = self._runner.run(inputs=inputs, targets=[self._target])[self._target]
        intent = parsed.get(INTENT) or {"name": None, "confidence": 0.0}
        acted_on = intent["name"] != DEFAULT_NLU_FALLBACK_INTENT_NAME
        return {
            "intent": intent["name"] if acted_on else None,
            "confidence": round(float(intent["confidence"]), 4),
            "entities": parsed.get(ENTITIES, []),
            "ranking": [
                {"intent": one["name"], "confidence": round(float(one["confidence"]), 4)}
                for one in parsed.get(INTENT_RANKING_KEY, [])
            ],
        }


def parsed_lines(parser: ModelParser, lines: TextIO) -> Iterator[Dict[str, Any]]:
    """One answer for each line, in order."""
    for line in iter(lines.readline, ""):
        yield parser.parse(json.loads(line)["text"])


def main(arguments: List[str]) -> None:
    """Say when ready, then answer each line of standard input with one of standard output."""
    with TemporaryDirectory() as unpacked:
        parser = ModelParser(Path(arguments[0]), Path(unpacked))
        sys.stdout.write(f"{READY}\n")
        sys.stdout.flush()
        for answer in parsed_lines(parser, sys.stdin):
            sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
