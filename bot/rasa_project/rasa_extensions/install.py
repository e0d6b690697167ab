"""Puts our replacements into Rasa: the one place that changes a class which is not ours."""

import rasa
from rasa.core.actions.action import RemoteAction
from rasa.core.agent import Agent
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import TrackerStore
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.utils.endpoints import EndpointConfig

from . import plain_graph
from .action_failure import run_action, run_remote_action
from .event_types import resolve_by_type
from .fast_validation import validate_action_result
from .keep_alive import kept_session

WRITTEN_FOR = "3.6.21"

_create_tracker_store = Agent._create_tracker_store


class UnsupportedRasaVersion(Exception):
    """The replaced methods were read in another version of Rasa."""


def install() -> None:
    """Replaces the methods; doing it again changes nothing."""
    if rasa.__version__ != WRITTEN_FOR:
        raise UnsupportedRasaVersion(f"written for {WRITTEN_FOR}, this is {rasa.__version__}")
    Agent._create_tracker_store = staticmethod(create_tracker_store)
    DaskGraphRunner.run = plain_graph.run
    EndpointConfig.session = kept_session
    Event.resolve_by_type = staticmethod(resolve_by_type)
    MessageProcessor._run_action = run_action
    RemoteAction.run = run_remote_action
    RemoteAction._validate_action_result = validate_action_result


def create_tracker_store(store: TrackerStore, domain: Domain) -> TrackerStore:
    """The store itself where Rasa 3.6.21 would wrap it in `FailSafeTrackerStore`.

    The wrapper answers an outage with an empty memory and forgets the person's turn.
    """
    if getattr(store, "raises_on_failure", False):
        store.domain = domain
        return store
    return _create_tracker_store(store, domain)
