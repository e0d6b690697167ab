"""`fiado check`."""

import click

from bot.commands.shared import (
    checked_settings,
    data_dir_option,
    running_mongodb,
    use_environment,
)
from bot.health import NotAnsweringError, dependencies
from bot.running_service import running_environment
from storage.mongo import connect


@click.command()
@data_dir_option
def check() -> None:
    """Ping MongoDB, Rasa, the action server and Infobip: a line each; exit 1 if one fails.

    While `fiado up` runs on the data directory, it is its Rasa and action server that are asked.
    """
    use_environment(**running_environment(checked_settings().fiado_data_dir))
    failures = 0
    with running_mongodb():
        settings = checked_settings()
        database = connect(settings.mongodb_uri or "", settings.mongodb_database)
        for dependency in dependencies(settings, database):
            try:
                dependency.ping()
            except NotAnsweringError as error:
                failures += 1
                click.echo(f"{dependency.name:14} FAILED  {error}")
            else:
                click.echo(f"{dependency.name:14} ok")
    if failures:
        raise click.exceptions.Exit(1)
