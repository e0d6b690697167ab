"""The `fiado` command. Sub-commands are loaded when called, so that `fiado --help` is instant."""

from importlib import import_module
from typing import Any

import click

COMMANDS = {
    "up": ("bot.commands.up:up", "Start everything and keep it running."),
    "web": ("bot.commands.processes:web", "The HTTP server alone."),
    "worker": ("bot.commands.processes:worker", "One inbox and outbox worker alone."),
    "scheduler": ("bot.commands.processes:scheduler", "The scheduler of jobs alone."),
    "actions": ("bot.commands.processes:actions", "Rasa's action server alone."),
    "rasa": ("bot.commands.processes:rasa", "One Rasa server alone."),
    "import": ("bot.commands.import_:import_", "Load portfolio records from JSON Lines files."),
    "demo-data": ("bot.commands.import_:demo_data", "Load the demo portfolio."),
    "letter": ("bot.commands.letter:letter", "Look at letters: is a file authentic?"),
    "train": ("bot.commands.train:train", "Train the dialogue model if its files changed."),
    "nlu": ("bot.commands.nlu:nlu", "Ask the dialogue model what texts mean."),
    "bench": ("bot.commands.bench:bench", "Measure the service on this machine."),
    "api-key": ("bot.commands.api_key:api_key", "Keys of the portal API."),
    "check": ("bot.commands.check:check", "Ping what the service depends on."),
}


class LazyGroup(click.Group):
    """A group that imports a sub-command's module when it is called, not to list it.

    What an operator configured wrongly ends any of them in one readable line.
    """

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[name][0].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            if not _is_misconfiguration(error):
                raise
            raise click.ClickException("; ".join(str(error).splitlines())) from None

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])


def _is_misconfiguration(error: Exception) -> bool:
    from bot.settings import InvalidSettingsError  # noqa: PLC0415 - --help does without
    from bot.site import InvalidSiteFileError  # noqa: PLC0415

    return isinstance(error, (InvalidSettingsError, InvalidSiteFileError))


@click.command(cls=LazyGroup)
def main() -> None:
    """Loan support on WhatsApp. Every command has its own --help."""


if __name__ == "__main__":
    main(prog_name="fiado")
