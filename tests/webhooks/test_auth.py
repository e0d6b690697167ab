import base64
import hashlib
import hmac
from typing import Any

import pytest
from flask import Flask, Request
from werkzeug.test import EnvironBuilder

from bot.settings import Settings
from webhooks.auth import WebhookAuthError, webhook_auth

BODY = '{"results": [{"text": "ñandú"}]}'.encode()
SECRET = "a-secret"
BASIC = {"webhook_username": "infobip", "webhook_password": "contraseña: larga"}
HEADER = {"webhook_secret_header": "X-Webhook-Secret", "webhook_secret": SECRET}
HMAC = {"webhook_hmac_header": "X-Signature", "webhook_hmac_secret": SECRET}


def settings(**changes: Any) -> Settings:
    """Settings with the simulator off and nothing from the machine."""
    return Settings(_env_file=None, **({"fiado_simulator": False} | changes))


def is_accepted(configured: Settings, headers: dict[str, str], body: bytes = BODY) -> bool:
    """Whether a request with those headers would be believed."""
    environ = EnvironBuilder(method="POST", headers=headers, data=body).get_environ()
    with Flask("test").request_context(environ):
        return webhook_auth(configured).accepts(Request(environ))


def basic(username: str, password: str) -> dict[str, str]:
    token = base64.b64encode(f"{username}:{password}".encode()).decode()
    return {"Authorization": f"Basic {token}"}


def signature(body: bytes = BODY, secret: str = SECRET, algorithm: str = "sha256") -> bytes:
    return hmac.new(secret.encode(), body, getattr(hashlib, algorithm)).digest()


@pytest.mark.parametrize(
    ("headers", "accepted"),
    [
        pytest.param(basic("infobip", "contraseña: larga"), True, id="right"),
        pytest.param(basic("infobip", "wrong"), False, id="wrong password"),
        pytest.param(basic("other", "contraseña: larga"), False, id="wrong name"),
        pytest.param(basic("infobip", ""), False, id="no password"),
        pytest.param({}, False, id="nothing"),
        pytest.param({"Authorization": "Basic"}, False, id="no credentials"),
        pytest.param({"Authorization": "Basic %%%"}, False, id="not base64"),
        pytest.param({"Authorization": "Basic //79"}, False, id="not UTF-8"),
        pytest.param({"Authorization": "Bearer contraseña"}, False, id="another scheme"),
    ],
)
def test_basic(headers: dict[str, str], accepted: bool) -> None:
    assert is_accepted(settings(**BASIC), headers) is accepted


@pytest.mark.parametrize(
    ("headers", "accepted"),
    [
        pytest.param({"X-Webhook-Secret": SECRET}, True, id="right"),
        pytest.param({"x-webhook-secret": SECRET}, True, id="header names have no case"),
        pytest.param({"X-Webhook-Secret": SECRET + "x"}, False, id="too long"),
        pytest.param({"X-Webhook-Secret": SECRET[:-1]}, False, id="too short"),
        pytest.param({"X-Webhook-Secret": ""}, False, id="empty"),
        pytest.param({"X-Webhook-Secret": "ñ"}, False, id="not ASCII"),
        pytest.param({"X-Other": SECRET}, False, id="another header"),
        pytest.param({}, False, id="nothing"),
    ],
)
def test_secret_header(headers: dict[str, str], accepted: bool) -> None:
    assert is_accepted(settings(**HEADER), headers) is accepted


@pytest.mark.parametrize(
    ("given", "accepted"),
    [
        pytest.param(signature().hex(), True, id="right"),
        pytest.param(f"sha256={signature().hex()}", True, id="with a prefix"),
        pytest.param(signature().hex().upper(), True, id="capitals"),
        pytest.param(signature(BODY + b" ").hex(), False, id="another body"),
        pytest.param(signature(secret="other").hex(), False, id="another secret"),
        pytest.param(signature(algorithm="sha1").hex(), False, id="another algorithm"),
        pytest.param(base64.b64encode(signature()).decode(), False, id="another encoding"),
        pytest.param(signature().hex()[:-2], False, id="cut"),
        pytest.param("", False, id="empty"),
        pytest.param("ñ", False, id="not ASCII"),
    ],
)
def test_hmac(given: str, accepted: bool) -> None:
    assert is_accepted(settings(**HMAC), {"X-Signature": given}) is accepted


@pytest.mark.parametrize(
    ("named", "algorithm"),
    [
        ("sha512", "sha512"),
        ("SHA-1", "sha1"),
        ("HMAC_SHA_256", "sha256"),
        ("HMAC_MD5", "md5"),
    ],
)
def test_hmac_in_base64_with_any_algorithm_of_the_vendor(named: str, algorithm: str) -> None:
    configured = settings(**HMAC, webhook_hmac_algorithm=named, webhook_hmac_encoding="base64")
    given = base64.b64encode(signature(algorithm=algorithm)).decode()
    assert is_accepted(configured, {"X-Signature": given})
    assert not is_accepted(configured, {"X-Signature": given}, BODY + b" ")
    assert not is_accepted(configured, {"X-Signature": "not base64!"})


def test_any_of_several_ways_is_enough() -> None:
    configured = settings(**BASIC, **HEADER)
    assert is_accepted(configured, {"X-Webhook-Secret": SECRET})
    assert is_accepted(configured, basic("infobip", "contraseña: larga"))
    assert not is_accepted(configured, {"X-Webhook-Secret": "wrong"})


def test_the_simulator_alone_may_leave_the_door_open() -> None:
    assert is_accepted(settings(fiado_simulator=True), {})
    assert not is_accepted(settings(fiado_simulator=True, **HEADER), {})


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"webhook_password": None}, id="name without password"),
        pytest.param({"webhook_secret_header": None}, id="secret without header"),
        pytest.param({"webhook_hmac_secret": None}, id="header without key"),
        pytest.param({"webhook_hmac_algorithm": "crc32"}, id="no such algorithm"),
        pytest.param({"webhook_hmac_encoding": "rot13"}, id="no such encoding"),
    ],
)
def test_half_a_configuration_stops_the_start(changes: dict[str, Any]) -> None:
    # the settings refuse halves too: neither may be the only one to look
    unchecked = settings(**BASIC, **HEADER, **HMAC).model_copy(update=changes)
    with pytest.raises(WebhookAuthError):
        webhook_auth(unchecked)


def test_no_configuration_stops_the_start() -> None:
    unchecked = settings(**BASIC).model_copy(update={"webhook_username": None})
    with pytest.raises(WebhookAuthError):
        webhook_auth(unchecked.model_copy(update={"webhook_password": None}))
