"""A letter on its way: for whom it is, the summary, the yes that issues it, and the next one."""

from datetime import timedelta

import pytest

from tests.dialogue.letter_people import (
    NO,
    OTHER_NAME,
    TO_ANYONE,
    YES,
    letters_of,
    owing,
    paid_off,
    proven,
)
from tests.dialogue.people import LAST4, a_borrower, a_loan, a_merchant, last4

JPEG = b"\xff\xd8\xff\xe0 a photo"


@pytest.fixture
def owes(running_service, phone):
    """A verified borrower with a loan that is up to date."""
    return proven(owing(running_service, phone))


@pytest.fixture
def paid(running_service, phone):
    """A verified borrower who owes nothing any more."""
    return proven(paid_off(running_service, phone))


@pytest.fixture
def addressing(owes):
    """The same before the question for whom the balance letter is."""
    owes.asks("carta de saldo")
    return owes


@pytest.fixture
def confirming(addressing):
    """The same before the yes or no."""
    addressing.summary = addressing.asks("Banco Nación")
    return addressing


@pytest.fixture
def issued(running_service, confirming):
    """The same with the letter in hand."""
    confirming.document = confirming.chooses(YES)
    (confirming.letter,) = letters_of(running_service, confirming)
    return confirming


# --- for whom --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        pytest.param("Banco Nación", "Banco Nación", id="a name"),
        pytest.param("al consorcio", "Consorcio", id="to the"),
        pytest.param("es para el banco galicia, gracias", "Banco Galicia", id="in a sentence"),
        pytest.param("Mi Crédito SA", "Mi Crédito SA", id="a company named like a request"),
        pytest.param("para Cancelo Ya", "Cancelo Ya", id="told as one"),
        pytest.param("A QUIEN CORRESPONDA", TO_ANYONE, id="the formula"),
        pytest.param("a quien pueda interesar", TO_ANYONE, id="another formula"),
        pytest.param("1", TO_ANYONE, id="the number of the button"),
        pytest.param("<b>Banco</b>\nNación", "Banco Nación", id="markup"),
        pytest.param("Café Ñandú & Cía. 🏦", "Café Ñandú & Cía. 🏦", id="signs"),
        pytest.param("{last4} *Banco* _X_", "{last4} *Banco* _X_", id="placeholder"),
        pytest.param('<img src="file:///etc/passwd">Banco', "Banco", id="a picture of a file"),
        pytest.param("/issue_letter", "/issue_letter", id="a command"),
    ],
)
def test_a_name_in_any_words_is_an_addressee(addressing, typed, name):
    assert f"\nPara: *{name}*\n" in addressing.asks(typed)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        pytest.param("para qué?", "el nombre que sale arriba de la carta", id="why"),
        pytest.param("no sé", "sirve para cualquiera que la lea", id="unsure"),
        pytest.param("28123456", "Con números o dibujos no alcanza", id="figures"),
        pytest.param("🏦🏦", "Con números o dibujos no alcanza", id="emoji"),
        pytest.param("Banco " * 20, "hasta 80 caracteres", id="too long"),
        pytest.param("sí", "Escribí solo a quién va dirigida", id="yes"),
        pytest.param("hola", "Para seguir con tu carta", id="a greeting"),
        pytest.param("cuánto debo?", "Estado: *al día*", id="another request"),
    ],
)
def test_what_is_no_name_is_answered_and_the_question_comes_again(addressing, typed, expected):
    answer = addressing.asks(typed)
    assert expected in answer
    assert answer.titles[-1] == TO_ANYONE
    assert "Para: *UBA*" in addressing.asks("UBA")


def test_the_same_doubt_is_not_answered_with_the_same_words(addressing):
    assert addressing.asks("no sé").text != addressing.asks("no sé").text


@pytest.mark.parametrize(
    ("kind", "content_type"), [("VOICE", "audio/ogg"), ("IMAGE", "image/jpeg")]
)
def test_a_name_has_to_be_written(addressing, kind, content_type):
    addressing.sends_file(kind, JPEG, content_type)
    answer = addressing.hears()
    assert "Necesito el nombre escrito" in answer
    assert answer.titles == [TO_ANYONE]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        pytest.param("salir", "No se cambió nada", id="leave"),
        pytest.param("menú", "¿En qué te ayudo?", id="menu"),
        pytest.param("agente", "tu pedido es el *T-", id="a person"),
    ],
)
def test_a_global_word_is_no_name_and_drops_the_letter(running_service, addressing, word, expected):
    assert expected in addressing.asks(word)
    assert "Para:" not in addressing.asks("Banco Nación")
    assert letters_of(running_service, addressing) == []


