"""The `fiado` command. Sub-commands are loaded when called, so that `fiado --help` is instant."""

import click


@click.group()
def main() -> None:
    """Loan support on WhatsApp."""
