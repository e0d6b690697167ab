"""`fiado bench`: measures the service on this machine by the programs in tests/benchmarks."""

import subprocess
import sys

import click

from bot.rasa_runtime import RASA_PYTHON
from bot.settings import CHECKOUT

BENCHMARKS = {
    "turns": "Turns with an action, webhook to Infobip call, against stock Rasa.",
    "ack": "Webhook acknowledgements at a steady rate, against bare inserts.",
    "history": "The 500th message of a contact against the 5th.",
    "import": "Importing a large portfolio: seconds and memory.",
    "letters": "Rendering and signing one letter, against xhtml2pdf alone.",
    "letters-load": "From yes to the Infobip call, fifty at once, the others' turns meanwhile.",
    "rasa": "Each of our parts of Rasa against the stock part that it replaces.",
    "nlu": "The intent classifier against the stock pipeline.",
}
MODULES = {"import": "import_bench", "letters-load": "letters_load"}
RASA_PARTS = {"rasa": "rasa_parts.py", "nlu": "nlu_parts.py"}


@click.command()
@click.argument("name", type=click.Choice(list(BENCHMARKS)))
@click.argument("numbers", nargs=-1, type=float)
def bench(name: str, numbers: tuple[float, ...]) -> None:
    """Measure and print figures with their ratio to a baseline of the same run."""
    module = CHECKOUT / "tests" / "benchmarks"
    if not module.is_dir():
        raise click.ClickException("benchmarks are part of the checkout, not of an installation")
    if name in RASA_PARTS:
        command = [str(RASA_PYTHON), str(module / RASA_PARTS[name])]
    else:
        target = f"tests.benchmarks.{MODULES.get(name, name)}"
        command = [sys.executable, "-m", target]
    arguments = [f"{number:g}" for number in numbers]
    done = subprocess.run([*command, *arguments], cwd=CHECKOUT)
    sys.exit(done.returncode)
