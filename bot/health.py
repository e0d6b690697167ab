"""What the service depends on, and whether each of them answers right now."""

from collections.abc import Callable
from dataclasses import dataclass

import requests

from bot.dialogue.rasa_client import RasaClient, RasaUnavailableError
from bot.settings import Settings
from storage.errors import StorageError
from storage.mongo import connect, ping

TIMEOUT_SECONDS = 3.0


class NotAnsweringError(Exception):
    """A dependency is away or refuses us; the message says which of the two."""


@dataclass(frozen=True)
class Dependency:
    """`ping` returns if it answers and raises NotAnsweringError if not."""

    name: str
    ping: Callable[[], None]


def dependencies(settings: Settings) -> list[Dependency]:
    """All of them, in the order in which a message meets them."""
    return [
        Dependency("MongoDB", lambda: ping_mongodb(settings)),
        Dependency("Rasa", lambda: ping_rasa(settings)),
        Dependency("action server", lambda: ping_action_server(settings)),
        Dependency("Infobip", lambda: ping_infobip(settings)),
    ]


def ping_mongodb(settings: Settings) -> None:
    """The primary takes commands."""
    try:
        ping(connect(settings.mongodb_uri or "", settings.mongodb_database))
    except StorageError as error:
        raise NotAnsweringError(type(error).__name__) from None


def ping_rasa(settings: Settings) -> None:
    """Every server has a model and answers on our channel."""
    token = settings.fiado_internal_token.get_secret_value()
    try:
        RasaClient(settings.rasa_url_list, token, connections=1).ping()
    except RasaUnavailableError as error:
        raise NotAnsweringError(str(error)) from None


def ping_action_server(settings: Settings) -> None:
    """It answers on its own health page."""
    get(settings.action_server_url.removesuffix("/webhook") + "/health")


def ping_infobip(settings: Settings) -> None:
    """It can be reached and does not turn our key away; whether it would send is not asked."""
    get(
        f"{settings.infobip_url}/whatsapp/2/senders/{settings.infobip_sender}/templates",
        headers={"Authorization": f"App {settings.infobip_key}"},
        refusals={401, 403},
    )


def get(
    url: str, *, headers: dict[str, str] | None = None, refusals: set[int] | None = None
) -> None:
    """NotAnsweringError on silence and 5xx; without `refusals`, on anything but 200."""
    try:
        response = requests.get(url, headers=headers, timeout=TIMEOUT_SECONDS)
    except requests.RequestException as error:
        raise NotAnsweringError(type(error).__name__) from None
    status = response.status_code
    if status >= 500 or (status in refusals if refusals else status != 200):
        raise NotAnsweringError(f"answered {status}")
