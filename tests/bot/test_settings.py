import pytest

from bot.settings import LOCAL_SECRET, InvalidSettingsError, Settings, read_settings

PRODUCTION = {
    "FIADO_ENV": "production",
    "SECRET_KEY": "k" * 32,
    "FIADO_INTERNAL_TOKEN": "t" * 32,
    "INFOBIP_BASE_URL": "https://example.invalid",
    "INFOBIP_API_KEY": "key",
    "INFOBIP_SENDER": "5491155550199",
    "PUBLIC_BASE_URL": "https://example.invalid",
    "WEBHOOK_SECRET_HEADER": "X-Secret",
    "WEBHOOK_SECRET": "right",
}


@pytest.fixture
def settings_from(monkeypatch, tmp_path):
    """Settings from exactly these variables."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)

    def read(**variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return read_settings()

    return read


def problems(settings_from, **variables):
    with pytest.raises(InvalidSettingsError) as refusal:
        settings_from(**variables)
    return str(refusal.value).splitlines()


def test_a_fresh_machine_needs_no_settings(settings_from):
    settings = settings_from()
    assert settings.simulator_is_on
    assert settings.infobip_url == "http://127.0.0.1:8000/simulator/infobip"
    assert settings.clock_offset_file.name == "clock_offset"


def test_production_with_everything(settings_from):
    settings = settings_from(**PRODUCTION)
    assert settings.is_production
    assert not settings.simulator_is_on
    assert settings.infobip_url == settings.base_url == "https://example.invalid"


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        pytest.param({"SECRET_KEY": LOCAL_SECRET}, "SECRET_KEY", id="default key"),
        pytest.param({"SECRET_KEY": "short"}, "SECRET_KEY", id="short key"),
        pytest.param({"FIADO_INTERNAL_TOKEN": ""}, "FIADO_INTERNAL_TOKEN", id="default token"),
        pytest.param({"INFOBIP_BASE_URL": ""}, "INFOBIP_BASE_URL", id="the simulator as Infobip"),
        pytest.param({"INFOBIP_API_KEY": ""}, "INFOBIP_API_KEY", id="no key"),
        pytest.param({"PUBLIC_BASE_URL": ""}, "PUBLIC_BASE_URL", id="no public address"),
        pytest.param({"INFOBIP_SENDER": ""}, "INFOBIP_SENDER", id="the default number"),
        pytest.param(
            {"WEBHOOK_SECRET_HEADER": "", "WEBHOOK_SECRET": ""},
            "no webhook authentication",
            id="open webhooks",
        ),
    ],
)
def test_production_refuses(settings_from, changed, complaint):
    [line] = problems(settings_from, **(PRODUCTION | changed))
    assert complaint in line


def test_production_never_has_the_simulator(settings_from):
    assert not settings_from(**PRODUCTION, FIADO_SIMULATOR="true").simulator_is_on


def test_everything_that_is_wrong_is_listed_a_line_each(settings_from):
    found = problems(settings_from, FIADO_ENV="production")
    assert len(found) == 6
    assert not [line for line in found if line.startswith("Value error")]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("LOG_LEVEL", "LOUD", id="log level"),
        pytest.param("LOG_FORMAT", "xml", id="log format"),
        pytest.param("FIADO_WORKER_THREADS", "0", id="threads"),
        pytest.param("FIADO_PORT", "web", id="port"),
        pytest.param("FIADO_ENV", "staging", id="environment"),
    ],
)
def test_what_makes_no_sense_is_named(settings_from, name, value):
    [line] = problems(settings_from, **{name: value})
    assert line.startswith(f"{name}: ")


def test_without_the_simulator_webhooks_need_authentication(settings_from):
    [line] = problems(settings_from, FIADO_SIMULATOR="false")
    assert "WEBHOOK_USERNAME" in line


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        pytest.param("WEBHOOK_USERNAME", "WEBHOOK_PASSWORD", id="basic"),
        pytest.param("WEBHOOK_SECRET_HEADER", "WEBHOOK_SECRET", id="secret header"),
        pytest.param("WEBHOOK_HMAC_HEADER", "WEBHOOK_HMAC_SECRET", id="hmac"),
    ],
)
@pytest.mark.parametrize("other", [{}, {"FIADO_SIMULATOR": "false"}], ids=["simulator", "none"])
def test_half_a_way_to_authenticate_is_refused(settings_from, monkeypatch, name, secret, other):
    told = [f"set both {name} and {secret}, or neither"]
    assert problems(settings_from, **other, **{name: "half"}) == told
    monkeypatch.delenv(name)
    assert problems(settings_from, **other, **{secret: "half"}) == told


def test_secrets_are_never_printed(settings_from):
    settings = settings_from(**PRODUCTION)
    printed = f"{settings!r} {settings}"
    assert not [value for value in ("k" * 32, "t" * 32, "'right'") if value in printed]


def test_several_rasa_servers(settings_from):
    settings = settings_from(RASA_URLS="http://a:5005/, http://b:5005 ,")
    assert settings.rasa_url_list == ["http://a:5005", "http://b:5005"]
