"""`fiado letter preview`, as an operator calls it."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from bot.settings import settings
from domain.letter_content import LetterKind
from tests.pdfs.printed import Printed

SITE = """
brand_name = "Norte"
legal_name = "Norte Cobranzas S.R.L."
country = "AR"
currency = "ARS"
time_zone = "America/Argentina/Salta"
privacy_notice_url = "https://norte.example/privacidad"
[business_hours]
monday = ["09:00-13:00"]
[issuer]
city = "Salta"
"""


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings.cache_clear()
    yield
    settings.cache_clear()


def preview(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["letter", "preview", *arguments])


def use_site(folder: Path, monkeypatch, more: str = "") -> None:
    site = folder / "site.toml"
    site.write_text(SITE + more, encoding="utf-8")
    monkeypatch.setenv("SITE_FILE", str(site))


@pytest.mark.parametrize("kind", LetterKind)
@pytest.mark.parametrize(("country", "complaint_body"), [("ar", "Defensa"), ("pa", "ACODECO")])
def test_each_kind_and_country(kind, country, complaint_body):
    done = preview(kind.value, "--country", country, "--out", "x.pdf")
    assert (done.exit_code, done.output) == (0, "x.pdf\n")
    assert f"Reclamos: {complaint_body}" in Printed(Path("x.pdf").read_bytes()).text


def test_is_named_as_letters_are():
    assert preview("no_debt").output == "libre-deuda_AR-LD-2026-000123.pdf\n"
    assert Path("libre-deuda_AR-LD-2026-000123.pdf").read_bytes().startswith(b"%PDF")


def test_the_sites_own_name_where_it_is_of_that_country(tmp_path, monkeypatch):
    use_site(tmp_path, monkeypatch)
    preview("balance", "--out", "own.pdf")
    preview("balance", "--country", "PA", "--out", "other.pdf")
    own, other = (Printed(Path(name).read_bytes()).text for name in ("own.pdf", "other.pdf"))
    assert "Norte Cobranzas S.R.L. informa que" in own
    assert "Salta, 5 de febrero de 2026" in own
    assert "Norte" not in other


@pytest.mark.parametrize(
    ("logo", "told"),
    [
        pytest.param(None, "the site's logo logo.png: No such file", id="absent"),
        pytest.param(b"nothing", "the logo cannot be printed: make it a PNG or JPEG", id="none"),
    ],
)
def test_a_wrong_logo_is_told_in_one_line(tmp_path, monkeypatch, logo, told):
    use_site(tmp_path, monkeypatch, 'logo = "logo.png"')
    if logo is not None:
        (tmp_path / "logo.png").write_bytes(logo)
    done = preview("balance")
    assert done.exit_code == 1
    assert done.output.startswith(f"Error: {told}")
    assert len(done.output.splitlines()) == 1


def test_a_folder_that_is_not_there():
    done = preview("balance", "--out", "nowhere/x.pdf")
    assert done.exit_code == 1
    assert "nowhere/x.pdf: No such file or directory" in done.output
