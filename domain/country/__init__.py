"""What changes from country to country, as data: a third country is a folder, not a branch."""

from domain.country.formats import (
    format_date,
    format_document,
    format_instant,
    format_long_date,
    format_money,
    format_time,
    mask_account,
    mask_document,
    mask_loan,
    mask_name,
    mask_phone,
)
from domain.country.loader import country_codes, country_pack
from domain.country.pack import CountryPack

__all__ = [
    "CountryPack",
    "country_codes",
    "country_pack",
    "format_date",
    "format_document",
    "format_instant",
    "format_long_date",
    "format_money",
    "format_time",
    "mask_account",
    "mask_document",
    "mask_loan",
    "mask_name",
    "mask_phone",
]
