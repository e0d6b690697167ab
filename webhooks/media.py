"""Hands out files by signed links; whoever has no valid one is told nothing at all."""

from io import BytesIO
from time import monotonic, sleep

from flask import Blueprint, Response, abort, send_file
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from bot.bootstrap import Services
from bot.services.outgoing_files import FileState
from storage.files import OpenFile

WAIT_SECONDS = 5.0
LOOK_EVERY_SECONDS = 0.1
RETRY_AFTER_SECONDS = 2
SAFETY = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


def media(wired: Services) -> Blueprint:
    """`/media/<token>/<name>`; a document that is still being printed is waited for a little."""
    blueprint = Blueprint("media", __name__)

    @blueprint.get("/media/<token>/<name>")
    def fetch(token: str, name: str) -> ResponseReturnValue:
        file_id = wired.media_links.read(token, name)
        if file_id is None:
            abort(404)
        deadline = monotonic() + WAIT_SECONDS
        while (state := wired.outgoing_files.state(file_id)) is FileState.COMING:
            if monotonic() >= deadline:
                return {"error": "not_yet"}, 503, {"Retry-After": str(RETRY_AFTER_SECONDS)}
            sleep(LOOK_EVERY_SECONDS)
        file = wired.files.open(file_id) if state is FileState.STORED else None
        return abort(404) if file is None else _send(file, name)

    @blueprint.after_request
    def keep_safe(response: Response) -> Response:
        response.headers.update(SAFETY)
        return response

    return blueprint


def _send(file: OpenFile, name: str) -> Response:
    """The file, or the range of it that was asked for."""
    with file.stream:
        content = BytesIO(file.stream.read())
    try:
        response = send_file(
            content, mimetype=file.content_type, download_name=name, etag=file.file.sha256
        )
    except RequestedRangeNotSatisfiable:
        return Response(status=416, headers={"Content-Range": f"bytes */{file.file.size_bytes}"})
    response.accept_ranges = "bytes"
    return response
