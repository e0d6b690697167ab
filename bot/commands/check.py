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
from bot.settings import Settings
from storage.mongo import connect


@click.command()
@data_dir_option
def check() -> None:
    """Ping MongoDB, Rasa, the action server and Infobip: a line each; exit 1 if one fails.

    The key that letters are signed with has a line too.

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
    failures += not tell_signing_key(checked_settings())
    if failures:
        raise click.exceptions.Exit(1)


def tell_signing_key(settings: Settings) -> bool:
    """Say which key letters are signed with; False if it is unusable."""
    from bot.clock import Clock
    from bot.signing_key import lenders_key
    from pdfs.signing_key import SigningKeyError

    try:
        key = lenders_key(settings, now=Clock().machine_now())
    except SigningKeyError as error:
        click.echo(f"{'signing key':14} FAILED  {error}")
        return False
    if key is not None:
        told = f"ok      {key.signer}"
    elif settings.is_production:
        told = "WARNING self-made: readers cannot vouch for it; set LETTER_SIGNING_KEY_FILE"
    else:
        told = "ok      self-made"
    click.echo(f"{'signing key':14} {told}")
    return True
