"""Letters asked for in a chat: the whole way, which loan, and not yet and why."""

from datetime import date

import pytest

from domain.letter_content import LetterKind
from domain.message import Document
from tests.dialogue.letter_people import (
    NO,
    OTHER_NAME,
    TO_ANYONE,
    YES,
    entries_about,
    is_asked_for_whom,
    issued_elsewhere,
    letters_of,
    owing,
    paid_off,
    proven,
    wishes_of,
)
from tests.dialogue.people import LAST4, a_borrower, a_loan, a_merchant, last4, payments


@pytest.fixture
def owes(running_service, phone):
    """A verified borrower with a loan that is up to date."""
    return proven(owing(running_service, phone))


@pytest.fixture
def paid(running_service, phone):
    """A verified borrower who owes nothing any more."""
    return proven(paid_off(running_service, phone))


# --- the whole way ---------------------------------------------------------------------------


def test_a_balance_letter_from_the_wish_to_the_document(running_service, phone):
    owing(running_service, phone)
    assert "*últimos 4*" in phone.asks("necesito una carta de saldo")
    asked = phone.proves(LAST4)
    assert is_asked_for_whom(asked)
    assert f"Tu *carta de saldo* del crédito ••{last4(phone.loan)} está disponible." in asked
    summary = phone.asks("Banco Nación")
    assert summary.text == (
        f"*Carta de saldo* del crédito ••{last4(phone.loan)} · Casa Norte\n"
        "Para: *Banco Nación*\nVale hasta el 20/03/2026\n¿Emito la carta?"
    )
    assert summary.titles == [YES, NO, OTHER_NAME]
    assert letters_of(running_service, phone) == []
    (document,) = phone.chooses(YES).replies
    (letter,) = letters_of(running_service, phone)
    assert (letter.kind, letter.content.addressee) == (LetterKind.BALANCE, "Banco Nación")
    assert document.kind == "document"
    assert document.text == (
        f"📄 *Carta de saldo* del crédito ••{last4(phone.loan)}\n"
        f"Folio {letter.folio} · Vale hasta el 20/03/2026\n"
        "Quien la reciba la comprueba con el código QR o en "
        f"{letter.content.verify_url.partition('/verificar/')[0]}/verificar\n"
        "Si no abre, escribí *no abre*."
    )
    (entry,) = entries_about(running_service, phone, letter)
    assert isinstance(entry.content, Document)
    assert entry.content.file_name == f"carta-de-saldo_{letter.folio}.pdf"


def test_a_no_debt_letter_from_the_status_to_the_document(running_service, paid):
    assert paid.asks("cuánto debo").titles == ["Recibir libre deuda", "Más opciones"]
    assert is_asked_for_whom(paid.chooses("Recibir libre deuda"))
    summary = paid.chooses(TO_ANYONE)
    assert "Para: *A quien corresponda*\nVale hasta el 09/04/2026" in summary
    assert paid.asks("sí").replies[0].kind == "document"
    (letter,) = letters_of(running_service, paid)
    assert (letter.kind, letter.content.addressee) == (LetterKind.NO_DEBT, None)
    (entry,) = entries_about(running_service, paid, letter)
    assert entry.content.file_name == f"libre-deuda_{letter.folio}.pdf"


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("una carta", id="a letter"),
        pytest.param("Necesito una carta por favor", id="politely"),
        pytest.param("me hace falta un papel", id="a paper"),
        pytest.param("quiero un certificado", id="a certificate"),
    ],
)
def test_a_letter_without_its_kind_is_asked_about(owes, words):
    asked = owes.asks(words)
    assert asked.titles == ["Carta de saldo", "Libre deuda"]
    assert is_asked_for_whom(owes.asks("carta de saldo"))


def test_the_row_of_the_menu_asks_which(owes):
    owes.asks("menú")
    assert owes.chooses("Pedir una carta").titles == ["Carta de saldo", "Libre deuda"]


def test_the_wish_is_kept_over_the_identity_question(running_service, phone):
    paid_off(running_service, phone)
    phone.asks("necesito el libre deuda dirigido al Banco Macro")
    assert "Para: *Banco Macro*" in phone.proves(LAST4)


# --- several loans ---------------------------------------------------------------------------


@pytest.fixture
def several(running_service, phone):
    """A verified borrower with an overdue loan of Electro Sur and a paid one of Casa Norte."""
    shops, person = [a_merchant("Casa Norte"), a_merchant("Electro Sur")], a_borrower(phone)
    paid = a_loan(person, shops[0], count=2, first_due_on=date(2025, 10, 5))
    late = a_loan(person, shops[1], first_due_on=date(2025, 12, 4), purpose="Moto")
    running_service.load(*shops, person, paid, late, *payments(paid, 2), *payments(late, 3))
    phone.loan, phone.late = paid, late
    phone.asks("menú")
    return phone


def test_of_several_loans_one_is_chosen(several):
    several.asks("libre deuda")
    asked = several.proves(LAST4)
    assert asked.text == "Tenés 2 créditos. ¿Para cuál es la carta?"
    assert asked.titles == ["Electro Sur", "Casa Norte"]
    assert is_asked_for_whom(several.chooses("Casa Norte"))
    assert f"*Libre deuda* del crédito ••{last4(several.loan)}" in several.asks("ANSES")


