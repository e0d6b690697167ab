"""Our faster parts accept, refuse and find exactly what Rasa's own do."""

import asyncio
from pathlib import Path
from typing import Any

import dask
import jsonschema
import pytest
import rasa.shared.utils.common
import rasa_extensions.channel
from aiohttp import web
from rasa.core.actions.action import RemoteAction
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.events import ActionExecuted, Event, UserUttered
from rasa.utils.endpoints import EndpointConfig
from rasa_extensions import plain_graph
from rasa_extensions.event_types import resolve_by_type
from rasa_extensions.fast_validation import validate_action_result
from rasa_extensions.install import UnsupportedRasaVersion, install

SLOT = {"event": "slot", "timestamp": None, "name": "size", "value": "XL"}
RESULTS: dict[str, Any] = {
    "empty": {},
    "nothing_happened": {"events": [], "responses": []},
    "slot": {"events": [SLOT], "responses": [{"text": "x"}]},
    "followup": {"events": [{"event": "followup", "name": "action_listen"}]},
    "form": {"events": [{"event": "active_loop", "name": None}]},
    "unknown_key": {"events": [{**SLOT, "more": 1}], "more": 1},
    "none": None,
    "list": [],
    "text": "ok",
    "events_null": {"events": None},
    "events_object": {"events": {}},
    "event_text": {"events": ["slot"]},
    "event_unnamed": {"events": [{"name": "size"}]},
    "event_unknown": {"events": [{"event": "no_such_event"}]},
    "slot_named_by_number": {"events": [{**SLOT, "name": 7}]},
    "slot_timed_by_text": {"events": [{**SLOT, "timestamp": "now"}]},
    "good_then_bad": {"events": [SLOT, {"event": 1}]},
    "responses_text": {"responses": ["x"]},
    "responses_null": {"responses": None},
}


@pytest.mark.parametrize("result", RESULTS.values(), ids=RESULTS)
def test_an_action_result_is_judged_as_jsonschema_judges_it(result: Any) -> None:
    action = RemoteAction("action_x", None)

    def judged(judge: Any) -> str:
        try:
            judge()
        except jsonschema.ValidationError as error:
            return f"{error.json_path}: {error.message}"
        return "good"

    stock = judged(lambda: jsonschema.validate(result, action.action_response_format_spec()))
    assert judged(lambda: validate_action_result(action, result)) == stock


def test_good_and_bad_results_are_both_among_the_cases() -> None:
    validator = jsonschema.Draft7Validator(RemoteAction.action_response_format_spec())
    good = [name for name, result in RESULTS.items() if validator.is_valid(result)]
    assert 3 < len(good) < len(RESULTS) - 3


def test_every_event_is_found_as_rasa_finds_it() -> None:
    classes = rasa.shared.utils.common.all_subclasses(Event)
    for name in {each.type_name for each in classes}:
        first = next(each for each in classes if each.type_name == name)
        assert resolve_by_type(name) is resolve_by_type(name) is first
    assert resolve_by_type("topic") is None
    assert resolve_by_type("no_such_event", Event) is Event
    with pytest.raises(ValueError, match="no_such_event"):
        resolve_by_type("no_such_event")


@pytest.mark.parametrize("text", ["hola", "cuanto debo", "zzzz"])
def test_the_graph_gives_what_dask_gives(text: str, model: Path) -> None:
    processor = Agent.load(model).processor
    tracker = processor.tracker_store.init_tracker("person")
    tracker.update(ActionExecuted("action_listen"))
    runner: DaskGraphRunner = processor.graph_runner
    inputs = {PLACEHOLDER_MESSAGE: [UserMessage(text)], PLACEHOLDER_TRACKER: tracker}

    def by_dask(target: str) -> Any:
        graph = runner._build_dask_graph(runner._graph_schema.minimal_graph_schema([target]))
        runner._add_inputs_to_graph(inputs, graph)
        return dict(dask.get(graph, [target]))[target]

    nlu, core = processor.model_metadata.nlu_target, processor.model_metadata.core_target
    (expected,), (parsed,) = by_dask(nlu), plain_graph.run(runner, inputs, [nlu])[nlu]
    assert parsed.as_dict() == expected.as_dict()
    tracker.update(UserUttered(text, parsed.get("intent")))
    assert plain_graph.run(runner, inputs, [core])[core] == by_dask(core)


def test_calls_to_the_action_server_share_connections() -> None:
    connections = []

    async def answer(request: web.Request) -> web.Response:
        connections.append(request.transport)
        return web.json_response({"header": request.headers["X-Site"]})

    async def call_thrice() -> list[Any]:
        application = web.Application()
        application.router.add_post("/webhook", answer)
        runner = web.AppRunner(application)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        endpoint = EndpointConfig(f"http://127.0.0.1:{port}/webhook", headers={"X-Site": "a"})
        answers = [await endpoint.request(json={}) for _ in range(3)]
        await endpoint.session().session.close()
        answers.append(await endpoint.request(json={}))
        await endpoint.session().session.close()
        await runner.cleanup()
        return answers

    assert asyncio.run(call_thrice()) == [{"header": "a"}] * 4
    assert len(set(connections[:3])) == 1
    assert connections[3] is not connections[0]


def test_another_rasa_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rasa, "__version__", "3.6.22")
    with pytest.raises(UnsupportedRasaVersion, match=r"3\.6\.22"):
        install()


def test_importing_the_channel_installs_the_patches() -> None:
    assert rasa_extensions.channel.install is install
    assert RemoteAction._validate_action_result is validate_action_result
    assert Event.resolve_by_type is resolve_by_type
