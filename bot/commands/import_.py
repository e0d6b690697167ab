"""`fiado import` and `fiado demo-data`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from bot.commands.shared import data_dir_option, running_mongodb
from storage.demo_data import demo_countries, demo_people, load_demo_data
from storage.errors import StorageError
from storage.mongo import MongoDatabase
from storage.portfolio_import import ImportResult, import_portfolio

PORTFOLIO_FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=PORTFOLIO_FILE)
@data_dir_option
def import_(files: tuple[Path, ...]) -> None:
    """Load portfolio records from JSON Lines FILES; importing a file again changes nothing.

    A bad line is told as "file:line: what is wrong" and left out; the others are stored. Exit 1 if
    any line was bad.
    """
    from bot.bootstrap import services

    bad_lines = 0
    with running_mongodb(), readable_errors(), progress_bar() as progress:
        database = services().database
        for file in files:
            result = import_file(database, file, progress)
            click.echo(f"{file}: {summary(result)}")
            bad_lines += result.bad_lines
    if bad_lines:
        raise click.exceptions.Exit(1)


@contextmanager
def readable_errors() -> Iterator[None]:
    """What stops the work half-way is told in one line; doing it again completes it."""
    try:
        yield
    except StorageError:
        raise click.ClickException(
            "MongoDB does not answer: what was stored stays, do it again once it does"
        ) from None
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from None


def progress_bar() -> Progress:
    """Drawn on standard error, and only if that is a terminal."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
        transient=True,
    )


def import_file(database: MongoDatabase, path: Path, progress: Progress) -> ImportResult:
    """Import one file, telling its bad lines above the progress bar."""
    bar = progress.add_task(path.name, total=path.stat().st_size)

    def tell(line: int, complaint: str) -> None:
        progress.console.print(
            f"{path}:{line}: {complaint}", markup=False, highlight=False, soft_wrap=True
        )

    def advance(bytes_read: int) -> None:
        progress.update(bar, completed=bytes_read)

    with path.open("rb") as file:
        return import_portfolio(database, file, tell, advance)


def summary(result: ImportResult) -> str:
    """One line for the person who imports."""
    return (
        f"{result.created} new, {result.changed} changed, {result.unchanged} unchanged; "
        f"bad lines: {result.bad_lines}"
    )


@click.command("demo-data")
@click.option(
    "--country",
    type=click.Choice(demo_countries(), case_sensitive=False),
    help="Whose portfolio (default: the site's country).",
)
@data_dir_option
def demo_data(country: str | None) -> None:
    """Load the demo portfolio; on another day it moves along with the calendar."""
    from bot.bootstrap import services

    with running_mongodb(), readable_errors():
        site = services().site
        chosen = country or site.country
        if chosen not in demo_countries():
            raise click.ClickException(f"there is no demo data for {chosen}: choose a --country")
        today = site.local_date(services().clock.now())
        result = load_demo_data(services().database, chosen, today)
    click.echo(f"demo data of {chosen} for {today}: {summary(result)}")
    for person in demo_people(chosen):
        document = f"document ends in {person.document_last4}" if person.document_last4 else ""
        click.echo(f"  {person.phone}  {person.name:20}  {document:21}  {person.about}")
