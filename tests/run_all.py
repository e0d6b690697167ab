"""The whole suite, as `make test` runs it: every part, whatever became of the others."""

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
RASA_PROJECT = ROOT / "bot" / "rasa_project"
RASA_PYTHON = ROOT / ".venv-rasa" / "bin" / "python"

PARTS: list[tuple[str, list[str], Path]] = [
    ("style", [str(BIN / "ruff"), "check", "."], ROOT),
    ("format", [str(BIN / "ruff"), "format", "--check", "."], ROOT),
    ("types", [str(BIN / "mypy")], ROOT),
    ("Rasa's extensions", [str(RASA_PYTHON), "-m", "pytest"], RASA_PROJECT),
    ("the service", [str(BIN / "python"), "-m", "pytest", "--durations=10"], ROOT),
]


def main() -> int:
    """Exit code 0 if every part passed. What pytest left out is in its own summaries."""
    failed = []
    for name, command, folder in PARTS:
        print(f"\n=== {name}", flush=True)
        started = time.monotonic()
        if subprocess.run(command, cwd=folder, check=False).returncode != 0:
            failed.append(name)
        print(f"--- {time.monotonic() - started:.0f} s", flush=True)
    if failed:
        print(f"\nFAILED: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
