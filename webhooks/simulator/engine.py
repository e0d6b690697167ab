"""The whole simulator without its pages: state, faults and both directions of the contract."""

from collections.abc import Mapping

from flask import current_app

from webhooks.simulator.clock_control import ClockControl
from webhooks.simulator.config import DemoPerson, SimulatorConfig
from webhooks.simulator.deliveries import Deliveries
from webhooks.simulator.faults import FaultPlan
from webhooks.simulator.incoming import Incoming
from webhooks.simulator.outgoing import Outgoing
from webhooks.simulator.store import Store
from webhooks.simulator.wire_log import WireLog

EXTENSION = "fiado_simulator"


class Simulator:
    """One fake Infobip with its phones. Threads start with the first message."""

    def __init__(self, config: SimulatorConfig) -> None:
        self.config = config
        self.store = Store(self._demo_name)
        self.faults = FaultPlan()
        self.log = WireLog()
        self.clock_control = (
            ClockControl(config.data_dir, config.clock) if config.data_dir else None
        )
        self.deliveries = Deliveries(config, self.log)
        self.outgoing = Outgoing(config, self.store, self.faults, self.deliveries)
        self.incoming = Incoming(config, self.store, self.faults, self.deliveries)

    def demo_people(self) -> list[DemoPerson]:
        """The people whom the service offers to be."""
        return [
            DemoPerson(**person) if isinstance(person, Mapping) else person
            for person in self.config.list_people()
        ]

    def _demo_name(self, address: str) -> str | None:
        names = {person.phone: person.name for person in self.demo_people()}
        return names.get(address)

    def media_url(self, file_id: str) -> str:
        """Where the service downloads a person's file, in Infobip's form."""
        return f"{self.config.infobip_url}/whatsapp/1/senders/{self.config.sender}/media/{file_id}"

    def close(self) -> None:
        """Stop the threads; what waits is dropped."""
        self.outgoing.close()
        self.deliveries.close()


def current_simulator() -> Simulator:
    """The simulator of the application that serves this request."""
    simulator: Simulator = current_app.extensions[EXTENSION]
    return simulator
