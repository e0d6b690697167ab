"""Reads country packs: the country's folder laid over the folder of its language."""

import tomllib
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from domain.country.pack import CountryPack

PACK_FILE = "pack.toml"


@cache
def country_pack(code: str) -> CountryPack:
    """The pack of a country (ISO 3166 code), read once; KeyError when there is none."""
    if code not in country_codes():
        raise KeyError(f"no country pack {code!r}, there are {', '.join(country_codes())}")
    country = _read_folder(_packs() / code.lower())
    language = _read_folder(_packs() / country["language"])
    return CountryPack.model_validate(_laid_over(language, country))


@cache
def country_codes() -> list[str]:
    """Countries that have a pack."""
    return sorted(each.name.upper() for each in _packs().iterdir() if (each / PACK_FILE).is_file())


def _packs() -> Traversable:
    return files("domain.country")


def _read_folder(folder: Traversable) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        if file.name.endswith(".toml"):
            merged = _laid_over(merged, tomllib.loads(file.read_text(encoding="utf-8")))
    return merged


def _laid_over(base: dict[str, Any], top: dict[str, Any]) -> dict[str, Any]:
    """`base` with the tables of `top`: tables are merged, lists are added, values replaced."""
    merged = dict(base)
    for key, value in top.items():
        below = merged.get(key)
        if isinstance(below, dict) and isinstance(value, dict):
            merged[key] = _laid_over(below, value)
        elif isinstance(below, list) and isinstance(value, list):
            merged[key] = below + value
        else:
            merged[key] = value
    return merged
