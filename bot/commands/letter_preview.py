"""`fiado letter preview`."""

from pathlib import Path

import click

from bot.commands.shared import checked_settings
from bot.site import DEFAULT_SITE_FILE, Site, load_site
from domain.country import country_codes, country_pack
from domain.letter_content import AnyLetterContent, LetterKind

OUT_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.command()
@click.argument("kind", type=click.Choice([kind.value for kind in LetterKind]))
@click.option(
    "--country",
    type=click.Choice(country_codes(), case_sensitive=False),
    help="Whose wording and paper; the site's if left out.",
)
@click.option("--out", type=OUT_FILE, help="File to write; named as letters are if left out.")
def preview(kind: str, country: str | None, out: Path | None) -> None:
    """Print a sample letter, unsigned, about people who do not exist; print the file's name.

    KIND is balance or no_debt. The site's own name, address and logo stand on it if the site is of
    that country.
    """
    site_file = checked_settings().site_file
    site = load_site(site_file)
    content, logo = _sample(
        LetterKind(kind), country or site.country, site, (site_file or DEFAULT_SITE_FILE).parent
    )
    out = out or Path(country_pack(content.country).letters.file_name(content.kind, content.folio))
    from pdfs.errors import PressError
    from pdfs.letters import render_letter

    try:
        out.write_bytes(render_letter(content, logo=logo))
    except PressError as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{out}: {error.strerror}") from None
    click.echo(out)


def _sample(
    kind: LetterKind, country: str, site: Site, folder: Path
) -> tuple[AnyLetterContent, bytes | None]:
    from pdfs.samples import sample

    if country != site.country:
        return sample(kind, country), None
    logo = site.issuer_facts.logo
    try:
        picture = (folder / logo).read_bytes() if logo else None
    except OSError as error:
        raise click.ClickException(f"the site's logo {logo}: {error.strerror}") from None
    return sample(kind, country, site.issuer), picture
