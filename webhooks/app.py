"""The Flask application: every HTTP door of the service."""

from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from bot.bootstrap import Services, services
from bot.logs import configure_logs
from webhooks.auth import webhook_auth
from webhooks.errors import register_errors
from webhooks.health import health
from webhooks.infobip import infobip_webhooks
from webhooks.media import media
from webhooks.portal_api.blueprint import add_portal_api
from webhooks.verification import verification

MAX_BODY_BYTES = 32 * 1024 * 1024


def create_app(wired: Services | None = None) -> Flask:
    """The application around the given services, or around this process's own."""
    if wired is None:
        wired = services()
        configure_logs(wired.settings.log_level, wired.settings.log_format, "web")
    app = Flask("fiado", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.extensions["fiado"] = wired
    app.register_blueprint(infobip_webhooks(webhook_auth(wired.settings)))
    app.register_blueprint(health(wired))
    add_portal_api(app, wired)
    app.register_blueprint(verification(wired))
    app.register_blueprint(media(wired))
    if wired.settings.simulator_is_on:
        _add_simulator(app, wired)
    register_errors(app)
    _believe_proxies(app, wired.settings.proxy_hops)
    return app


def _believe_proxies(app: Flask, hops: int) -> None:
    """Take the client's address from as many of our own proxies; anybody can make up the rest."""
    if hops:
        wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=0, x_host=0)
        app.wsgi_app = wsgi_app  # type: ignore[method-assign]


def _add_simulator(app: Flask, wired: Services) -> None:
    """The phone and the fake Infobip; imported only where they may run."""
    from storage.demo_data import demo_people  # noqa: PLC0415 - never loaded in production
    from webhooks.simulator.blueprint import create_simulator  # noqa: PLC0415
    from webhooks.simulator.from_settings import simulator_config, site_templates  # noqa: PLC0415

    def people() -> list[dict[str, Any]]:
        return [
            {"phone": each.phone, "name": each.name, "note": each.note}
            for each in demo_people(wired.site.country)
        ]

    config = simulator_config(
        wired.settings,
        wired.clock,
        people,
        templates=site_templates(wired.site),
        brand_name=wired.site.brand_name,
        time_zone=wired.site.time_zone,
    )
    app.register_blueprint(create_simulator(config))