def test_the_other_letter_may_be_asked_for_instead(addressing):
    refused = addressing.asks("mejor mandame el libre deuda")
    assert "Todavía no." in refused
    assert "Para:" not in addressing.asks("Banco Nación")


@pytest.mark.parametrize(
    ("typed", "titles"),
    [
        pytest.param(
            "cancelar", ["Salir del trámite", "Anular la compra", "Pagar todo"], id="cancel"
        ),
        pytest.param(
            "quiero anular la compra", ["Sí, con una persona", "No, ver el menú"], id="undo"
        ),
        pytest.param(
            "no me llegó la carta",
            ["Carta de saldo", "Libre deuda", "Hablar con alguien"],
            id="no letter yet",
        ),
    ],
)
@pytest.mark.parametrize("name", [None, "UBA"], ids=["for whom", "the yes"])
def test_another_question_is_the_only_one(running_service, addressing, typed, titles, name):
    if name:
        addressing.asks(name)
    assert addressing.asks(typed).titles == titles
    assert "Para: *ANSES*" in addressing.asks("para ANSES")
    assert letters_of(running_service, addressing) == []


# --- the yes ---------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["sí", "SI", "1", "emitir carta", "Sí, emitir carta"])
def test_a_yes_can_be_typed(running_service, confirming, typed):
    assert confirming.asks(typed).replies[0].kind == "document"
    assert len(letters_of(running_service, confirming)) == 1


@pytest.mark.parametrize("typed", ["dale", "ok", "joya, mandala", "qwzx", "Banco Galicia"])
def test_nothing_but_a_yes_issues_it(running_service, confirming, typed):
    again = confirming.asks(typed)
    assert again.titles == [YES, NO, OTHER_NAME]
    assert letters_of(running_service, confirming) == []
    assert confirming.chooses(YES).replies[0].kind == "document"


@pytest.mark.parametrize("typed", ["no", "2", "mejor no", "No, dejarlo"])
def test_a_no_issues_nothing(running_service, confirming, typed):
    assert "no emití ninguna carta" in confirming.asks(typed)
    confirming.asks("sí")
    assert letters_of(running_service, confirming) == []


def test_another_name_does_not_start_over(running_service, confirming):
    assert "¿A quién va dirigida entonces?" in confirming.chooses(OTHER_NAME)
    assert "Para: *UBA*" in confirming.asks("UBA")
    assert "Para: *Banco Macro*" in confirming.asks("no, mejor para el Banco Macro")
    confirming.chooses(YES)
    (letter,) = letters_of(running_service, confirming)
    assert letter.content.addressee == "Banco Macro"


def test_the_yes_to_an_earlier_summary_is_stale(running_service, confirming):
    earlier = confirming.buttons()[YES]
    confirming.asks("no, mejor para el Banco Macro")
    tap = {"type": "INTERACTIVE_BUTTON_REPLY", "id": earlier, "title": YES}
    assert "Esa opción ya venció" in confirming.shows(tap)
    assert letters_of(running_service, confirming) == []


def test_another_question_in_between_does_not_lose_the_letter(running_service, confirming):
    between = confirming.asks("cómo pago")
    assert "*Cómo pagar el crédito" in between
    assert between.replies[-1].text == confirming.summary.text
    confirming.asks("sí")
    assert len(letters_of(running_service, confirming)) == 1


def test_a_yes_after_the_identity_ran_out_asks_for_it_first(later, phone):
    proven(owing(later, phone))
    later.pass_time(timedelta(minutes=20))
    phone.asks("carta de saldo dirigida a la UBA")
    later.pass_time(timedelta(minutes=15))
    assert "*últimos 4*" in phone.chooses(YES)
    assert letters_of(later, phone) == []
    assert phone.proves(LAST4).replies[0].kind == "document"
    (letter,) = letters_of(later, phone)
    assert letter.content.addressee == "UBA"


def test_a_name_after_the_identity_ran_out_is_kept_over_the_question(later, phone):
    proven(owing(later, phone))
    later.pass_time(timedelta(minutes=20))
    phone.asks("carta de saldo")
    later.pass_time(timedelta(minutes=15))
    assert phone.asks("la UBA").text.count("*últimos 4*") == 1
    assert "Para: *UBA*" in phone.proves(LAST4)
    assert phone.chooses(YES).replies[0].kind == "document"


def test_another_question_after_the_identity_ran_out_does_not_lose_the_letter(later, phone):
    proven(owing(later, phone))
    later.pass_time(timedelta(minutes=20))
    phone.asks("carta de saldo dirigida a la UBA")
    later.pass_time(timedelta(minutes=15))
    assert "*últimos 4*" in phone.asks("cómo pago")
    between = phone.proves(LAST4)
    assert "*Cómo pagar el crédito" in between
    assert "Para: *UBA*" in between
    assert phone.asks("sí").replies[0].kind == "document"


