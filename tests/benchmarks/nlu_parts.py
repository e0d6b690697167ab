"""Our classifier against Rasa's stock pipeline, trained on the same corpus, in the same run.

Runs in Rasa's environment: `.venv-rasa/bin/python tests/benchmarks/nlu_parts.py`. The stock
pipeline is the usual one without TensorFlow: word and letter counts, logistic regression, fallback.
"""

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PROJECT = ROOT / "bot" / "rasa_project"
sys.path.insert(0, str(PROJECT))

from rasa.model_training import train_nlu  # noqa: E402
from rasa_extensions.parse_lines import ModelParser  # noqa: E402

OURS = [{"name": "rasa_extensions.spanish_classifier.SpanishClassifier"}]
STOCK = [
    {"name": "WhitespaceTokenizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
    {"name": "LogisticRegressionClassifier"},
    {"name": "FallbackClassifier", "threshold": 0.4, "ambiguity_threshold": 0.2},
]
ROUNDS = 3


def trained(name: str, pipeline: list[dict[str, Any]], folder: Path) -> Path:
    config = folder / f"{name}.json"
    config.write_text(json.dumps({"recipe": "default.v1", "language": "es", "pipeline": pipeline}))
    data = str(PROJECT / "data" / "nlu")
    return Path(str(train_nlu(str(config), data, str(folder), fixed_model_name=name)))


def measure(name: str, pipeline: list[dict[str, Any]], folder: Path) -> dict[str, float]:
    started = time.perf_counter()
    archive = trained(name, pipeline, folder)
    figures = {"training s": time.perf_counter() - started}
    unpacked = folder / f"{name}.unpacked"
    unpacked.mkdir()
    parser = ModelParser(archive, unpacked)
    lines = [json.loads(line) for line in heldout().splitlines()]
    rounds = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        understood = [parser.parse(line["text"])["intent"] or "out_of_scope" for line in lines]
        rounds.append((time.perf_counter() - started) * 1000 / len(lines))
    figures["ms a text"] = min(rounds)
    for part in sorted({line["slice"] for line in lines}):
        hits = [
            got == line["intent"]
            for line, got in zip(lines, understood, strict=True)
            if line["slice"] == part
        ]
        figures[f"right, {part}"] = sum(hits) / len(hits)
    return figures


def heldout() -> str:
    return (ROOT / "tests" / "dialogue" / "nlu_heldout.jsonl").read_text("utf-8")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        stock, ours = measure("stock", STOCK, folder), measure("ours", OURS, folder)
    print(f"{'':24} {'stock':>9} {'ours':>9}")
    for row, figure in stock.items():
        print(f"{row:24} {figure:9.3f} {ours[row]:9.3f}")


if __name__ == "__main__":
    main()
