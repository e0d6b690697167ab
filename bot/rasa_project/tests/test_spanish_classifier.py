"""The classifier as Rasa drives it, and what it must never take for an order."""

import re
import unicodedata
from pathlib import Path
from typing import Dict

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa_extensions.spanish_classifier import SpanishClassifier
from rasa_extensions.spanish_decision import Limits, decide
from rasa_extensions.spanish_model import SpanishModel
from rasa_extensions.spanish_text import LEXICON

NLU_DATA = Path(__file__).parents[1] / "data" / "nlu"
CONTEXT = ExecutionContext(GraphSchema({}))
RESOURCE = Resource("spanish_classifier")
FALLBACK = "nlu_fallback"
DEFAULTS = SpanishClassifier.get_default_config()
LIMITS = Limits(**{name: DEFAULTS[name] for name in Limits.__dataclass_fields__})
SMALL = {
    "ask_loan_status": ["cuanto debo", "mi saldo", "quiero saber mi saldo", "cuanto debo hoy"],
    "talk_to_agent": ["quiero un asesor", "hablar con un asesor", "pasame con un asesor"],
    "affirm": ["si", "dale", "si claro", "si dale"],
}


def training_data(examples: Dict[str, list]) -> TrainingData:
    return TrainingData(
        [
            Message.build(text=text, intent=intent)
            for intent, texts in examples.items()
            for text in texts
        ]
    )


def understood(classifier: SpanishClassifier, text: str) -> str:
    (message,) = classifier.process([Message.build(text=text)])
    return message.get(INTENT)["name"]


def loaded(storage: LocalModelStorage) -> SpanishClassifier:
    return SpanishClassifier.load(DEFAULTS, storage, RESOURCE, CONTEXT)


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> LocalModelStorage:
    """Holds a classifier trained on the whole corpus."""
    storage = LocalModelStorage(tmp_path_factory.mktemp("classifier"))
    classifier = SpanishClassifier.create(DEFAULTS, storage, RESOURCE, CONTEXT)
    corpus = RasaFileImporter(training_data_paths=[str(NLU_DATA)]).get_nlu_data()
    classifier.train(training_data=corpus)
    return storage


@pytest.fixture(scope="module")
def spanish(storage: LocalModelStorage) -> SpanishClassifier:
    return loaded(storage)


@pytest.fixture(scope="module")
def trained_model(storage: LocalModelStorage) -> SpanishModel:
    with storage.read_from(RESOURCE) as directory:
        return SpanishModel.read(directory)


def test_trains_keeps_and_loads(tmp_path):
    storage = LocalModelStorage(tmp_path)
    trained = SpanishClassifier.create(DEFAULTS, storage, RESOURCE, CONTEXT)
    trained.train(training_data(SMALL))
    again = loaded(storage)
    for text in ("cuanto debo", "quiero hablar con un asesor", "cuento devo", "zzz"):
        ours, theirs = Message.build(text=text), Message.build(text=text)
        trained.process([ours])
        again.process([theirs])
        assert ours.get(INTENT)["name"] == theirs.get(INTENT)["name"]
        assert ours.get(INTENT)["confidence"] == pytest.approx(
            theirs.get(INTENT)["confidence"], abs=0.01
        )
    assert understood(again, "cuanto debo") == "ask_loan_status"


def test_two_intents_are_enough(tmp_path):
    storage = LocalModelStorage(tmp_path)
    classifier = SpanishClassifier.create(DEFAULTS, storage, RESOURCE, CONTEXT)
    classifier.train(training_data({name: SMALL[name] for name in ("affirm", "talk_to_agent")}))
    assert understood(classifier, "quiero un asesor") == "talk_to_agent"


def test_a_missing_model_stops_the_start(tmp_path):
    with pytest.raises(ValueError, match="spanish_classifier"):
        loaded(LocalModelStorage(tmp_path))


def test_before_training_nothing_is_acted_on(tmp_path):
    untrained = SpanishClassifier.create(DEFAULTS, LocalModelStorage(tmp_path), RESOURCE, CONTEXT)
    assert understood(untrained, "cuanto debo") == FALLBACK


