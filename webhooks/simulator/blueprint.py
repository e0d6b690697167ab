"""Puts the simulator together for a Flask application. Never for production."""

from flask import Blueprint, Flask

from webhooks.simulator import controls, infobip_api, pages
from webhooks.simulator.config import SimulatorConfig
from webhooks.simulator.engine import EXTENSION, Simulator


class SimulatorForbiddenError(Exception):
    """Production has real phones; a fake network beside them would be a way in."""


def create_simulator(config: SimulatorConfig) -> Blueprint:
    """The pages at `/simulator` and the fake Infobip at `/simulator/infobip`."""
    if config.environment == "production":
        raise SimulatorForbiddenError
    simulator = Simulator(config)
    blueprint = Blueprint(
        "simulator",
        __name__,
        url_prefix="/simulator",
        template_folder="templates",
        static_folder="static",
    )
    blueprint.register_blueprint(infobip_api.blueprint, url_prefix="/infobip")
    blueprint.register_blueprint(pages.blueprint)
    blueprint.register_blueprint(controls.blueprint)
    blueprint.record_once(lambda state: state.app.extensions.update({EXTENSION: simulator}))
    return blueprint


def simulator_of(app: Flask) -> Simulator:
    """The simulator registered in `app`."""
    simulator: Simulator = app.extensions[EXTENSION]
    return simulator