def test_a_loan_named_in_the_words_is_not_asked_for(several):
    several.asks("libre deuda de casa norte")
    assert is_asked_for_whom(several.proves(LAST4))


def test_the_loan_talked_about_before_is_not_taken_for_granted(several):
    several.asks("cuánto debo")
    several.proves(LAST4)
    several.chooses("Electro Sur")
    assert several.asks("libre deuda").titles == ["Electro Sur", "Casa Norte"]


def test_a_choice_of_another_question_does_not_hide_behind_this_one(several):
    several.asks("libre deuda de casa norte")
    several.proves(LAST4)
    assert several.asks("cuánto debo").titles == ["Electro Sur", "Casa Norte"]
    chosen = several.asks("1")
    assert "Electro Sur*\nEstado" in chosen
    assert "Para seguir con tu carta" in chosen


# --- not yet, and why ------------------------------------------------------------------------


def test_what_is_still_owed_is_told_with_a_way_to_each_next_step(owes):
    refused = owes.asks("libre deuda")
    assert refused.text == (
        f"Todavía no. El crédito ••{last4(owes.loan)} · Casa Norte tiene *$ 362.400,00* por pagar, "
        "si lo saldás hoy.\nEl libre deuda sale apenas esté todo pagado. "
        "Pagando cuota por cuota, será el *20/10/2026*."
    )
    assert refused.titles == ["Avisame cuando pueda", "Cómo pagar", "Carta de saldo"]
    assert is_asked_for_whom(owes.chooses("Carta de saldo"))


def test_who_wants_to_be_told_is_noted_once(running_service, owes):
    owes.asks("libre deuda")
    promise = owes.chooses("Avisame cuando pueda")
    assert promise.text.endswith("te aviso por acá.")
    (wish,) = wishes_of(running_service, owes)
    assert (wish.kind, wish.addressee) == (LetterKind.NO_DEBT, None)
    owes.asks("libre deuda")
    assert owes.asks("avisame cuando pueda").text == promise.text
    assert wishes_of(running_service, owes) == [wish]


def test_a_returned_payment_is_explained(running_service, phone):
    owing(running_service, phone, paid=0, count=1, first_due_on=date(2026, 2, 20))
    (payment,) = payments(phone.loan, 1)
    back = {"payment_id": payment["payment_id"], "reversed_on": "2026-03-02", "reason": "bounced"}
    running_service.load(payment, {"type": "payment_reversal"} | back)
    refused = proven(phone).asks("libre deuda")
    assert "no se acreditó: fue devuelto." in refused
    assert "Hoy hay *$ 46.523,10* por pagar." in refused
    assert refused.titles == ["Cómo pagar", "Avisame cuando pueda", "Carta de saldo"]


def test_a_payment_that_has_not_cleared_gives_the_day(running_service, phone):
    owing(running_service, phone, paid=0, count=1)
    (payment,) = payments(phone.loan, 1, on="2026-03-09")
    running_service.load(payment | {"method": "cheque"})
    refused = proven(phone).asks("libre deuda")
    assert "desde el *12/03/2026*" in refused
    assert refused.titles == ["Avisame cuando pueda", "Hablar con alguien"]


def test_a_paid_loan_has_no_balance_but_the_other_letter(paid):
    refused = paid.asks("carta de saldo")
    assert "está pagado por completo, no tiene saldo" in refused
    assert is_asked_for_whom(paid.chooses("Recibir libre deuda"))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"cancelled_on": "2026-02-01"}, "fue anulado", id="cancelled"),
        pytest.param(
            {"open_case": "CASO-4821"}, "anulación en trámite, caso *CASO-4821*", id="being decided"
        ),
    ],
)
@pytest.mark.parametrize("request_", ["carta de saldo", "libre deuda"])
def test_a_loan_that_is_undone_has_neither(running_service, phone, changes, expected, request_):
    owing(running_service, phone)
    running_service.services.database["loans"].update_one(
        {"_id": phone.loan["loan_id"]}, {"$set": changes}
    )
    refused = proven(phone).asks(request_)
    assert expected in refused
    assert refused.titles == ["Hablar con alguien", "Más opciones"]


# --- one that waits --------------------------------------------------------------------------


def test_a_letter_that_never_came_here_is_offered_first(running_service, paid):
    letter = issued_elsewhere(running_service, paid, LetterKind.NO_DEBT)
    offered = paid.asks("carta")
    assert "Ya tenés una carta lista: *Libre deuda*" in offered
    assert "para *ANSES*" in offered
    assert letter.folio in paid.asks("sí, recibirla")


def test_another_one_may_be_asked_for_instead(running_service, paid):
    issued_elsewhere(running_service, paid, LetterKind.NO_DEBT)
    paid.asks("libre deuda")
    paid.chooses("No, pedir otra")
    assert is_asked_for_whom(paid.asks("libre deuda"))
