"""Self-checks: what would otherwise have to be seen in review each time."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from importlinter.cli import lint_imports
from rasa_sdk.executor import ActionExecutor

from bot.bootstrap import build_services
from bot.cli import COMMANDS, main
from bot.jobs.schedule import JOBS
from bot.settings import Settings
from webhooks.app import create_app

ROOT = Path(__file__).parent.parent
RASA_PROJECT = ROOT / "bot" / "rasa_project"
FIXTURES = ROOT / "tests" / "fixtures"
PACKAGES = ["actions", "bot", "domain", "pdfs", "storage", "webhooks"]
LONGEST_MODULE = 400
SPANISH = re.compile(
    r"[áéíóúüñÁÉÍÓÚÜÑ¿¡]|\b(hola|gracias|deuda|saldo|cuotas?|cancelar|ayuda|mensaje|elegí|pagar)\b",
    re.IGNORECASE,
)

# routes that answer a stranger, each with its reason
OPEN_ROUTES = {
    "/healthz": "for the process manager: says only that it is alive",
    "/readyz": "for the load balancer: names dependencies, no data",
    "/verificar": "the form of the public check of a letter: no data; an answer needs its code",
    "/metrics": "for Prometheus inside the network: figures, no data",
    "/api/v1/openapi.json": "tells developers of the API, and of nobody",
    "/api/v1/docs": "shows the same in a browser",
}


def modules() -> Iterator[Path]:
    """Python files of the service, without what runs under Rasa's Python."""
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            if not file.is_relative_to(RASA_PROJECT):
                yield file


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text())


def name_of(file: Path) -> str:
    return str(file.relative_to(ROOT))


def string_literals(file: Path) -> Iterator[tuple[int, str]]:
    """Line and text of each string that is a value, so no docstring."""
    bare = {
        id(node.value)
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in bare:
            yield node.lineno, node.value


@cache
def rasa_domain() -> dict[str, Any]:
    """All files of the Rasa domain as one."""
    merged: dict[str, Any] = {"actions": [], "responses": {}, "forms": {}}
    for file in (RASA_PROJECT / "domain").glob("*.yml"):
        part = yaml.safe_load(file.read_text()) or {}
        merged["actions"] += part.get("actions", [])
        merged["responses"] |= part.get("responses", {})
        merged["forms"] |= part.get("forms", {})
    return merged


def settings(**changes: Any) -> Settings:
    secret = {"webhook_secret_header": "X-Secret", "webhook_secret": "right"}
    return Settings(_env_file=None, **(secret | changes))


PRODUCTION = {
    "fiado_env": "production",
    "secret_key": "k" * 32,
    "fiado_internal_token": "t" * 32,
    "infobip_base_url": "https://example.invalid",
    "infobip_api_key": "key",
    "infobip_sender": "5491155550199",
    "public_base_url": "https://example.invalid",
}


def test_import_contracts_hold(capsys):
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml")) == 0, capsys.readouterr().out


def test_every_route_refuses_a_stranger_or_is_listed(database):
    app = create_app(build_services(settings(**PRODUCTION), database=database))
    client = app.test_client()
    open_to_strangers = set()
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<[^>]+>", "x", rule.rule)
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            if client.open(path, method=method).status_code not in {401, 403, 404}:
                open_to_strangers.add(rule.rule)
    assert open_to_strangers == set(OPEN_ROUTES)


def test_production_has_no_simulator(database):
    app = create_app(
        build_services(settings(**PRODUCTION, fiado_simulator=True), database=database)
    )
    assert not [rule for rule in app.url_map.iter_rules() if "simulator" in rule.rule]


def test_rasa_and_the_action_server_know_the_same_actions():
    executor = ActionExecutor()
    executor.register_package("actions")
    domain = rasa_domain()
    forms = {f"validate_{form}" for form in domain["forms"]}
    assert [name for name, times in Counter(domain["actions"]).items() if times > 1] == []
    wanted = {name for name in domain["actions"] if not name.startswith("utter_")}
    assert set(executor.actions) - forms == wanted - forms


def test_every_response_named_in_python_exists():
    known = rasa_domain()["responses"].keys() | {"utter_action"}  # a key of Rasa's own events
    unknown = [
        f"{name_of(file)}:{line} {text}"
        for file in modules()
        for line, text in string_literals(file)
        if re.fullmatch(r"utter_[a-z_]*[a-z]", text) and text not in known
    ]
    assert unknown == []


def test_job_names_are_unique():
    names = [job.name for job in JOBS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_every_job_runs_when_nothing_is_due(job, database):
    job.run(build_services(settings(), database=database))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_in_the_list_can_be_loaded(name):
    assert main.get_command(None, name).help


def test_every_fixture_is_used():
    """By its name, or because a test compares its folder's names with its own cases."""
    tests = "\n".join(file.read_text() for file in (ROOT / "tests").rglob("*.py"))
    unused = [
        name_of(file)
        for file in FIXTURES.rglob("*.*")
        if f'fixture_names("{file.parent.name}")' not in tests and file.stem not in tests
    ]
    assert unused == []


def test_every_setting_is_described_and_in_the_readme():
    readme = (ROOT / "README.md").read_text()
    fields = Settings.model_fields
    assert [name for name, field in fields.items() if not field.description] == []
    assert [name.upper() for name in fields if f"`{name.upper()}`" not in readme] == []


def test_no_spanish_outside_the_spanish_modules():
    found = [
        f"{name_of(file)}:{line} {text!r}"
        for file in modules()
        if not file.stem.endswith("_es")
        for line, text in string_literals(file)
        if SPANISH.search(text)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("call", "allowed"),
    [
        pytest.param(
            r"\b(datetime\.(now|utcnow|today)|date\.today|time\.time)\(",
            {"bot/clock.py"},
            id="the clock is asked in one module",
        ),
        pytest.param(
            r"\bos\.(getenv\(|environ\.get\(|environ\[)",
            {"bot/set_up.py"},  # runs before there are settings
            id="the environment is read as settings",
        ),
    ],
)
def test_what_only_one_module_may_ask(call, allowed):
    found = {name_of(file) for file in modules() if re.search(call, file.read_text())}
    assert found <= allowed


def test_no_module_is_too_long():
    long = {name_of(file): len(file.read_text().splitlines()) for file in modules()}
    assert {name: lines for name, lines in long.items() if lines > LONGEST_MODULE} == {}


@pytest.mark.parametrize(
    "lock",
    ["requirements.lock", "requirements-dev.lock", "bot/rasa_project/requirements.lock"],
)
def test_locks_have_hashes_and_no_addresses(lock):
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert "index" not in re.sub(r"#.*", "", text)
    requirements = re.findall(r"^[a-z].*?(?=^[a-z#]|\Z)", text, re.MULTILINE | re.DOTALL)
    assert [each for each in requirements if "--hash=sha256:" not in each] == []
