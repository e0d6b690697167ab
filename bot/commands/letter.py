"""`fiado letter`."""

import click

from bot.commands.letter_preview import preview
from bot.commands.letter_verify import verify


@click.group()
def letter() -> None:
    """Look at letters: is a file authentic, what does a letter look like."""


letter.add_command(preview)
letter.add_command(verify)
