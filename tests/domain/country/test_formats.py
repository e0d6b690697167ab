import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.country import (
    country_pack,
    format_date,
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

AR = country_pack("AR")
PA = country_pack("PA")
NOON_IN_BUENOS_AIRES = datetime(2026, 2, 27, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount_minor", "currency", "pack", "written"),
    [
        pytest.param(4530000, "ARS", AR, "$ 45.300,00", id="AR"),
        pytest.param(0, "ARS", AR, "$ 0,00", id="AR zero"),
        pytest.param(5, "ARS", AR, "$ 0,05", id="AR cents"),
        pytest.param(123456789, "ARS", AR, "$ 1.234.567,89", id="AR millions"),
        pytest.param(-182050, "ARS", AR, "-$ 1.820,50", id="AR negative"),
        pytest.param(-5, "ARS", AR, "-$ 0,05", id="AR negative cents"),
        pytest.param(100000, "USD", AR, "US$ 1.000,00", id="AR dollars"),
        pytest.param(6250, "PAB", PA, "B/. 62.50", id="PA"),
        pytest.param(50000000, "PAB", PA, "B/. 500,000.00", id="PA thousands"),
        pytest.param(6250, "USD", PA, "B/. 62.50", id="PA dollars are balboas"),
        pytest.param(6250, "ARS", PA, "ARS 62.50", id="no sign: the code"),
    ],
)
def test_money(amount_minor, currency, pack, written):
    assert format_money(amount_minor, currency, pack) == written


@given(st.integers(-(10**15), 10**15))
def test_money_keeps_every_digit(amount_minor):
    written = format_money(amount_minor, "ARS", AR)
    assert int(re.sub(r"[^0-9-]", "", written)) == amount_minor


def test_dates():
    assert format_date(date(2026, 3, 10), AR) == "10/03/2026"
    assert format_date(date(926, 3, 1), PA) == "01/03/0926"
    assert format_long_date(date(2026, 2, 27), AR) == "viernes 27 de febrero de 2026"


@pytest.mark.parametrize(
    ("moment", "argentine", "panamanian"),
    [
        pytest.param(time(10, 15), "10:15", "10:15 a. m.", id="morning"),
        pytest.param(time(0, 5), "00:05", "12:05 a. m.", id="after midnight"),
        pytest.param(time(12, 0), "12:00", "12:00 p. m.", id="noon"),
        pytest.param(time(21, 9), "21:09", "9:09 p. m.", id="evening"),
    ],
)
def test_times(moment, argentine, panamanian):
    assert format_time(moment, AR) == argentine
    assert format_time(moment, PA) == panamanian


def test_instants_are_local():
    buenos_aires = ZoneInfo("America/Argentina/Buenos_Aires")
    panama = ZoneInfo("America/Panama")
    assert format_instant(NOON_IN_BUENOS_AIRES, buenos_aires, AR) == "27/02/2026 a las 12:00"
    assert format_instant(NOON_IN_BUENOS_AIRES, panama, PA) == "27/02/2026, 10:00 a. m."
    midnight_utc = datetime(2026, 3, 1, 2, 30, tzinfo=UTC)
    assert format_instant(midnight_utc, buenos_aires, AR) == "28/02/2026 a las 23:30"


@pytest.mark.parametrize(
    ("number", "pack", "shown"),
    [
        pytest.param("28123678", AR, "••.•••.678", id="DNI"),
        pytest.param("28.123.678", AR, "••.•••.678", id="DNI with points"),
        pytest.param("8-123-456", PA, "8-•••-456", id="cedula"),
        pytest.param("PE-12-3456", PA, "PE-•••-456", id="lettered cedula"),
        pytest.param("8123456", PA, "•-•••-456", id="cedula without hyphens"),
        pytest.param("{0}-1-2", PA, "•-•••-012", id="not a province"),
    ],
)
def test_documents_are_masked(number, pack, shown):
    assert mask_document(number, pack) == shown


@given(st.text(max_size=30))
def test_no_document_shows_more_than_three_digits_of_its_end(number):
    digits = re.sub(r"[^0-9]", "", mask_document(number, AR))
    assert len(digits) <= 3


@pytest.mark.parametrize(
    ("masked", "shown"),
    [
        pytest.param(mask_phone("5491155554821"), "•••4821", id="phone"),
        pytest.param(mask_account("0170099220000067791234"), "•••• 1234", id="account"),
        pytest.param(mask_account("casa.norte.sur"), "•••• .sur", id="alias"),
        pytest.param(mask_loan("L-2026-004821"), "••4821", id="loan"),
        pytest.param(mask_name("Ramona Díaz"), "R••••• D•••", id="name"),
        pytest.param(mask_name("Ángel  de la O"), "Á•••• d• l• •", id="short parts"),
        pytest.param(mask_name("I\u0301ris"), "Í•••", id="accent apart"),
    ],
)
def test_other_secrets_are_masked(masked, shown):
    assert masked == shown
