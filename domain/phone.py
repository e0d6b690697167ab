"""Phone numbers as the channel writes them: E.164 digits without '+'."""

import re
from typing import Annotated

from pydantic import AfterValidator

from domain.fields import DomainModel

_SEPARATORS = re.compile(r"[\s().+-]")
_E164_DIGITS = re.compile(r"[1-9][0-9]{7,14}", re.ASCII)


def phone_digits(text: str) -> str:
    """Digits of an international number: "+54 9 11 5555-0101" is "5491155550101"."""
    digits = _SEPARATORS.sub("", text)
    if not _E164_DIGITS.fullmatch(digits):
        raise ValueError("not an international phone number: country code first, 8 to 15 digits")
    return digits


Phone = Annotated[str, AfterValidator(phone_digits)]


class PhoneRules(DomainModel):
    """How a country writes its mobile numbers, at home and from abroad."""

    country_code: str
    national_digits: int
    mobile_prefix: str = ""
    """Digits that WhatsApp puts between the country code and a mobile number."""
    trunk_prefix: str = ""
    """Digits dialled at home before the area code."""
    mobile_infix: str = ""
    """Digits dialled at home between the area code and a mobile number."""
    area_digits: tuple[int, ...] = ()
    """Lengths of an area code that `mobile_infix` may follow, most common first."""


def canonical_phone(text: str, rules: PhoneRules) -> str | None:
    """
    The one form under which a number is looked up, or None when `text` is no phone number.

    A mobile of the country, written in any of its ways, gets country code and mobile prefix;
    a number of another country, which must carry its own code, is only cleaned.
    """
    separated = text.strip()
    digits = _SEPARATORS.sub("", separated)
    if not digits.isascii() or not digits.isdigit():
        return None
    is_international = separated.startswith("+")
    if digits.startswith("00"):
        digits, is_international = digits[2:], True
    national = _without_country_code(digits, rules)
    if national is None and not is_international:
        national = _without_home_digits(digits, rules)
    if national:
        return rules.country_code + rules.mobile_prefix + national
    return digits if _E164_DIGITS.fullmatch(digits) else None


def phone_variants(phone: str, rules: PhoneRules) -> list[str]:
    """Every form in which `phone` may be on file or be sent to; the canonical one first."""
    canonical = canonical_phone(phone, rules)
    if canonical is None:
        return []
    with_prefix = rules.country_code + rules.mobile_prefix
    if not rules.mobile_prefix or not canonical.startswith(with_prefix):
        return [canonical]
    return [canonical, rules.country_code + canonical.removeprefix(with_prefix)]


def _without_country_code(digits: str, rules: PhoneRules) -> str | None:
    """Area code and number of `digits` if they begin with this country's code."""
    if not digits.startswith(rules.country_code):
        return None
    after_code = digits.removeprefix(rules.country_code)
    without_prefix = after_code.removeprefix(rules.mobile_prefix)
    return _without_home_digits(without_prefix, rules) or _without_home_digits(after_code, rules)


def _without_home_digits(digits: str, rules: PhoneRules) -> str | None:
    """`digits` without trunk prefix and mobile infix, if what is left has the right length."""
    digits = digits.removeprefix(rules.trunk_prefix)
    if len(digits) == rules.national_digits:
        return digits
    infix = rules.mobile_infix
    if infix and len(digits) == rules.national_digits + len(infix):
        for area in rules.area_digits:
            if digits.startswith(infix, area):
                return digits[:area] + digits[area + len(infix) :]
    return None
