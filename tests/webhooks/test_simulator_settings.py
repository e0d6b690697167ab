"""A simulator beside the service is set up from the service's own settings."""

import pytest

from bot.clock import Clock
from bot.settings import Environment, Settings
from bot.site import SiteTemplate, load_site
from webhooks.simulator.blueprint import SimulatorForbiddenError, create_simulator
from webhooks.simulator.from_settings import simulator_config, site_templates

PRODUCTION = {
    "fiado_env": Environment.PRODUCTION,
    "secret_key": "s" * 16,
    "fiado_internal_token": "t" * 16,
    "infobip_base_url": "https://x.api.infobip.com",
    "infobip_api_key": "k",
    "infobip_sender": "5491155550199",
    "public_base_url": "https://bot.example.org",
    "webhook_username": "u",
    "webhook_password": "p",
}


def config(**settings):
    return simulator_config(Settings(_env_file=None, **settings), Clock())


def test_it_calls_the_service_where_it_listens_and_is_called_beside_it():
    made = config(fiado_port=23456)
    assert made.service_url == "http://127.0.0.1:23456"
    assert made.infobip_url == "http://127.0.0.1:23456/simulator/infobip"


def test_whatsapp_has_approved_the_templates_of_the_site():
    site = load_site()
    templates = site_templates(site)
    assert templates.keys() == {each.name for each in site.templates.values()}
    ready = templates["documento_listo"]
    assert (ready.language, ready.buttons) == ("es_AR", ("Recibir documento",))
    assert ready.body.startswith("Hola, somos {{1}}.")


def test_a_template_without_a_text_shows_what_fills_it():
    facts = ("brand_name", "legal_name")
    template = SiteTemplate(name="x", language="es", placeholders=facts)
    site = load_site().model_copy(update={"templates": {"x": template}})
    assert site_templates(site)["x"].body == "{{1}} {{2}}"


@pytest.mark.parametrize(
    ("settings", "headers"),
    [
        pytest.param({}, {}, id="none"),
        pytest.param(
            {"webhook_username": "u", "webhook_password": "p"},
            {"Authorization": "Basic dTpw"},
            id="basic",
        ),
        pytest.param(
            {"webhook_secret_header": "X-Secret", "webhook_secret": "s"},
            {"X-Secret": "s"},
            id="secret header",
        ),
        pytest.param(
            {
                "webhook_hmac_header": "X-Signature",
                "webhook_hmac_secret": "k",
                "webhook_hmac_algorithm": "sha1",
                "webhook_hmac_encoding": "base64",
            },
            {"X-Signature": "oigudkjoyvfSJNZTHc2VwoCKXYk="},
            id="hmac",
        ),
    ],
)
def test_it_proves_itself_as_the_service_demands(settings, headers):
    assert config(**settings).webhook_auth.headers_for(b"body") == headers


def test_production_settings_have_no_simulator():
    with pytest.raises(SimulatorForbiddenError):
        create_simulator(config(**PRODUCTION))
