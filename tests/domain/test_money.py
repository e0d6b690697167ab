from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import (
    InvalidAmount,
    format_amount,
    known_currency,
    parse_amount,
    round_half_up,
)


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        pytest.param("45300.00", 4530000, id="two decimals"),
        pytest.param("45300", 4530000, id="no decimals"),
        pytest.param("45300.5", 4530050, id="one decimal"),
        pytest.param("0.01", 1, id="smallest"),
        pytest.param("0", 0, id="zero"),
        pytest.param("0007.10", 710, id="leading zeros"),
        pytest.param("9999999999999.99", 999999999999999, id="largest"),
    ],
)
def test_decimal_string_is_read_exactly(text, minor):
    assert parse_amount(text, "ARS") == minor


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "1.", ".5", "1,50", "1.000,50", "1.005", "1.000", "-1", "+1", "1e3", "NaN",
        "Infinity", "10000000000000", "٣", "1 000", "1\n", "0x10", "9" * 100_000,
    ],
)  # fmt: skip
def test_anything_else_is_refused(text):
    with pytest.raises(InvalidAmount):
        parse_amount(text, "USD")


@given(st.integers(min_value=0, max_value=999999999999999), st.sampled_from(["ARS", "PAB", "USD"]))
def test_writing_an_amount_and_reading_it_back_gives_the_same(minor, currency):
    assert parse_amount(format_amount(minor, currency), currency) == minor


@pytest.mark.parametrize("currency", ["ars", "XXX", "", "ARS "])
def test_unknown_currency_is_refused(currency):
    with pytest.raises(ValueError, match="unknown currency"):
        known_currency(currency)


@pytest.mark.parametrize(
    ("exact", "rounded"),
    [
        pytest.param(Fraction(1, 2), 1, id="half goes up"),
        pytest.param(Fraction(5, 2), 3, id="half goes up, not to even"),
        pytest.param(Fraction(249999, 100000), 2, id="just below half"),
        pytest.param(Fraction(1, 3), 0, id="third"),
        pytest.param(Fraction(7), 7, id="whole"),
        pytest.param(Fraction(10**40 + 1, 2), (10**40 + 2) // 2, id="beyond any float"),
    ],
)
def test_rounding(exact, rounded):
    assert round_half_up(exact) == rounded


@given(st.fractions(min_value=0))
def test_rounding_is_never_off_by_more_than_a_half(exact):
    assert -Fraction(1, 2) < round_half_up(exact) - exact <= Fraction(1, 2)