def test_a_letter_asked_for_after_the_identity_ran_out_takes_the_place_of_another(later, phone):
    proven(owing(later, phone))
    later.pass_time(timedelta(minutes=20))
    phone.asks("carta de saldo dirigida a la UBA")
    later.pass_time(timedelta(minutes=15))
    phone.asks("libre deuda")
    assert "Todavía no." in phone.proves(LAST4)
    later.pass_time(timedelta(minutes=29))
    assert "*últimos 4*" not in phone.asks("cómo pago")
    later.pass_time(timedelta(minutes=2))
    phone.asks("cuánto debo")
    assert "Para:" not in phone.proves(LAST4)


def taps(title):
    return lambda phone: phone.chooses(title)


def types(words):
    return lambda phone: phone.asks(words)


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        pytest.param("dirigida a la UBA", taps(YES), id="yes"),
        pytest.param("dirigida a la UBA", types("sí"), id="yes, typed"),
        pytest.param("dirigida a la UBA", types("dale"), id="nearly yes"),
        pytest.param("dirigida a la UBA", taps(OTHER_NAME), id="another name"),
        pytest.param("", taps(TO_ANYONE), id="to anyone"),
        pytest.param("", types("1"), id="to anyone, typed"),
        pytest.param("", types("Banco Nación"), id="a name"),
        pytest.param("", types("inmobiliaria pérez"), id="another name, typed"),
    ],
)
def test_an_answer_half_an_hour_later_leads_to_the_same_letter_anew(later, phone, request_, answer):
    shops, person = [a_merchant("Casa Norte"), a_merchant("Electro Sur")], a_borrower(phone)
    loans = [a_loan(person, shop) for shop in shops]
    later.load(*shops, person, *loans)
    phone.loan = loans[1]
    proven(phone)
    phone.asks(f"carta de saldo de Electro Sur {request_}")
    later.pass_time(timedelta(minutes=31))
    lapsed = answer(phone)
    assert "ese pedido de carta ya se había cerrado y no emití nada" in lapsed
    assert lapsed.titles == ["Empezar de nuevo", "Más opciones"]
    assert "Electro" not in lapsed
    assert "*últimos 4*" in phone.chooses("Empezar de nuevo")
    assert f"Tu *carta de saldo* del crédito ••{last4(loans[1])}" in phone.proves(LAST4)
    assert letters_of(later, phone) == []


def test_what_is_understood_half_an_hour_later_is_answered(later, phone):
    proven(owing(later, phone))
    phone.asks("carta de saldo")
    later.pass_time(timedelta(minutes=31))
    phone.asks("cuánto debo")
    assert "Estado" in phone.proves(LAST4)


def test_a_question_that_was_left_can_be_taken_up_anew(addressing):
    earlier = addressing.buttons()[TO_ANYONE]
    addressing.asks("salir")
    tap = {"type": "INTERACTIVE_BUTTON_REPLY", "id": earlier, "title": TO_ANYONE}
    assert addressing.shows(tap).titles == ["Empezar de nuevo", "Más opciones"]


def test_to_anyone_is_an_answer_to_the_summary_too(addressing):
    earlier = addressing.buttons()[TO_ANYONE]
    addressing.asks("UBA")
    tap = {"type": "INTERACTIVE_BUTTON_REPLY", "id": earlier, "title": TO_ANYONE}
    assert f"Para: *{TO_ANYONE}*" in addressing.shows(tap)


# --- the same letter, and the next -----------------------------------------------------------


def test_the_same_letter_on_the_same_day_is_the_same(running_service, issued):
    issued.asks("carta de saldo")
    assert "Reemplaza" not in issued.asks("banco nación")
    assert "es la misma carta que ya te mandé" in issued.asks("sí")
    assert letters_of(running_service, issued) == [issued.letter]


def test_a_letter_for_somebody_else_replaces_the_one_before(running_service, issued):
    issued.asks("carta de saldo")
    summary = issued.asks("UBA")
    assert f"Reemplaza a la carta {issued.letter.folio}, que deja de valer." in summary
    issued.asks("sí")
    newer, older = letters_of(running_service, issued)
    assert older.superseded_by == newer.folio


def test_a_loan_that_changed_before_the_yes_is_looked_at_anew(running_service, paid):
    paid.asks("libre deuda")
    paid.asks(TO_ANYONE)
    running_service.services.database["payments"].update_many(
        {"loan_id": paid.loan["loan_id"]},
        {"$set": {"method": "cheque", "paid_on": running_service.today.isoformat()}},
    )
    assert "Todavía no." in paid.asks("sí")
    assert letters_of(running_service, paid) == []
