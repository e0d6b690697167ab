"""The tiny bot's actions, run by a real rasa-sdk server; `break_with` says how to misbehave."""

import asyncio
from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sanic.exceptions import SanicException

Events = list[dict[str, Any]]


class ActionStatus(Action):
    def name(self) -> str:
        return "action_status"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> Events:
        counted = tracker.get_slot("turns_counted") + 1
        person = tracker.latest_message["metadata"].get("person")
        dispatcher.utter_message(text=f"Status {counted} of {person}")
        return [SlotSet("turns_counted", counted), SlotSet("is_known", True)]


class ActionFinishOrder(Action):
    def name(self) -> str:
        return "action_finish_order"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> Events:
        dispatcher.utter_message(response="utter_ordered")
        return [SlotSet("size", None), SlotSet("address", None)]


class ValidateOrderForm(FormValidationAction):
    def name(self) -> str:
        return "validate_order_form"

    async def validate_size(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> dict[str, Any]:
        if value == "bug":
            raise ValueError("a validation's bug")
        return {"size": value}

    async def validate_address(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> dict[str, Any]:
        if len(value) < 3:
            dispatcher.utter_message(text="Too short")
            return {"address": None}
        return {"address": value}


class ActionBreak(Action):
    def name(self) -> str:
        return "action_break"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> Events:
        way = tracker.latest_message["metadata"]["break_with"]
        dispatcher.utter_message(text="Never said")
        if way == "error":
            raise ValueError("an action's bug")
        if way == "unavailable":
            raise SanicException("down", status_code=503)
        if way == "hang":
            await asyncio.sleep(30)
        if way == "unknown_event":
            return [{"event": "no_such_event"}]
        if way == "malformed_event":
            return [{"event": "slot", "name": 7}]
        return [FollowupAction(way)]
