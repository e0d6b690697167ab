"""Rasa's door to the Spanish reader: which intent a text is acted on as, or `nlu_fallback`."""

from __future__ import annotations

from typing import Any, Dict, List, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from .spanish_decision import NOTHING_READ, Limits, decide
from .spanish_model import SpanishModel


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class SpanishClassifier(GraphComponent):
    """Classifies Spanish chat text; what it would not act on becomes `nlu_fallback`."""

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Below or above these a text is not acted on; measured on held-out chats."""
        return {
            "least_probability": 0.4,
            "least_margin": 0.1,
            "least_known_share": 0.45,
            "most_characters": 1000,
            "ranking_length": 5,
        }

    def __init__(
        self,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: SpanishModel | None = None,
    ) -> None:
        limits = {**self.get_default_config(), **config}
        self._ranking_length = limits["ranking_length"]
        self._limits = Limits(**{name: limits[name] for name in Limits.__dataclass_fields__})
        self._model_storage = model_storage
        self._resource = resource
        self._model = model

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SpanishClassifier:
        """An untrained classifier."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SpanishClassifier:
        """The classifier trained before; a model that is missing or damaged stops the start."""
        with model_storage.read_from(resource) as directory:
            return cls(config, model_storage, resource, SpanishModel.read(directory))

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from every example that has an intent, and keep the result in model storage."""
        examples = [
            (example.get(TEXT), example.get(INTENT))
            for example in training_data.intent_examples
            if example.get(TEXT) and example.get(INTENT)
        ]
        self._model = SpanishModel.fit(examples)
        with self._model_storage.write_to(self._resource) as directory:
            self._model.write(directory)
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        """Set `intent` and `intent_ranking` on each message."""
        for message in messages:
            self._classify(message)
        return messages

    def _classify(self, message: Message) -> None:
        text = message.get(TEXT) or ""
        decision = decide(self._model, text, self._limits) if self._model else NOTHING_READ
        ranking = [
            {"name": name, "confidence": probability}
            for name, probability in decision.ranking[: self._ranking_length]
        ]
        name = decision.intent or DEFAULT_NLU_FALLBACK_INTENT_NAME
        intent = {"name": name, "confidence": decision.confidence}
        message.set(INTENT, intent, add_to_output=True)
        message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
