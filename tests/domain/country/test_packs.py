from datetime import date

import pytest

from domain.country import country_codes, country_pack
from domain.country.pack import AddressForm
from domain.loan_position import InstallmentState, LoanState

INTENTS = {
    "ask_menu",
    "exit_task",
    "talk_to_agent",
    "repeat",
    "opt_out",
    "not_me",
    "switch_profile",
    "ambiguous_cancel",
}


def test_countries():
    assert country_codes() == ["AR", "PA"]
    assert country_pack("AR") is country_pack("AR")


@pytest.mark.parametrize("code", ["XX", "ar", "", "../etc", "es", "ES"])
def test_unknown_country_is_refused(code):
    with pytest.raises(KeyError):
        country_pack(code)


@pytest.mark.parametrize("code", country_codes())
def test_a_pack_has_a_word_for_every_state_and_can_write_its_currency(code):
    pack = country_pack(code)
    assert pack.code == code
    assert set(pack.words.loan_states) == set(LoanState)
    assert set(pack.words.installment_states) == set(InstallmentState)
    assert pack.currency in pack.money.symbols
    assert set(pack.global_words.intents) == INTENTS


def test_what_differs_between_countries():
    argentina, panama = country_pack("AR"), country_pack("PA")
    assert (argentina.address_form, panama.address_form) == (AddressForm.VOS, AddressForm.USTED)
    assert (argentina.words.installment, panama.words.installment) == ("cuota", "letra")
    assert set(argentina.words.payment_accounts) == {"cbu", "cvu", "alias", "bank"}
    assert set(panama.words.payment_accounts) == {"bank", "yappy"}
    assert date(2026, 7, 9) in argentina.holidays
    assert date(2026, 11, 3) in panama.holidays


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("menú", "ask_menu"),
        ("MENU!!", "ask_menu"),
        ("inicio", "ask_menu"),
        ("volver", "ask_menu"),
        ("atrás", "ask_menu"),
        ("ayuda por favor", "ask_menu"),
        ("salir", "exit_task"),
        ("cancelar", "ambiguous_cancel"),
        ("agente", "talk_to_agent"),
        ("por favor un asesor", "talk_to_agent"),
        ("humano", "talk_to_agent"),
        ("persona", "talk_to_agent"),
        ("operador", "talk_to_agent"),
        ("repetir", "repeat"),
        ("baja", "opt_out"),
        ("STOP", "opt_out"),
        ("no molestar", "opt_out"),
        ("No soy yo", "not_me"),
        ("cambiar perfil", "switch_profile"),
        ("hola buenas tardes\nmenú", "ask_menu"),
        ("hola buenas tardes", None),
        ("quiero el menú de la carta", None),
        ("dar de baja", None),
        ("agente de viajes", None),
        ("por favor", None),
        ("gracias", None),
        ("", None),
        ("🙂", None),
    ],
    ids=repr,
)
def test_global_words(text, intent):
    assert country_pack("AR").global_intent(text) == intent
    assert country_pack("PA").global_intent(text) == intent
