"""The simulator as the service's own settings describe it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import SecretStr

from bot.clock import Clock
from bot.settings import CHECKOUT, Settings
from bot.site import Site
from webhooks.simulator.config import DemoPerson, SimulatorConfig, TemplateMessage, WebhookAuth

FIXTURES = CHECKOUT / "tests" / "fixtures" / "infobip"


def simulator_config(
    settings: Settings,
    clock: Clock,
    list_people: Callable[[], Sequence[DemoPerson | Mapping[str, Any]]] = tuple,
    *,
    templates: Mapping[str, TemplateMessage] | None = None,
    brand_name: str = "Fiado",
    time_zone: str = "UTC",
) -> SimulatorConfig:
    """What `create_simulator` needs, for a simulator in the web process of `settings`."""
    return SimulatorConfig(
        api_key=settings.infobip_key,
        sender=settings.infobip_sender,
        clock=clock.now,
        brand_name=brand_name,
        time_zone=time_zone,
        environment=settings.fiado_env.value,
        service_url=settings.local_base_url,
        infobip_url=settings.infobip_url,
        webhook_auth=webhook_auth(settings),
        data_dir=settings.fiado_data_dir,
        fixtures_dir=FIXTURES,
        list_people=list_people,
        templates=templates,
    )


def site_templates(site: Site) -> dict[str, TemplateMessage]:
    """The site's templates as WhatsApp has approved them, by name."""
    return {
        each.name: TemplateMessage(
            body=each.body or _placeholders(len(each.placeholders)),
            language=each.language,
            buttons=each.buttons,
        )
        for each in site.templates.values()
    }


def webhook_auth(settings: Settings) -> WebhookAuth:
    """The same proof that the service's webhooks demand."""
    return WebhookAuth(
        username=settings.webhook_username,
        password=_plain(settings.webhook_password),
        secret_header=settings.webhook_secret_header,
        secret=_plain(settings.webhook_secret),
        hmac_header=settings.webhook_hmac_header,
        hmac_secret=_plain(settings.webhook_hmac_secret),
        hmac_algorithm=settings.webhook_hmac_algorithm,
        hmac_encoding="base64" if settings.webhook_hmac_encoding == "base64" else "hex",
    )


def _placeholders(count: int) -> str:
    return " ".join(f"{{{{{number + 1}}}}}" for number in range(count))


def _plain(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
