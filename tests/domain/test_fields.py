import pytest
from pydantic import TypeAdapter, ValidationError

from domain.fields import Identifier, ShortText
from domain.phone import Phone


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        pytest.param("Ramona Díaz", "Ramona Díaz", id="plain"),
        pytest.param("  Ramona ", "Ramona", id="blanks around"),
        pytest.param("Di\u0301az", "Díaz", id="accent apart"),
        pytest.param("Casa\u00a0Norte", "Casa Norte", id="no-break space"),
        pytest.param("\u202eetroN\u202c", "etroN", id="right-to-left override"),
        pytest.param("\ufeffNora\u200b", "Nora", id="invisible"),
    ],
)
def test_short_text_is_cleaned(written, kept):
    assert TypeAdapter(ShortText).validate_python(written) == kept


@pytest.mark.parametrize("text", ["", "   ", "\u200b", "a\nb", "a\x00b", "a\u2028b", "x" * 201])
def test_unprintable_or_endless_text_is_refused(text):
    with pytest.raises(ValidationError):
        TypeAdapter(ShortText).validate_python(text)


@pytest.mark.parametrize("text", ["", " ", "-", "a b", "a/b", "a\n", "ñ", "$where", "x" * 65])
def test_ids_that_are_unsafe_in_urls_are_refused(text):
    with pytest.raises(ValidationError):
        TypeAdapter(Identifier).validate_python(text)


@pytest.mark.parametrize("text", ["5491155550101", "+54 9 11 5555-0101", "(+54) 9.11.5555.0101"])
def test_phone_is_digits(text):
    assert TypeAdapter(Phone).validate_python(text) == "5491155550101"


@pytest.mark.parametrize(
    "text", ["", "1234567", "0115555010100", "1" * 16, "549115555O101", "٥٤٩١١٥٥٥٥"]
)
def test_what_is_no_international_phone_is_refused(text):
    with pytest.raises(ValidationError):
        TypeAdapter(Phone).validate_python(text)
