"""The control drawer: misbehaviour, clock, window, identity, replays and the wire log."""

import json
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, jsonify, request
from flask.typing import ResponseReturnValue

from webhooks.simulator.drafts import ClockMove, FaultOrder, Replay
from webhooks.simulator.engine import current_simulator
from webhooks.simulator.guard import add_safety_headers, refuse_foreign_writes
from webhooks.simulator.pages import read_body, read_person
from webhooks.simulator.views import call_entry

REPLAYED_FOLDERS = ("inbound", "inbound-edge")

blueprint = Blueprint("controls", __name__)
blueprint.before_request(refuse_foreign_writes)
blueprint.after_request(add_safety_headers)


@blueprint.post("/faults")
def arm_fault() -> ResponseReturnValue:
    order = read_body(FaultOrder)
    faults = current_simulator().faults
    faults.arm(order.fault, order.times)
    return jsonify(faults.remaining())


@blueprint.delete("/faults")
def clear_faults() -> ResponseReturnValue:
    current_simulator().faults.clear()
    return "", 204


@blueprint.post("/clock")
def move_clock() -> ResponseReturnValue:
    """Shift business time of every process: by seconds, to an instant, or (empty body) back."""
    control = current_simulator().clock_control
    if control is None:
        abort(409)
    move = read_body(ClockMove)
    if move.add_seconds is not None:
        control.add(move.add_seconds)
    elif move.to is not None:
        zone = ZoneInfo(current_simulator().config.time_zone)
        control.go_to(move.to if move.to.tzinfo else move.to.replace(tzinfo=zone))
    else:
        control.reset()
    return "", 204


@blueprint.post("/chats/<address>/window-expiry")
def expire_window(address: str) -> ResponseReturnValue:
    current_simulator().incoming.expire_window(read_person(address))
    return "", 204


@blueprint.post("/chats/<address>/identity-change")
def change_identity(address: str) -> ResponseReturnValue:
    current_simulator().incoming.change_identity(read_person(address))
    return "", 204


@blueprint.get("/fixtures")
def list_fixtures() -> ResponseReturnValue:
    return jsonify(sorted(_fixtures()))


@blueprint.post("/chats/<address>/replays")
def replay(address: str) -> ResponseReturnValue:
    """Post a stored Infobip body as if this person had just caused it."""
    file = _fixtures().get(read_body(Replay).fixture)
    if file is None:
        abort(404)
    current_simulator().incoming.replay(read_person(address), json.loads(file.read_bytes()))
    return "", 204


@blueprint.get("/log")
def wire_log() -> ResponseReturnValue:
    after = request.args.get("after", default=0, type=int)
    return jsonify([call_entry(call) for call in current_simulator().log.after(after)])


def _fixtures() -> dict[str, Path]:
    folder = current_simulator().config.fixtures_dir
    if folder is None:
        return {}
    return {
        f"{name}/{file.stem}": file
        for name in REPLAYED_FOLDERS
        for file in (folder / name).glob("*.json")
    }
