"""Each process of the service by itself, for running them on several machines."""

import os
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from bot.commands.shared import (
    checked_settings,
    data_dir_option,
    host_option,
    refuse_bad_configuration,
    running_mongodb,
)


@click.command()
@host_option
@click.option("--port", type=int, help="Port to listen on (default: FIADO_PORT).")
@data_dir_option
def web(host: str, port: int | None) -> None:
    """The HTTP server: Infobip's webhooks, media, the simulator, health."""
    from bot.web_server import serve

    settings = checked_settings()
    refuse_bad_configuration(settings)
    with running_mongodb():
        serve(host, port or settings.fiado_port)


@click.command()
@data_dir_option
def worker() -> None:
    """One worker: takes messages from the inbox, sends those of the outbox."""
    with running_mongodb():
        run_main("bot.workers.run")


@click.command()
@data_dir_option
def scheduler() -> None:
    """The scheduler: enqueues what is due. Running two does no harm."""
    with running_mongodb():
        run_main("bot.jobs.scheduler")


@click.command()
@host_option
@click.option("--port", type=int, help="Port to listen on (default: ACTION_SERVER_URL's).")
@data_dir_option
def actions(host: str, port: int | None) -> None:
    """The action server, which Rasa calls for whatever needs the business."""
    with running_mongodb():
        configured = urlsplit(checked_settings().action_server_url).port or 5055
        run_main("actions.server", host=host, port=port or configured)


@click.command()
@host_option
@click.option("--port", type=int, default=5005, show_default=True, help="Port to listen on.")
@click.option(
    "--model",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Model to serve (default: that of the current dialogue files, trained if need be).",
)
@data_dir_option
def rasa(host: str, port: int, model: Path | None) -> None:
    """One Rasa server."""
    from bot.rasa_runtime import RasaError, rasa_environment, server_command, train

    with running_mongodb(keep_over_exec=True):
        settings = checked_settings()
        try:
            if model is None or not model.exists():
                model = train(settings).model
            command = server_command(model.resolve(), host, port)
        except RasaError as error:
            raise click.ClickException(str(error)) from None
        os.chdir(settings.fiado_data_dir)
        os.execve(command[0], command, rasa_environment(settings))


def run_main(module: str, **arguments: Any) -> None:
    """Call `main` of a process's own module, which returns when it was told to stop."""
    main: Callable[..., None] = import_module(module).main
    main(**arguments)
