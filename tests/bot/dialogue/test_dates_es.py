from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.dates_es import AmbiguousDate, ImpossibleDate, read_date
from domain.country import country_pack, format_date, format_long_date

AR = country_pack("AR")
WEDNESDAY = date(2026, 11, 25)


def days(*pairs):
    return pytest.mark.parametrize(
        ("text", "expected"), [pytest.param(*pair, id=pair[0]) for pair in pairs]
    )


def november(day):
    return date(2026, 11, day)


def december(day):
    return date(2026, 12, day)


@days(
    ("hoy", november(25)),
    ("HOY!!", november(25)),
    ("hoy mismo", november(25)),
    ("hoy a la tarde", november(25)),
    ("esta noche", november(25)),
    ("esta mañana", november(25)),
    ("el saldo a la fecha", november(25)),
    ("ahora", november(25)),
    ("ya", november(25)),
    ("mañana", november(26)),
    ("manana", november(26)),
    ("maniana", november(26)),
    ("mañna", november(26)),
    ("mañana a la mañana", november(26)),
    ("pasado mañana", november(27)),
    ("pasadomañana", november(27)),
    ("para pasado", november(27)),
    ("ayer", november(24)),
    ("anoche", november(24)),
    ("anteayer", november(23)),
    ("antes de ayer", november(23)),
    ("antier", november(23)),
)
def test_near_days(text, expected):
    assert read_date(text, WEDNESDAY, AR) == expected


@days(
    ("el viernes", november(27)),
    ("viernes", november(27)),
    ("vieres", november(27)),
    ("el juevez", november(26)),
    ("el vie", november(27)),
    ("domingo", november(29)),
    ("el sábado a la mañana", november(28)),
    ("el viernes que viene", november(27)),
    ("el viernes q viene", november(27)),
    ("el próximo viernes", november(27)),
    ("el miércoles que viene", december(2)),
    ("este lunes", november(30)),
    ("este miércoles", november(25)),
    ("el lunes pasado", november(23)),
    ("el miércoles pasado", november(18)),
    ("el último viernes", november(20)),
    ("el viernes de esta semana", november(27)),
    ("el lunes de esta semana", november(23)),
    ("el viernes de la semana que viene", december(4)),
    ("el viernes de la próxima semana", december(4)),
    ("el viernes de la semana pasada", november(20)),
)
def test_weekdays(text, expected):
    assert read_date(text, WEDNESDAY, AR) == expected


@days(
    ("el 30", november(30)),
    ("el 25", november(25)),
    ("el 10", december(10)),
    ("10", december(10)),
    ("para el 10", december(10)),
    ("hasta el día 10", december(10)),
    ("al 10", december(10)),
    ("el diez", december(10)),
    ("el veinticinco", november(25)),
    ("el 31", december(31)),
    ("treinta y uno", december(31)),
    ("el 10 de este mes", november(10)),
    ("el 30 del corriente", november(30)),
    ("el 10 del mes que viene", december(10)),
    ("el 10 del próximo mes", december(10)),
    ("el 10 del mes pasado", date(2026, 10, 10)),
    ("el 10 de cada mes", december(10)),
    ("el primero de mes", december(1)),
    ("viernes 27", november(27)),
    ("el lunes 30", november(30)),
)
def test_days_of_a_month(text, expected):
    assert read_date(text, WEDNESDAY, AR) == expected


