"""`fiado api-key`: keys of the portal API."""

import click
from pydantic import TypeAdapter, ValidationError

from bot.commands.import_ import readable_errors
from bot.commands.shared import data_dir_option, running_mongodb
from domain.api_key import ApiKey, Scope
from domain.fields import ShortText


def readable_name(_ctx: click.Context, _option: click.Parameter, name: str) -> str:
    """The name as it will be listed."""
    try:
        return TypeAdapter(ShortText).validate_python(name)
    except ValidationError as error:
        raise click.BadParameter(str(error.errors()[0]["ctx"]["error"])) from None


@click.group("api-key")
def api_key() -> None:
    """Make, list and revoke keys of the portal API."""


@api_key.command()
@click.option("--name", required=True, callback=readable_name, help="Which system will hold it.")
@click.option(
    "--scope",
    required=True,
    type=click.Choice([scope.value for scope in Scope]),
    help="portal: loans and letters; agent: the register and revoking too; ingest: only writes.",
)
@data_dir_option
def create(name: str, scope: str) -> None:
    """Print a new key, once: only a hash of it is kept.

    It works at once, also in a service that is running.
    """
    from bot.bootstrap import services

    with running_mongodb(), readable_errors():
        text, key = services().api_keys.create(name, Scope(scope))
    click.echo(text)
    click.echo(
        f"Keep it safe, it is not shown again. Listed and revoked as {key.prefix}.", err=True
    )


@api_key.command("list")
@data_dir_option
def list_() -> None:
    """Every key ever made, oldest first, without its secret."""
    from bot.bootstrap import services

    with running_mongodb(), readable_errors():
        keys = services().api_keys.list_all()
    for key in keys:
        click.echo(line_of(key))


@api_key.command()
@click.argument("prefix")
@data_dir_option
def revoke(prefix: str) -> None:
    """Refuse the key listed as PREFIX from now on, at the latest after five seconds."""
    from bot.bootstrap import services

    with running_mongodb(), readable_errors():
        key = services().api_keys.revoke(prefix)
    if key is None:
        raise click.ClickException(
            f"no key in force has the prefix {prefix}: see fiado api-key list"
        )
    click.echo(f"{prefix} is revoked")


def line_of(key: ApiKey) -> str:
    """One key on one line."""
    used = f"used {key.last_used_at:%Y-%m-%d %H:%M}Z" if key.last_used_at else "never used"
    state = f"revoked {key.revoked_at:%Y-%m-%d %H:%M}Z" if key.revoked_at else used
    return f"{key.prefix}  {key.scope:6}  {key.created_at:%Y-%m-%d}  {state:28}  {key.name}"
