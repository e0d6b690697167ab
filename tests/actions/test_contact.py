"""Wrong number, promotions, profiles."""

import pytest

from actions.contact import ChooseProfile, NotMe, OptOut, SwitchProfile, WelcomeBack
from domain.contact import Role
from tests.actions.test_general import own_a_shop


def test_somebody_else_ends_what_was_proven(service, verified):
    outcome = verified.run(NotMe(), "not_me")
    assert outcome.said == ["utter_not_me"]
    assert outcome.leaves_form
    assert service.identity.verified_borrower(verified.contact_id) is None


def test_welcome_back_shows_the_menu(caller):
    outcome = caller.run(WelcomeBack(), "welcome_back")
    assert outcome.said == ["utter_welcome_back", "utter_menu_borrower"]


def test_no_more_promotions(service, caller):
    assert caller.run(OptOut(), "opt_out").said == ["utter_opt_out"]
    assert service.contacts.get(caller.contact_id).wants_marketing is False


def test_one_profile_cannot_be_switched(borrower):
    outcome = borrower.run(SwitchProfile(), "switch_profile")
    assert outcome.said == ["utter_single_profile", "utter_menu_borrower"]


def test_profiles_are_offered(service, borrower):
    own_a_shop(service)
    (message,) = borrower.run(SwitchProfile(), "switch_profile").messages
    assert message["response"] == "utter_choose_profile"
    assert [button["payload"] for button in message["buttons"]] == [
        '/choose_profile{"role": "borrower"}',
        '/choose_profile{"role": "owner"}',
    ]


@pytest.mark.parametrize(
    ("role", "menu"),
    [
        pytest.param(Role.OWNER, "utter_menu_owner", id="one they have"),
        pytest.param(Role.SALESPERSON, "utter_menu_borrower", id="one they lost"),
    ],
)
def test_a_profile_is_chosen(service, borrower, role, menu):
    own_a_shop(service)
    entities = {"role": role.value}
    assert borrower.run(ChooseProfile(), "choose_profile", entities=entities).said == [menu]
