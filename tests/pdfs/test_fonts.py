import pytest

from pdfs.fonts import printable


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Peñalosa Ñúñez Ü ¿?", "Peñalosa Ñúñez Ü ¿?", id="Spanish"),
        pytest.param("Žofie Łuków Đorđe", "Žofie Łuków Đorđe", id="other Latin"),
        pytest.param("Σοφία Юлия", "Σοφία Юлия", id="Greek and Cyrillic"),
        pytest.param("Tacos 🌮 El Güero 🔥", "Tacos El Güero", id="emoji"),
        pytest.param("👩‍👩‍👧 Kiosco ☀️", "Kiosco", id="joined emoji"),
        pytest.param("\U0001d57f\U0001d58e\U0001d58a\uff21", "TieA", id="fancy letters"),
        pytest.param("田中 Bazar", "Bazar", id="Chinese"),
        pytest.param("🌮🔥", "", id="nothing left"),
        pytest.param("a\u200bb\ufeffc", "abc", id="invisible"),
        pytest.param("línea\notra", "línea otra", id="line break"),
    ],
)
def test_printable(text, expected):
    assert printable(text) == expected
