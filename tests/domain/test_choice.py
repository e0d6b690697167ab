from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.choice import Ambiguous, match_choice
from domain.country import country_pack

WORDS = country_pack("AR").choice


@dataclass(frozen=True)
class Offered:
    title: str
    keywords: tuple[str, ...] = ()


LOANS = [
    Offered("Casa Norte", ("Casa Norte", "Heladera", "10/09/2026", "4821")),
    Offered("Electro Sur", ("Electro Sur", "Televisor", "2/5/2026", "1177")),
    Offered("Mueblería Norte", ("Mueblería Norte", "Sillón", "9033")),
]
CONFIRMATION = [Offered("Sí, pedir la anulación"), Offered("No, volver")]
MENU = [
    Offered("Mi deuda"),
    Offered("Mis cuotas"),
    Offered("Cómo pagar"),
    Offered("Pedir una carta"),
    Offered("Anular una compra"),
    Offered("Hablar con alguien"),
]
PLANS = [Offered("2 cuotas"), Offered("3 cuotas"), Offered("12 cuotas")]


def texts(*cases):
    return pytest.mark.parametrize(
        ("text", "expected"), [pytest.param(*case, id=repr(case[0])) for case in cases]
    )


@texts(
    ("2", 1),
    (" 2. ", 1),
    ("02", 1),
    ("2)", 1),
    ("2️⃣", 1),
    ("②", 1),
    ("opción 2", 1),
    ("opcion2", 1),
    ("op2", 1),
    ("nro 2", 1),
    ("Nº2", 1),
    ("n° 2", 1),
    ("la 2 porfa", 1),
    ("quiero la 2, gracias", 1),
    ("si, la 2", 1),
    ("dos", 1),
    ("la dos", 1),
    ("la segunda", 1),
    ("la segnda", 1),
    ("el 2do", 1),
    ("2da", 1),
    ("la primera", 0),
    ("la de arriba", 0),
    ("la última", 2),
    ("la de abajo", 2),
    ("2 electro", 1),
    ("hola\n2", 1),
)
def test_number_selects(text, expected):
    assert match_choice(text, LOANS, WORDS) == expected


@texts(
    ("Casa Norte", 0),
    ("casa norte", 0),
    ("CASA", 0),
    ("cas", 0),
    ("casa nrote", 0),
    ("quiero ver el de casa norte por favor", 0),
    ("la heladera", 0),
    ("eladera", 0),
    ("el de la heladera que compré en marzo", 0),
    ("el televisor", 1),
    ("sur", 1),
    ("sillon", 2),
    ("mueb", 2),
    ("4821", 0),
    ("la ••4821", 0),
    ("10/09/2026", 0),
    ("10-9-2026", 0),
    ("el del 10/9", 0),
    ("el del 2/5", 1),
)
def test_words_of_one_option_select(text, expected):
    assert match_choice(text, LOANS, WORDS) == expected


@texts(
    ("norte", Ambiguous((0, 2))),
    ("1 y 2", Ambiguous((0, 1))),
    ("2 o 3", Ambiguous((1, 2))),
    ("1 electro", Ambiguous((0, 1))),
    ("heladera televisor", Ambiguous((0, 1))),
)
def test_what_fits_several_options_is_not_guessed(text, expected):
    assert match_choice(text, LOANS, WORDS) == expected


@texts(
    ("", None),
    ("🙂", None),
    ("0", None),
    ("4", None),
    ("15000", None),
    ("15.000", None),
    ("2.000", None),
    ("1.5", None),
    ("$2", None),
    ("$ 2", None),
    ("2%", None),
    ("2 mil pesos", None),
    ("2 cuotas", None),
    ("2/3", None),
    ("la 2 no", None),
    ("no es la heladera", None),
    ("ninguno", None),
    ("gracias", None),
    ("cuánto", None),
    ("cuándo vence la heladera", None),
    ("hola buenas tardes quería saber cuánto debo", None),
    ("48", None),
    ("2" + " " * 300, None),
    ("compré una heladera y un televisor hace mucho tiempo y no me llegó nunca nada", None),
)
def test_what_is_about_something_else_selects_nothing(text, expected):
    assert match_choice(text, LOANS, WORDS) is expected


