from datetime import date

import pytest

from domain.country import country_pack
from pdfs.formatting_es import amount_in_words, date_in_words, day_in_words

AR, PA = country_pack("AR"), country_pack("PA")


@pytest.mark.parametrize(
    ("amount_minor", "expected"),
    [
        pytest.param(0, "cero pesos con 00/100", id="nothing"),
        pytest.param(5, "cero pesos con 05/100", id="cents alone"),
        pytest.param(100, "un peso con 00/100", id="one"),
        pytest.param(199, "un peso con 99/100", id="one and cents"),
        pytest.param(1600, "dieciséis pesos con 00/100", id="accent"),
        pytest.param(2100, "veintiún pesos con 00/100", id="21"),
        pytest.param(3100, "treinta y un pesos con 00/100", id="31"),
        pytest.param(10000, "cien pesos con 00/100", id="100"),
        pytest.param(10100, "ciento un pesos con 00/100", id="101"),
        pytest.param(100000, "mil pesos con 00/100", id="1,000"),
        pytest.param(100100, "mil un pesos con 00/100", id="1,001"),
        pytest.param(2100000, "veintiún mil pesos con 00/100", id="21,000"),
        pytest.param(3100000, "treinta y un mil pesos con 00/100", id="31,000"),
        pytest.param(10100000, "ciento un mil pesos con 00/100", id="101,000"),
        pytest.param(
            36420050,
            "trescientos sesenta y cuatro mil doscientos pesos con 50/100",
            id="a loan",
        ),
        pytest.param(100000000, "un millón de pesos con 00/100", id="a million"),
        pytest.param(100000100, "un millón un pesos con 00/100", id="a million and one"),
        pytest.param(2100000000, "veintiún millones de pesos con 00/100", id="21 millions"),
        pytest.param(
            253000000, "dos millones quinientos treinta mil pesos con 00/100", id="2.53 millions"
        ),
    ],
)
def test_amount_in_words(amount_minor, expected):
    assert amount_in_words(amount_minor, "ARS", AR) == expected


@pytest.mark.parametrize(
    ("amount_minor", "currency", "expected"),
    [
        pytest.param(36420, "PAB", "trescientos sesenta y cuatro balboas con 20/100", id="PAB"),
        pytest.param(100, "PAB", "un balboa con 00/100", id="one PAB"),
        pytest.param(100, "USD", "un dólar estadounidense con 00/100", id="one USD"),
        pytest.param(250, "USD", "dos dólares estadounidenses con 50/100", id="USD"),
    ],
)
def test_other_currencies(amount_minor, currency, expected):
    assert amount_in_words(amount_minor, currency, PA) == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        pytest.param(
            date(2026, 2, 1), "al primer día del mes de febrero de dos mil veintiséis", id="1st"
        ),
        pytest.param(
            date(2031, 5, 21),
            "a los veintiún días del mes de mayo de dos mil treinta y uno",
            id="21st",
        ),
        pytest.param(
            date(2026, 12, 31),
            "a los treinta y un días del mes de diciembre de dos mil veintiséis",
            id="31st",
        ),
    ],
)
def test_day_in_words(day, expected):
    assert day_in_words(day, AR) == expected


def test_date_in_words():
    assert date_in_words(date(2026, 3, 1), AR) == "1 de marzo de 2026"
