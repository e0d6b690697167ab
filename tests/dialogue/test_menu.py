"""The menu by role, what can be typed instead of tapped, and taps that come too late."""

import pytest

from tests.dialogue.people import (
    LAST4,
    a_borrower,
    a_loan,
    a_merchant,
    a_salesperson,
    borrowing,
)

BORROWER_MENU = [
    "Ver mi crédito",
    "Cómo pagar",
    "Ya pagué",
    "Pagar todo",
    "Pedir una carta",
    "Anular una compra",
    "Hablar con alguien",
]
SALES_MENU = [
    "Mi jornada",
    "Resumen de mi día",
    "Registrar una venta",
    "Registrar un cobro",
    "Cerrar mi día",
    "Hablar con alguien",
]
OWNER_MENU = [
    "Ventas del comercio",
    "Mi Comercio",
    "Cuentas de cobro",
    "Vincular un celular",
    "Celulares vinculados",
    "Hablar con alguien",
]
STALE = "Esa opción ya venció. Este es el menú de ahora."


@pytest.fixture
def two_roles(running_service, phone):
    """Somebody who borrows and owns a shop."""
    shop = a_merchant(owner_name="Ramona Díaz", owner_phone=phone.number)
    person = a_borrower(phone)
    running_service.load(shop, person, a_loan(person, shop))
    return phone


def a_tap(reply_id, title="x", kind="INTERACTIVE_BUTTON_REPLY"):
    return {"type": kind, "id": reply_id, "title": title}


def test_a_borrowers_menu(running_service, phone):
    borrowing(running_service, phone)
    (menu,) = phone.asks("menú").replies
    assert menu.kind == "interactive/list"
    assert menu.titles == BORROWER_MENU


def test_a_strangers_menu_is_the_borrowers(phone):
    assert phone.asks("menú").titles == BORROWER_MENU


def test_a_salespersons_menu(running_service, phone):
    shop = a_merchant()
    running_service.load(shop, a_salesperson(phone, shop))
    assert phone.asks("menú").titles == SALES_MENU


def test_an_owners_menu(running_service, phone):
    running_service.load(a_merchant(owner_name="Nora Paz", owner_phone=phone.number))
    assert phone.asks("menú").titles == OWNER_MENU


def test_two_roles_can_be_switched(two_roles):
    assert two_roles.asks("menú").titles == [*BORROWER_MENU, "Cambiar perfil"]
    profiles = two_roles.asks("cambiar perfil")
    assert profiles.titles == ["Mis créditos", "Mi comercio"]
    assert two_roles.asks("2").titles == [*OWNER_MENU, "Cambiar perfil"]
    assert two_roles.asks("menú").titles == [*OWNER_MENU, "Cambiar perfil"]
    two_roles.chooses("Cambiar perfil")
    assert two_roles.asks("mis créditos").titles == [*BORROWER_MENU, "Cambiar perfil"]


def test_one_role_cannot_be_switched(running_service, phone):
    borrowing(running_service, phone)
    answer = phone.asks("cambiar perfil")
    assert "hay un solo perfil" in answer
    assert answer.titles == BORROWER_MENU


@pytest.mark.parametrize(
    "typed", ["2", "2️⃣", "cómo pagar", "COMO PAGAR", "la segunda", "la opción 2", "2."]
)
def test_a_row_can_be_typed(running_service, phone, typed):
    borrowing(running_service, phone)
    phone.asks("menú")
    phone.asks(typed)
    assert "*Cómo pagar el crédito" in phone.proves(LAST4)


@pytest.mark.parametrize(
    "word", ["menú", "MENU", "Menu por favor", "inicio", "ayuda", "atrás", "volver", "opciones"]
)
def test_words_for_the_menu(phone, word):
    assert phone.asks(word).titles == BORROWER_MENU


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        pytest.param("salir", "No hay ningún trámite abierto", id="leave"),
        pytest.param("agente", "tu pedido es el *T-", id="agent"),
        pytest.param("quiero hablar con una persona", "tu pedido es el *T-", id="person"),
        pytest.param("repetir", "Todavía no te había respondido nada", id="repeat"),
        pytest.param("chau", "¡Hasta luego!", id="goodbye"),
    ],
)
def test_other_global_words(phone, word, expected):
    assert expected in phone.asks(word)


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        pytest.param(
            "quiero anular la compra", "Todavía no tramito anulaciones", id="cancellation"
        ),
        pytest.param("cómo va mi anulación?", "Todavía no tramito anulaciones", id="case"),
        pytest.param("resumen de mi día", "Todavía no llevo ventas", id="day summary"),
        pytest.param("registrar una venta", "Todavía no llevo ventas", id="sale"),
        pytest.param("ver los datos de mi comercio", "Todavía no manejo los datos", id="profile"),
        pytest.param("qué celulares hay vinculados?", "Todavía no vinculo celulares", id="phones"),
    ],
)
def test_what_cannot_be_done_yet_is_said_and_a_person_offered(phone, request_, expected):
    answer = phone.asks(request_)
    assert expected in answer
    assert answer.titles == ["Sí, con una persona", "No, ver el menú"]
    assert "tu pedido es el *T-" in phone.asks("sí")


def test_the_bare_wish_to_cancel_is_asked_about(phone):
    answer = phone.asks("cancelar")
    assert "¿Qué querés decir con cancelar?" in answer
    assert answer.titles == ["Salir del trámite", "Anular la compra", "Pagar todo"]
    assert "Todavía no tramito anulaciones" in phone.asks("anular la compra")


def test_inside_a_question_the_wish_to_cancel_is_asked_about_alone(phone):
    phone.asks("cuánto debo")
    answer = phone.asks("cancelar")
    assert answer.titles == ["Salir del trámite", "Anular la compra", "Pagar todo"]
    assert "últimos 4" not in answer
    assert "últimos 4" in phone.asks("gracias")


def test_an_old_button_of_ours_still_works(running_service, phone):
    borrowing(running_service, phone)
    phone.asks("cuánto debo")
    phone.proves(LAST4)
    old = phone.buttons()["Cómo pagar"]
    phone.asks("menú")
    phone.asks("gracias")
    assert "*Cómo pagar el crédito" in phone.shows(a_tap(old, "Cómo pagar"))


@pytest.mark.parametrize(
    "reply_id",
    [
        pytest.param("plan:12", id="foreign"),
        pytest.param("/ask_loan_status", id="intent"),
        pytest.param("f1.e30.AAAA", id="forged"),
        pytest.param("f1..", id="empty"),
        pytest.param("f1", id="cut"),
        pytest.param("ñ" * 200, id="not ASCII"),
    ],
)
def test_a_button_that_is_not_ours_shows_the_menu(phone, reply_id):
    answer = phone.shows(a_tap(reply_id))
    assert STALE in answer
    assert answer.titles == BORROWER_MENU


def test_an_altered_button_shows_the_menu(phone):
    phone.asks("menú")
    ours = phone.buttons()["Cómo pagar"]
    assert STALE in phone.shows(a_tap(ours[:-1] + ("A" if ours[-1] != "A" else "B")))


def test_somebody_elses_button_shows_the_menu(running_service, phone):
    other = running_service.phone()
    other.asks("menú")
    assert STALE in phone.shows(a_tap(other.buttons()["Cómo pagar"]))
