"""
The phone: its page, and the calls of its script.

The page asks for news several times a second instead of holding a connection open: a held one
would take a thread of the web server for every tab and delay its stop, and an answer from memory
costs a millisecond.
"""

from io import BytesIO
from typing import Any, TypeVar

from flask import Blueprint, abort, jsonify, render_template, request, send_file
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ValidationError

from webhooks.simulator.drafts import FileKind, PersonChanges, Tap, read_draft
from webhooks.simulator.engine import current_simulator
from webhooks.simulator.guard import add_safety_headers, refuse_foreign_writes
from webhooks.simulator.store import Person, StoredFile, UnknownAddressError
from webhooks.simulator.views import chat_news, person_choices

Model = TypeVar("Model", bound=BaseModel)

MAX_FILE_BYTES = 16 * 1024 * 1024
SHOWN_INLINE = ("application/pdf", "image/png", "image/jpeg", "image/webp", "audio/", "video/")

blueprint = Blueprint("pages", __name__)
blueprint.before_request(refuse_foreign_writes)
blueprint.after_request(add_safety_headers)


@blueprint.get("", strict_slashes=False)
def phone() -> ResponseReturnValue:
    config = current_simulator().config
    return render_template(
        "simulator/phone.html", brand_name=config.brand_name, time_zone=config.time_zone
    )


@blueprint.get("/people")
def people() -> ResponseReturnValue:
    return jsonify(person_choices(current_simulator()))


@blueprint.get("/chats/<address>")
def chat(address: str) -> ResponseReturnValue:
    """What changed in the chat after version `after` of this `epoch`, and who the person is."""
    simulator = current_simulator()
    is_same_epoch = request.args.get("epoch") == simulator.store.epoch
    after = request.args.get("after", default=0, type=int) if is_same_epoch else 0
    return jsonify(chat_news(simulator, read_person(address), after))


@blueprint.post("/chats/<address>/messages")
def speak(address: str) -> ResponseReturnValue:
    """Something typed or picked; the body is Infobip's `message` object with `quoted_id` beside."""
    body = _json_object()
    quoted_id = body.pop("quoted_id", None)
    try:
        message = read_draft(body)
    except ValidationError as error:
        return jsonify({"error": error.errors(include_url=False, include_input=False)}), 400
    bubble = current_simulator().incoming.speak(read_person(address), message, quoted_id=quoted_id)
    return jsonify({"message_id": bubble.message_id}), 201


@blueprint.post("/chats/<address>/taps")
def tap(address: str) -> ResponseReturnValue:
    wanted = read_body(Tap)
    try:
        bubble = current_simulator().incoming.tap(
            read_person(address), wanted.reply_id, wanted.message_id
        )
    except LookupError:
        abort(404)
    return jsonify({"message_id": bubble.message_id}), 201


@blueprint.post("/chats/<address>/files")
def send_media(address: str) -> ResponseReturnValue:
    """A file from the phone: form fields `file`, `type`, `caption`, `quoted_id`."""
    simulator = current_simulator()
    upload = request.files.get("file")
    try:
        kind = FileKind(request.form.get("type", ""))
    except ValueError:
        abort(400)
    if upload is None:
        abort(400)
    data = upload.stream.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        abort(413)
    name = upload.filename or kind.value.lower()
    file_id = simulator.store.add_file(StoredFile(name, upload.mimetype, data))
    # a document's name travels as its caption, as in captured payloads
    caption = request.form.get("caption") or (name if kind is FileKind.DOCUMENT else None)
    message = {"type": kind.value, "url": simulator.media_url(file_id)}
    bubble = simulator.incoming.speak(
        read_person(address),
        message | ({"caption": caption} if caption else {}),
        quoted_id=request.form.get("quoted_id") or None,
        file_id=file_id,
    )
    return jsonify({"message_id": bubble.message_id}), 201


@blueprint.post("/chats/<address>/person")
def change_person(address: str) -> ResponseReturnValue:
    """Show or hide the number, read or not, block the business, be called otherwise."""
    person = read_person(address)
    for name, value in read_body(PersonChanges).model_dump(exclude_none=True).items():
        setattr(person, name, value)
    return "", 204


@blueprint.get("/files/<file_id>/<name>")
def stored_file(file_id: str, name: str) -> ResponseReturnValue:
    """A file of either side; what a browser might run is only ever downloaded."""
    file = current_simulator().store.find_file(file_id)
    if file is None:
        abort(404)
    is_inline = file.content_type.startswith(SHOWN_INLINE)
    return send_file(
        BytesIO(file.data),
        mimetype=file.content_type if is_inline else "application/octet-stream",
        as_attachment=not is_inline,
        download_name=name,
    )


def read_person(address: str) -> Person:
    """The person at `address`; 404 if nobody can be there."""
    try:
        return current_simulator().store.person(address)
    except UnknownAddressError:
        abort(404)


def _json_object() -> dict[str, Any]:
    body = request.get_json()
    if not isinstance(body, dict):
        abort(400)
    return body


def read_body(model: type[Model]) -> Model:
    """The JSON body as `model`; 400 if it is none."""
    try:
        return model.model_validate(_json_object())
    except ValidationError:
        abort(400)
