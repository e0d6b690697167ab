"""Structured logs: event names and fields. Never message text, full numbers or documents."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from domain.message import message_key

Event = MutableMapping[str, Any]

# Anything else that reaches a log line is dropped: a field is allowed by name, not by luck.
ALLOWED_FIELDS = frozenset(
    {
        "event", "level", "timestamp", "logger", "process", "conversation_id", "contact_id",
        "message_id", "external_id", "session_id", "intent", "route", "kind", "state", "outcome",
        "reason", "error", "error_code", "http_status", "attempt", "attempts", "seconds",
        "milliseconds", "count", "new", "received", "rejected", "worker", "fence", "responses",
        "action", "name", "port", "path", "url", "model", "job", "due", "purpose", "size_bytes",
        "exception", "queue", "age_seconds", "ticket", "replayed", "roles", "batch", "folio",
    }
)  # fmt: skip


def configure_logs(level: str, log_format: str, process: str) -> None:
    """Send every log line, ours and the libraries', to standard error in one shape."""
    logging.basicConfig(level=level, stream=sys.stderr, force=True)
    for noisy in ("pymongo", "urllib3", "apscheduler", "sanic", "asyncio", "werkzeug"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    renderer: Any = (
        structlog.dev.ConsoleRenderer()
        if log_format == "console"
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _name_exception,
            _allow_fields,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=process)
    for handler in logging.getLogger().handlers:
        handler.setFormatter(_LibraryFormatter())


def get_logger() -> Any:
    """The structured logger; call it with an event name in snake_case and allowed fields."""
    return structlog.get_logger()


class _LibraryFormatter(logging.Formatter):
    """
    A library's line in our shape: its fixed words, never the values put into them.

    Values and exception texts quote what the library was working on.
    """

    def format(self, record: logging.LogRecord) -> str:
        event: Event = {
            "event": "library_log",
            "logger": record.name,
            "level": record.levelname.lower(),
            "reason": str(record.msg).partition("\n")[0],
            "exc_info": record.exc_info[1] if record.exc_info else None,
        }
        processors = structlog.get_config()["processors"]
        for processor in processors:
            if processor is not structlog.processors.add_log_level:
                event = processor(None, record.levelname.lower(), event)
        return str(event)


def _name_exception(_logger: Any, _method: str, event: Event) -> Event:
    """Keep where an exception came from, not its message: messages quote data."""
    info = event.pop("exc_info", None)
    error = sys.exc_info()[1] if info is True else info
    if isinstance(error, BaseException):
        frames = []
        trace = error.__traceback__
        while trace is not None:
            code = trace.tb_frame.f_code
            frames.append(f"{code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}")
            trace = trace.tb_next
        event["exception"] = f"{type(error).__name__} at {' > '.join(frames[-6:])}"
    return event


def _allow_fields(_logger: Any, _method: str, event: Event) -> Event:
    allowed = {name: value for name, value in event.items() if name in ALLOWED_FIELDS}
    if isinstance(allowed.get("external_id"), str):
        # the provider's id holds the person's number
        allowed["external_id"] = message_key(allowed["external_id"])
    return allowed
