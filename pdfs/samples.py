"""A sample letter of each kind and country; the people in them are in assets/samples."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from pydantic import TypeAdapter

from domain.country import country_codes, country_pack
from domain.letter_content import AnyLetterContent, Issuer, LetterKind

_content: TypeAdapter[AnyLetterContent] = TypeAdapter(AnyLetterContent)


def sample(kind: LetterKind, country: str, issuer: Issuer | None = None) -> AnyLetterContent:
    """A letter as it could be, of any country with a pack; from `issuer` if one is given."""
    facts = _samples(country)
    folio = f"{country}-{country_pack(country).letters.kinds[kind].folio_code}-2026-000123"
    code = facts["common"]["code"]
    content = _content.validate_python(
        {
            "kind": kind,
            "country": country,
            "folio": folio,
            "verify_url": f"https://fiado.example/verificar/{folio}?c={code}",
            **facts["common"],
            **facts[kind],
        }
    )
    return content.model_copy(update={"issuer": issuer}) if issuer else content


def all_samples() -> list[AnyLetterContent]:
    return [sample(kind, country) for kind in LetterKind for country in country_codes()]


@cache
def _samples(country: str) -> dict[str, Any]:
    file = files("pdfs") / "assets" / "samples" / f"{country.lower()}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))
