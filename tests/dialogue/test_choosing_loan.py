"""Several loans: which one is meant, tapped or typed, and never guessed."""

from datetime import date

import pytest

from tests.dialogue.people import LAST4, a_borrower, a_loan, a_merchant, last4, payments


@pytest.fixture
def chooser(running_service, phone):
    """A verified borrower before the choice between an overdue and a paid loan."""
    shop, other_shop = a_merchant("Casa Norte"), a_merchant("Electro Sur")
    borrower = a_borrower(phone)
    paid = a_loan(borrower, shop, count=2, first_due_on=date(2025, 10, 5), purpose="Heladera")
    late = a_loan(borrower, other_shop, first_due_on=date(2025, 12, 4), purpose="Moto")
    running_service.load(shop, other_shop, borrower, paid, late)
    running_service.load(*payments(paid, 2), *payments(late, 3))
    phone.paid, phone.late = paid, late
    phone.asks("cuánto debo")
    phone.choice = phone.proves(LAST4)
    return phone


def test_the_choice_names_shop_date_digits_and_state(chooser):
    (choice,) = chooser.choice.replies
    assert choice.kind == "interactive/list"
    assert choice.text == "Tenés 2 créditos. ¿Cuál querés ver?"
    assert choice.titles == ["Electro Sur", "Casa Norte"]
    assert choice.descriptions == [
        f"04/11/2025 · ••{last4(chooser.late)} · con atraso · Moto",
        f"05/09/2025 · ••{last4(chooser.paid)} · pagado por completo · Heladera",
    ]


def test_it_can_be_tapped(chooser):
    assert "Electro Sur*\nEstado: *con atraso de 6 días*" in chooser.chooses("Electro Sur")


@pytest.mark.parametrize(
    ("typed", "shop"),
    [
        ("1", "Electro Sur"),
        ("2️⃣", "Casa Norte"),
        ("la segunda", "Casa Norte"),
        ("electro sur", "Electro Sur"),
        ("el de casa norte", "Casa Norte"),
        ("electro", "Electro Sur"),
        ("el de la heladera", "Casa Norte"),
        ("la moto", "Electro Sur"),
        ("ELECTRO SUR por favor", "Electro Sur"),
    ],
)
def test_it_can_be_typed(chooser, typed, shop):
    assert f"· {shop}*\nEstado" in chooser.asks(typed)


def test_it_can_be_told_by_the_last_digits(chooser):
    assert "Casa Norte*\nEstado: *pagado" in chooser.asks(last4(chooser.paid))


def test_words_that_name_the_loan_need_no_choice(chooser):
    assert "Casa Norte*\nEstado" in chooser.asks("cómo está mi crédito de Casa Norte?")


def test_words_that_only_name_the_shop_somewhere_are_enough(chooser):
    answer = chooser.asks("xqz wpl electro sur trrw plkj mnb")
    assert "Electro Sur*\nEstado" in answer
    assert "No supe cuál es." not in answer


def test_what_fits_none_is_asked_again_and_then_climbs_the_ladder(chooser):
    again = chooser.asks("xyzzy")
    assert "No supe cuál es." in again
    assert again.titles == ["Electro Sur", "Casa Norte"]
    climbed = chooser.asks("xyzzy")
    assert "No supe cuál es." not in climbed
    assert climbed.replies


def test_the_choice_is_kept_for_what_follows(chooser):
    chooser.chooses("Electro Sur")
    assert "*Saldo del crédito" in chooser.asks("explicame mi saldo")


def test_two_loans_of_one_shop_are_told_apart(running_service, phone):
    shop = a_merchant("Distribuidora del Litoral Norte")
    borrower = a_borrower(phone)
    loans = [a_loan(borrower, shop), a_loan(borrower, shop, first_due_on=date(2025, 12, 20))]
    running_service.load(shop, borrower, *loans)
    phone.asks("cuánto debo")
    titles = phone.proves(LAST4).titles
    assert {title[-6:] for title in titles} == {f"••{last4(loan)}" for loan in loans}
    assert len(set(titles)) == 2
    assert all(len(title) <= 24 for title in titles)
    assert f"*Crédito {titles[1][-6:]}" in phone.asks(titles[1])


def test_the_day_asked_for_survives_the_choice(chooser):
    chooser.asks("menú")
    chooser.asks("cuánto es para pagar todo el viernes?")
    assert "el *13/03/2026*" in chooser.asks("1")


def test_another_persons_loan_is_nobodys(running_service, chooser):
    """A loan id that is not the borrower's is treated as none, however it came."""
    neighbour = running_service.phone()
    shop, owner = a_merchant("Otra Casa"), a_borrower(neighbour)
    running_service.load(shop, owner, a_loan(owner, shop))
    neighbour.asks("cuánto debo")
    neighbour.proves(LAST4)
    stolen = neighbour.buttons()["Cómo pagar"]
    answer = chooser.shows(
        {"type": "INTERACTIVE_BUTTON_REPLY", "id": stolen, "title": "Cómo pagar"}
    )
    assert "Esa opción ya venció" in answer
    assert "Otra Casa" not in answer
