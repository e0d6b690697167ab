"""`fiado train`."""

import click

from bot.commands.shared import checked_settings, data_dir_option
from bot.console import Console, being_patient
from bot.rasa_runtime import RasaError
from bot.rasa_runtime import train as train_model


@click.command()
@click.option("--force", is_flag=True, help="Train even if nothing changed.")
@data_dir_option
def train(*, force: bool) -> None:
    """Train the dialogue model into the data directory, if the dialogue files changed."""
    settings = checked_settings()
    console = Console()
    try:
        with being_patient(console, "the dialogue model to be trained, about 20 s"):
            training = train_model(settings, force=force)
    except RasaError as error:
        raise click.ClickException(str(error)) from None
    state = "trained" if training.was_needed else "up to date"
    console.say(f"dialogue model: {state} ({training.model.name})")