@days(
    ("12/03/2027", date(2027, 3, 12)),
    ("12-3-27", date(2027, 3, 12)),
    ("12.03.2027", date(2027, 3, 12)),
    ("12 3 2027", date(2027, 3, 12)),
    ("2027-03-12", date(2027, 3, 12)),
    ("2/5/80", date(1980, 5, 2)),
    ("02/05/1980", date(1980, 5, 2)),
    ("24/12", december(24)),
    ("12/03", date(2027, 3, 12)),
    ("12-3", date(2027, 3, 12)),
    ("12.03", date(2027, 3, 12)),
    ("25/11", november(25)),
    ("viernes 27/11", november(27)),
    ("12 de marzo", date(2027, 3, 12)),
    ("12 marzo", date(2027, 3, 12)),
    ("marzo 12", date(2027, 3, 12)),
    ("doce de marzo", date(2027, 3, 12)),
    ("12 de marso", date(2027, 3, 12)),
    ("10 de febreo", date(2027, 2, 10)),
    ("5 de setiembre", date(2027, 9, 5)),
    ("12-mar-27", date(2027, 3, 12)),
    ("12 de marzo de 2028", date(2028, 3, 12)),
    ("12 de marzo del 28", date(2028, 3, 12)),
    ("12 de marzo del año que viene", date(2027, 3, 12)),
    ("12 de diciembre del año que viene", date(2027, 12, 12)),
    ("1ro de enero", date(2027, 1, 1)),
    ("1° de marzo", date(2027, 3, 1)),
    ("primero de marzo", date(2027, 3, 1)),
    ("treinta y uno de diciembre", december(31)),
    ("el lunes 30 de noviembre de 2026 por favor", november(30)),
)
def test_days_of_a_year(text, expected):
    assert read_date(text, WEDNESDAY, AR) == expected


@days(
    ("fin de mes", november(30)),
    ("a fin de mes", november(30)),
    ("a fines de mes", november(30)),
    ("último día del mes", november(30)),
    ("fin de este mes", november(30)),
    ("fin de mes que viene", december(31)),
    ("a fines del mes que viene", december(31)),
    ("principio de mes", december(1)),
    ("a principios de mes", december(1)),
    ("el primer día del mes que viene", december(1)),
    ("a mediados de mes", december(15)),
    ("a mediados del mes que viene", december(15)),
    ("a fines de marzo", date(2027, 3, 31)),
    ("a fines de febrero", date(2027, 2, 28)),
    ("a mediados de diciembre", december(15)),
    ("fin de año", december(31)),
    ("la quincena", november(30)),
)
def test_parts_of_a_month(text, expected):
    assert read_date(text, WEDNESDAY, AR) == expected


@days(
    ("en 15 días", december(10)),
    ("15 días", december(10)),
    ("quince dias", december(10)),
    ("en una semana", december(2)),
    ("dentro de dos semanas", december(9)),
    ("de acá a 10 días", december(5)),
    ("de hoy en ocho", december(2)),
    ("de hoy en quince", december(9)),
    ("en un mes", december(25)),
    ("en 3 meses", date(2027, 2, 25)),
    ("dentro de un año", date(2027, 11, 25)),
    ("en 48 hs", november(27)),
    ("en dos quincenas", december(25)),
    ("hace 3 días", november(22)),
    ("hace una semana", november(18)),
    ("dos semanas atrás", november(11)),
)
def test_spans_from_today(text, expected):
    assert read_date(text, WEDNESDAY, AR) == expected


@days(
    ("cuánto tengo que pagar para cancelar todo el viernes?", november(27)),
    ("si pago el 10, cuánto es?", december(10)),
    ("quiero pagarlo todo a fin de mes", november(30)),
    ("el jueves cobro y pago", november(26)),
    ("hola quería saber el total al 30/11/2026 gracias", november(30)),
)
def test_a_date_is_found_in_a_sentence(text, expected):
    assert read_date(text, WEDNESDAY, AR) == expected


@days(
    ("el miércoles", (november(25), december(2))),
    ("el 10 o el 15", (december(10), december(15))),
    ("mañana o el viernes", (november(26), november(27))),
    ("jueves 27", (november(27), november(26))),
    ("la semana que viene", (november(30), december(2), december(4))),
    ("esta semana", (november(25), november(27))),
    ("el mes que viene", (december(1), december(15), december(31))),
    ("este fin de semana", (november(28), november(29))),
    ("el finde", (november(28), november(29))),
)
def test_what_fits_several_days_is_not_guessed(text, expected):
    assert read_date(text, WEDNESDAY, AR) == AmbiguousDate(expected)


