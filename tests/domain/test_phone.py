import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.country import country_pack
from domain.phone import canonical_phone, phone_variants

AR = country_pack("AR").phone
PA = country_pack("PA").phone


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        pytest.param("5491155550101", "5491155550101", id="as WhatsApp writes it"),
        pytest.param("+54 9 11 5555-0101", "5491155550101", id="with marks"),
        pytest.param("541155550101", "5491155550101", id="without the 9"),
        pytest.param("00 54 9 351 555-0101", "5493515550101", id="dialled from abroad"),
        pytest.param("1155550101", "5491155550101", id="area and number"),
        pytest.param("011 5555-0101", "5491155550101", id="trunk prefix"),
        pytest.param("(011) 15-5555-0101", "5491155550101", id="trunk prefix and 15"),
        pytest.param("351 15 555 0101", "5493515550101", id="15 after three digits of area"),
        pytest.param("2901 15 45 6789", "5492901456789", id="15 after four digits of area"),
        pytest.param("54 11 15 5555 0101", "5491155550101", id="country code and 15"),
        pytest.param("+507 6123-4567", "50761234567", id="another country"),
    ],
)
def test_argentine_numbers_have_one_form(text, canonical):
    assert canonical_phone(text, AR) == canonical


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        pytest.param("50761234567", "50761234567", id="as WhatsApp writes it"),
        pytest.param("+507 6123-4567", "50761234567", id="with marks"),
        pytest.param("6123-4567", "50761234567", id="at home"),
        pytest.param("5491155550101", "5491155550101", id="another country"),
    ],
)
def test_panamanian_numbers_have_one_form(text, canonical):
    assert canonical_phone(text, PA) == canonical


@pytest.mark.parametrize("text", ["", "hola", "+54", "123", "١٢٣٤٥٦٧٨٩٠", "5491155550101555555"])
def test_what_is_no_phone_number_has_no_form(text):
    assert canonical_phone(text, AR) is None
    assert phone_variants(text, AR) == []


def test_variants_with_and_without_mobile_prefix():
    assert phone_variants("1155550101", AR) == ["5491155550101", "541155550101"]
    assert phone_variants("61234567", PA) == ["50761234567"]
    assert phone_variants("+50761234567", AR) == ["50761234567"]


@given(st.from_regex(r"[2-9][0-9]{9}", fullmatch=True))
def test_every_variant_leads_back_to_the_same_form(national):
    canonical = canonical_phone(national, AR)
    assert {canonical_phone(variant, AR) for variant in phone_variants(national, AR)} == {canonical}


@given(st.text())
def test_any_text_is_read_without_failing(text):
    canonical = canonical_phone(text, AR)
    assert canonical is None or canonical_phone(canonical, AR) == canonical
