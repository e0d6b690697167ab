"""Errors that no view answered itself: one shape, no details of ours, every one of them logged."""

from flask import Flask
from werkzeug.exceptions import HTTPException

from bot.logs import get_logger
from storage.errors import StorageError

log = get_logger()


def register_errors(app: Flask) -> None:
    """Answer HTTP errors as JSON, an absent store as 503, anything else as 500."""

    @app.errorhandler(HTTPException)
    def answer_http_error(error: HTTPException) -> tuple[dict[str, str], int]:
        return {"error": error.name.lower().replace(" ", "_")}, error.code or 500

    @app.errorhandler(StorageError)
    def answer_store_away(error: StorageError) -> tuple[dict[str, str], int, dict[str, str]]:
        log.error("store_unavailable", error=type(error).__name__)
        return {"error": "unavailable"}, 503, {"Retry-After": "5"}

    @app.errorhandler(Exception)
    def answer_unexpected(error: Exception) -> tuple[dict[str, str], int]:
        log.error("view_failed", exc_info=error)
        return {"error": "internal"}, 500
