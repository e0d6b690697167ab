import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.digits_es import read_last4


@pytest.mark.parametrize(
    "text",
    [
        "5678",
        " 5678. ",
        "5 6 7 8",
        "5, 6, 7, 8",
        "56 78",
        "5-6-7-8",
        "5.678",
        "5️⃣6️⃣7️⃣8️⃣",
        "cinco seis siete ocho",
        "cinco 6 siete 8",
        "son 5678 gracias",
        "los últimos 4 son 5678",
        "últimos cuatro: 5678",
        "ultimos 4 del dni 5678",
        "tengo 2 créditos, 5678",
        "28125678",
        "28.125.678",
        "28 125 678",
        "mi dni es 28125678 y termina en 5678",
        "20-28125678-3",
        "8-456-5678",
        "8 456 5678",
        "PE-15-678",
        "E-8-45678",
        "8-AV-106-5678",
    ],
)
def test_the_four_digits_are_found(text):
    assert read_last4(text) == "5678"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hola",
        "567",
        "56789",
        "1234 y 5678",
        "1234 5678",
        "5555-0101",
        "+54 9 11 5555-0101",
        "1155550101",
        "4509 1234 5678 9012",
        "02/05/1980",
        "02-05-1980",
        "45.300,00",
        "B/. 62.50",
        "el saldo del 11 5555 0101",
        "uno de los dos",
        "٥٦٧٨",
    ],
)
def test_what_is_not_one_group_of_four_digits_gives_none(text):
    assert read_last4(text) is None


def test_leading_zeros_stay():
    assert read_last4("0008") == "0008"


@given(
    st.text(alphabet=st.sampled_from("0123456789 .-/,pe uno dos ultimos 4"), max_size=40)
    | st.text()
)
def test_any_text_gives_four_digits_or_none(text):
    found = read_last4(text)
    assert found is None or (len(found) == 4 and found.isascii() and found.isdigit())


@given(st.from_regex(r"[0-9]{4}", fullmatch=True))
def test_four_digits_alone_are_always_read(digits):
    assert read_last4(digits) == digits
