import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.text import edit_distance, fold, squeeze


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        pytest.param("  ¿MENÚ?  ", "menu", id="case, accents and marks"),
        pytest.param("ma\u00f1ana", "manana", id="composed letter"),
        pytest.param("man\u0303ana", "manana", id="combining mark"),
        pytest.param("2\ufe0f\u20e3", "2", id="emoji digit"),
        pytest.param("\uff12 \u2461", "2 2", id="wide and circled digits"),
        pytest.param("Nº2, 3ª", "n 2 3", id="ordinal marks are no letters"),
        pytest.param("\u202eho\u200bla\u2066", "hola", id="direction and zero-width characters"),
        pytest.param("\U0001d405\U0001d408\U0001d40d", "fin", id="styled letters"),
        pytest.param("🙂👍", "", id="nothing but emoji"),
        pytest.param("una\n\tconsulta", "una consulta", id="lines"),
    ],
)
def test_fold_keeps_only_words(text, folded):
    assert fold(text) == folded


def test_squeeze_drops_doubled_letters():
    assert squeeze("holaaa") == squeeze("hola") == "hola"


@pytest.mark.parametrize(
    ("first", "second", "distance"),
    [
        pytest.param("norte", "norte", 0, id="same"),
        pytest.param("norte", "norde", 1, id="changed"),
        pytest.param("norte", "nrote", 1, id="swapped neighbours"),
        pytest.param("heladera", "eladera", 1, id="dropped"),
        pytest.param("viernes", "vierrnes", 1, id="doubled"),
        pytest.param("norte", "notre", 1, id="swapped later"),
        pytest.param("casa", "sur", 3, id="more than the limit is limit + 1"),
    ],
)
def test_edit_distance_up_to_two(first, second, distance):
    assert edit_distance(first, second, 2) == distance


@given(st.text("abc", max_size=6), st.text("abc", max_size=6), st.integers(0, 3))
def test_edit_distance_is_symmetric_and_never_beyond_its_limit(first, second, limit):
    distance = edit_distance(first, second, limit)
    assert distance == edit_distance(second, first, limit)
    assert (distance == 0) == (first == second)
    assert distance <= limit + 1
