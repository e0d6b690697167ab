"""What the commands share: the data directory, readable settings errors, a running MongoDB."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import click

from bot.settings import InvalidSettingsError, Settings, read_settings, settings


def use_data_dir(_ctx: click.Context, _option: click.Parameter, data_dir: Path | None) -> None:
    """Let this process and its children keep their files in `data_dir`."""
    if data_dir is not None:
        use_environment(FIADO_DATA_DIR=str(data_dir.resolve()))


data_dir_option = click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    callback=use_data_dir,
    expose_value=False,
    is_eager=True,
    help="Where the service keeps its files (default: var/ in the checkout).",
)

host_option = click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address to listen on."
)


def use_environment(**variables: str) -> None:
    """Set variables for this process and its children; settings are read anew."""
    os.environ.update(variables)
    settings.cache_clear()


def checked_settings() -> Settings:
    """The settings; what is wrong with them ends the command in one readable line."""
    try:
        return read_settings()
    except InvalidSettingsError as error:
        reasons = "; ".join(str(error).splitlines())
        raise click.ClickException(f"the settings do not work: {reasons}") from None


def refuse_bad_configuration(settings: Settings) -> None:
    """Raise here what the web application would raise in a process whose words nobody sees."""
    from bot.site import load_site

    load_site(settings.site_file)
    import_module("webhooks.auth").webhook_auth(settings)


@contextmanager
def running_mongodb(*, keep_over_exec: bool = False) -> Iterator[str]:
    """Address of MongoDB, also in MONGODB_URI: the configured one, else the embedded one.

    The embedded one runs at least until the block is left or, if asked for, until the program that
    this process turns into has ended.
    """
    current = checked_settings()
    if current.mongodb_uri:
        yield current.mongodb_uri
        return
    from storage.embedded_mongo import EmbeddedMongoError, embedded_mongo

    try:
        with embedded_mongo(current.fiado_data_dir, keep_over_exec=keep_over_exec) as uri:
            use_environment(MONGODB_URI=uri)
            yield uri
    except EmbeddedMongoError as error:
        raise click.ClickException(str(error)) from None
