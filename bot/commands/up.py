"""`fiado up`: everything on one machine."""

import shutil
import socket

import click

from bot.commands.shared import (
    checked_settings,
    data_dir_option,
    host_option,
    refuse_bad_configuration,
    running_mongodb,
    use_environment,
)
from bot.console import Console
from bot.processes import make_plan, metrics_dir, process_specs
from bot.running_service import AlreadyRunningError, only_one
from bot.settings import Settings
from bot.supervisor import Supervisor, TaskFailedError


@click.command()
@host_option
@click.option("--port", type=click.IntRange(1, 65535), help="Port of the HTTP server (8000).")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True)
@click.option("--rasa-servers", type=click.IntRange(1, 16), default=1, show_default=True)
@click.option("--no-simulator", is_flag=True, help="Without the WhatsApp simulator.")
@click.option("--no-demo-data", is_flag=True, help="Without the demo portfolio.")
@data_dir_option
def up(
    *,
    host: str,
    port: int | None,
    workers: int,
    rasa_servers: int,
    no_simulator: bool,
    no_demo_data: bool,
) -> None:
    """Start MongoDB, Rasa, the action server, web, workers and scheduler; keep them running.

    Ctrl-C or SIGTERM stops all of them.
    """
    if port is not None:
        use_environment(FIADO_PORT=str(port))
    if no_simulator:
        use_environment(FIADO_SIMULATOR="false")
    settings = checked_settings()
    refuse_bad_configuration(settings)
    refuse_busy_port(host, settings.fiado_port)
    plan = make_plan(
        settings,
        host=host,
        workers=workers,
        rasa_servers=rasa_servers,
        demo_data=not no_demo_data,
    )
    console = Console()
    console.say(f"Fiado is starting; its files are in {settings.fiado_data_dir}")
    try:
        with only_one(settings.fiado_data_dir, plan.environment), running_mongodb():
            empty_metrics(settings)
            log_dir = settings.fiado_data_dir / "logs"
            supervisor = Supervisor(process_specs(plan), log_dir, console)
            supervisor.run(when_ready=lambda: announce(console, settings))
    except (AlreadyRunningError, TaskFailedError) as error:
        raise click.ClickException(str(error)) from None
    console.say("Fiado has stopped.")


def refuse_busy_port(host: str, port: int) -> None:
    """Better now, in one line, than from the web process's log."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(
                f"cannot listen on {host}:{port} ({error.strerror}); choose another with --port"
            ) from None


def empty_metrics(settings: Settings) -> None:
    """Figures of an earlier run would be added to this one's."""
    shutil.rmtree(metrics_dir(settings), ignore_errors=True)
    metrics_dir(settings).mkdir(parents=True)


def announce(console: Console, settings: Settings) -> None:
    """The last lines of the start say where to click."""
    console.waiting_for([])
    console.say(f"Fiado is ready after {console.seconds:.0f} s.")
    if settings.simulator_is_on:
        console.say(f"  Simulator  {settings.local_base_url}/simulator")
    console.say(f"  Health     {settings.local_base_url}/readyz")
    console.say(f"  Logs       {settings.fiado_data_dir / 'logs'}")
    console.say("Ctrl-C stops everything.")