@pytest.mark.parametrize(
    "text",
    ["31/2", "31/02/2027", "30 de febrero", "29/2", "29 de febrero de 2027", "3/13/2027", "el 45"],
)
def test_a_day_that_no_calendar_has_is_impossible(text):
    assert read_date(text, WEDNESDAY, AR) == ImpossibleDate()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hola",
        "🙂",
        "15000",
        "45.300,00",
        "1.500",
        "32",
        "10:15",
        "5555-0101",
        "28.123.456",
        "8-456-1234",
        "cuota 5/12",
        "la 5 de 12",
        "quiero pagar la segunda cuota",
        "el 2do crédito",
        "tengo 15 días de atraso",
        "a la mañana",
        "0",
        "y la 8",
        "el saldo del 11 5555 0101",
        "cuántas quincenas me faltan",
        "ya pagué",
        "en dos partes",
        "la mayor parte",
        "mes",
        "semana",
    ],
)
def test_what_names_no_day_gives_none(text):
    assert read_date(text, WEDNESDAY, AR) is None


@days(
    ("el viernes", november(20)),
    ("el 30", date(2026, 10, 30)),
    ("el 10", november(10)),
    ("el 31", date(2026, 10, 31)),
    ("24/12", date(2025, 12, 24)),
    ("12 de marzo", date(2026, 3, 12)),
    ("fin de mes", date(2026, 10, 31)),
    ("3 días", november(22)),
    ("ayer", november(24)),
    ("12/03/2027", date(2027, 3, 12)),
)
def test_what_is_done_lies_in_the_past(text, expected):
    assert read_date(text, WEDNESDAY, AR, prefer="past") == expected


@pytest.mark.parametrize(
    ("today", "text", "expected"),
    [
        pytest.param(date(2026, 1, 31), "en un mes", date(2026, 2, 28), id="shorter month"),
        pytest.param(date(2026, 2, 10), "el 31", date(2026, 3, 31), id="month without that day"),
        pytest.param(date(2026, 12, 31), "mañana", date(2027, 1, 1), id="turn of the year"),
        pytest.param(date(2026, 12, 31), "fin de mes", date(2026, 12, 31), id="last day"),
        pytest.param(date(2027, 6, 1), "29/2", date(2028, 2, 29), id="leap day next year"),
        pytest.param(date(2026, 3, 15), "la quincena", date(2026, 3, 15), id="pay day today"),
        pytest.param(date(2026, 11, 29), "el finde", date(2026, 11, 29), id="Sunday: what is left"),
    ],
)
def test_edges_of_the_calendar(today, text, expected):
    assert read_date(text, today, AR) == expected


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.sampled_from(["AR", "PA"]))
def test_what_we_write_we_read(day, code):
    pack = country_pack(code)
    assert read_date(format_date(day, pack), WEDNESDAY, pack) == day
    assert read_date(format_long_date(day, pack), WEDNESDAY, pack) == day
    assert read_date(day.isoformat(), WEDNESDAY, pack) == day


@given(st.dates(date(2020, 1, 1), date(2060, 12, 31)), st.integers(1, 31))
def test_a_day_alone_is_the_nearest_one(today, day):
    ahead = read_date(f"el {day}", today, AR)
    behind = read_date(f"el {day}", today, AR, prefer="past")
    assert ahead.day == behind.day == day
    assert behind <= today <= ahead
    assert ahead - today < timedelta(days=62)


DATE_WORDS = (
    "el la de del en que hace dentro este hoy mañana pasado ayer viernes lunes mes semana año fin "
    "principio marzo febrero viene próximo días meses años último atrás quincena "
    "1 2 10 15 31 45 99 999 2026 12/3 31/2 , ?"
)


@given(
    st.lists(st.sampled_from(DATE_WORDS.split()), max_size=8).map(" ".join) | st.text(),
    st.dates(date(1950, 1, 1), date(2150, 12, 31)),
    st.sampled_from(["future", "past"]),
)
def test_any_words_are_read_without_failing(text, today, prefer):
    found = read_date(text, today, AR, prefer)
    assert found is None or isinstance(found, date | AmbiguousDate | ImpossibleDate)