def test_the_ranking_is_kept_when_nothing_is_acted_on(spanish):
    (message,) = spanish.process([Message.build(text="cosa flux de la nube")])
    ranking = message.get(INTENT_RANKING_KEY)
    assert len(ranking) == DEFAULTS["ranking_length"]
    assert ranking == sorted(ranking, key=lambda one: -one["confidence"])


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        pytest.param("hola buenas, cuánto debo? gracias", "ask_loan_status", id="greeting glued"),
        pytest.param("son unos chorros, quiero mi saldo", "ask_loan_status", id="insult glued"),
        pytest.param("Cancelar", "ambiguous_cancel", id="cancel, bare"),
        pytest.param("quiero cancelar este trámite", "exit_task", id="cancel this task"),
        pytest.param("quiero cancelar la compra", "request_cancellation", id="cancel the purchase"),
        pytest.param("quiero cancelar toda la deuda", "ask_payoff_amount", id="cancel the debt"),
        pytest.param("ya cancelé la cuota 3", "report_payment", id="cancelled an instalment"),
        pytest.param("cancelar las promociones", "opt_out", id="cancel promotions"),
        pytest.param("dar de baja el celular del local", "list_devices", id="a phone of the shop"),
        pytest.param(
            "dar de baja la cuenta bancaria del negocio",
            "manage_payment_accounts",
            id="a bank account of the shop",
        ),
        pytest.param("quiero cancelar mi plan de Movistar", "out_of_scope", id="another company"),
        pytest.param("sí, confirmo", "affirm", id="plain yes"),
        pytest.param("no, gracias", "deny", id="plain no"),
    ],
)
def test_who_claims_the_message(spanish, text, intent):
    assert understood(spanish, text) == intent


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("👍", id="thumb alone"),
        pytest.param("✅✅✅", id="ticks alone"),
        pytest.param("???!!!", id="marks alone"),
        pytest.param("12345", id="digits alone"),
        pytest.param("asdfgh qwerty", id="keyboard row"),
        pytest.param('{"$gt":""}', id="database operator"),
        pytest.param("/noexiste", id="command that does not exist"),
        pytest.param("/affirm", id="command that exists"),
        pytest.param("affirm", id="name of an intent"),
        pytest.param("x" * 65_000, id="65,000 letters"),
        pytest.param("si " * 400, id="longer than a person writes"),
        pytest.param("si asdkjh", id="yes with garbage"),
        pytest.param("sisisisi", id="yes run together"),
        pytest.param("si no", id="yes and no"),
        pytest.param("\u0455\u0456", id="look-alike letters"),
    ],
)
def test_noise_is_not_acted_on(spanish, text):
    assert understood(spanish, text) in {FALLBACK, "out_of_scope"}


WRITTEN_OUT = {
    word
    for phrase in LEXICON["affirm_evidence"] + LEXICON["deny_evidence"]
    for word in phrase.split()
}
GARBAGE = st.one_of(
    st.text(alphabet="abcdefghijklmnopqrstuvwxyz ", max_size=60),
    st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), max_size=60),
    st.text(alphabet="0123456789 .,-/$#*", max_size=30),
    st.text(alphabet="👍👌✅🙏😂❌👎🔥❤️💯🆗 ", max_size=10),
    st.text(max_size=60),
)


@settings(max_examples=2000, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=GARBAGE)
def test_noise_never_says_yes(trained_model, text):
    """A yes or a no has to be written out; what chance writes out is left aside."""
    letters = re.sub(r"(.)\1+", r"\1", unicodedata.normalize("NFKD", text).lower())
    said = set(re.findall("[a-z]+", letters))
    decision = decide(trained_model, text, LIMITS)
    if not said & WRITTEN_OUT:
        assert decision.intent not in {"affirm", "deny"}
    assert decision.intent is None or 0 < decision.confidence <= 1


@settings(max_examples=300, deadline=None)
@given(text=st.text(max_size=3000))
def test_any_text_is_survived(trained_model, text):
    decision = decide(trained_model, text, LIMITS)
    if len(text) > LIMITS.most_characters:
        assert decision.intent is None