@texts(
    ("si", 0),
    ("SÍ!!", 0),
    ("siii", 0),
    ("sí, pedir la anulación", 0),
    ("si gracias", 0),
    ("no", 1),
    ("nooo", 1),
    ("no gracias", 1),
    ("no, la 2", 1),
    ("no quiero eso", 1),
    ("no me quedó claro qué es", None),
    ("no es lo que compré", None),
    ("volver", None),
    ("anulación", None),
    ("si no", None),
    ("si la 2", Ambiguous((0, 1))),
    ("si pero cuánto me cobran", None),
    ("si ya pagué", None),
    ("no sé", None),
    ("dale", None),
    ("quiero hablar con alguien", None),
)
def test_a_confirmation_takes_only_its_own_words(text, expected):
    assert match_choice(text, CONFIRMATION, WORDS) == expected


@texts(
    ("cuotas", 1),
    ("mi deuda", 0),
    ("como pagar", 2),
    ("pedir carta", 3),
    ("quiero pedir una carta", 3),
    ("una carta", None),
    ("y mi carta?", None),
    ("la compra", None),
    ("hola cómo le va", None),
    ("parar", None),
    ("me quedo con la deuda", None),
    ("quiero anular la compra", 4),
    ("hablar", 5),
    ("cuánto debo", None),
    ("quiero saber cómo pagar la heladera", None),
)
def test_menu_by_words(text, expected):
    assert match_choice(text, MENU, WORDS) == expected


@texts(
    ("12 cuotas", 2),
    ("12", 2),
    ("1", 0),
    ("2", Ambiguous((0, 1))),
    ("2 cuotas", 0),
    ("quiero 3 cuotas", 1),
    ("la última", 2),
)
def test_numbers_in_titles_are_not_taken_for_positions(text, expected):
    assert match_choice(text, PLANS, WORDS) == expected


def test_same_titles_are_told_apart_by_keywords():
    options = [Offered("Casa Norte", ("Heladera",)), Offered("Casa Norte", ("Cocina",))]
    assert match_choice("casa norte", options, WORDS) == Ambiguous((0, 1))
    assert match_choice("casa norte cocina", options, WORDS) == 1


@texts(
    ("crédito", 0),
    ("mi crédito", 0),
    ("ver mi crédito", 0),
    ("ver", None),
    ("más", None),
    ("qué más", None),
    ("más opciones", 1),
    ("gracias por todo", None),
    ("pagar todo", 2),
    ("pagar", 2),
    ("ya me voy", None),
    ("ya pagué", 3),
)
def test_words_that_open_many_sentences_do_not_choose_alone(text, expected):
    titles = ["Ver mi crédito", "Más opciones", "Pagar todo", "Ya pagué"]
    assert match_choice(text, [Offered(title) for title in titles], WORDS) == expected


def test_a_refusal_in_a_title_must_be_said():
    options = [Offered("No tengo comprobante"), Offered("Más opciones")]
    assert match_choice("tengo el comprobante", options, WORDS) is None
    assert match_choice("no tengo el comprobante", options, WORDS) == 0


def test_no_options_select_nothing():
    assert match_choice("1", [], WORDS) is None


words_alone = st.text("abcdefghijklmnñopqrstuvwxyzáé ", min_size=1, max_size=20)
offers = st.lists(st.builds(Offered, words_alone, st.tuples(words_alone)), min_size=1, max_size=12)


@given(offers, st.data())
def test_a_bare_valid_number_always_selects(options, data):
    position = data.draw(st.integers(0, len(options) - 1))
    assert match_choice(str(position + 1), options, WORDS) == position


@given(
    st.text(max_size=60),
    st.lists(
        st.builds(Offered, st.text(max_size=24), st.tuples(st.text(max_size=12))), max_size=10
    ),
)
def test_any_text_and_any_options_are_read_without_failing(text, options):
    found = match_choice(text, options, WORDS)
    assert found is None or isinstance(found, Ambiguous) or 0 <= found < len(options)
