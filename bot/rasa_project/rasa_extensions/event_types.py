"""Finds an event's class in a table.

Rasa 3.6.21 walks all subclasses of `Event` for every event that it reads back, which is a third
of the time of a turn.
"""

from rasa.shared.core.events import Event

_known: dict[str, type[Event]] = {}
_resolve_by_type = Event.resolve_by_type


def resolve_by_type(type_name: str, default: type[Event] | None = None) -> type[Event] | None:
    """As `Event.resolve_by_type`; the look-up of a known type is remembered."""
    known = _known.get(type_name)
    if known is None:
        known = _resolve_by_type(type_name, default)
        if known is not None and known.type_name == type_name:
            _known[type_name] = known
    return known
