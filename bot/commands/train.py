"""`fiado train`."""

import click

from bot.commands.shared import checked_settings, data_dir_option
from bot.console import Console, being_patient
from bot.rasa_runtime import RasaError, model_file
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
            is_new = train_model(settings, force=force)
    except RasaError as error:
        raise click.ClickException(str(error)) from None
    state = "trained" if is_new else "up to date"
    console.say(f"dialogue model: {state} ({model_file(settings.fiado_data_dir).name})")
