"""What the service depends on, and whether each of them answers right now."""

from collections.abc import Callable
from dataclasses import dataclass

import requests

from bot.dialogue.rasa_client import RasaClient, RasaUnavailableError
from bot.infobip.session import open_session
from bot.settings import Settings
from storage.errors import StorageError
from storage.mongo import MongoDatabase, ping

TIMEOUT_SECONDS = 3.0


class NotAnsweringError(Exception):
    """A dependency is away or refuses us; the message says which of the two."""


@dataclass(frozen=True)
class Dependency:
    """`ping` returns if it answers and raises NotAnsweringError if not."""

    name: str
    ping: Callable[[], None]


def dependencies(settings: Settings, database: MongoDatabase) -> list[Dependency]:
    """All of them, in the order in which a message meets them. Make them once, ping them often."""
    token = settings.fiado_internal_token.get_secret_value()
    rasa = RasaClient(settings.rasa_url_list, token, connections=1)
    http = open_session(pool_size=1)
    actions_url = settings.action_server_url.removesuffix("/webhook") + "/health"
    return [
        Dependency("MongoDB", lambda: ping_mongodb(database)),
        Dependency("Rasa", lambda: ping_rasa(rasa)),
        Dependency("action server", lambda: get(http, actions_url)),
        Dependency("Infobip", lambda: ping_infobip(http, settings)),
    ]


def ping_mongodb(database: MongoDatabase) -> None:
    """The primary takes commands."""
    try:
        ping(database)
    except StorageError as error:
        raise NotAnsweringError(type(error).__name__) from None


def ping_rasa(rasa: RasaClient) -> None:
    """Every server has a model and answers on our channel."""
    try:
        rasa.ping()
    except RasaUnavailableError as error:
        raise NotAnsweringError(str(error)) from None


def ping_infobip(http: requests.Session, settings: Settings) -> None:
    """It can be reached and does not turn our key away; whether it would send is not asked."""
    get(
        http,
        f"{settings.infobip_url}/whatsapp/2/senders/{settings.infobip_sender}/templates",
        headers={"Authorization": f"App {settings.infobip_key}"},
        # a key for sending alone may not list templates (403), and not every gateway in between
        # knows the page (404, 501): they answer all the same
        refusals={401, 500, 502, 503, 504},
    )


def get(
    http: requests.Session,
    url: str,
    *,
    headers: dict[str, str] | None = None,
    refusals: set[int] | None = None,
) -> None:
    """NotAnsweringError on silence and on `refusals`; without these, on anything but 200."""
    try:
        status = http.get(url, headers=headers, timeout=TIMEOUT_SECONDS).status_code
    except requests.RequestException as error:
        raise NotAnsweringError(type(error).__name__) from None
    if status in refusals if refusals else status != 200:
        raise NotAnsweringError(f"answered {status}")
