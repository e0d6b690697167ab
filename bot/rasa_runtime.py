"""Rasa's own interpreter: where it is, how it is called; the model that it trains and serves."""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.log_files import LogFile
from bot.settings import CHECKOUT, Settings
from bot.site import load_site

PROJECT = CHECKOUT / "bot" / "rasa_project"
RASA_PYTHON = CHECKOUT / ".venv-rasa" / "bin" / "python"
TRAINED_FROM = ("config.yml", "requirements.lock", "domain", "data", "rasa_extensions")
MODELS_KEPT = 3
ACTION_TIMEOUT_SECONDS = 8  # less than a worker waits for Rasa


class RasaError(Exception):
    """Rasa is not installed or could not be trained; the message says what to do."""


def rasa_command(module: str, *arguments: str) -> list[str]:
    """Command line of a module in Rasa's environment. RasaError: there is no such environment."""
    if not os.access(RASA_PYTHON, os.X_OK):
        raise RasaError(f"Rasa's environment is missing ({RASA_PYTHON}): run `make setup`")
    return [str(RASA_PYTHON), "-m", module, *arguments]


def rasa_environment(settings: Settings) -> dict[str, str]:
    """Environment of everything that runs in there: our extensions, the settings, less noise."""
    return os.environ | {
        "ACTION_SERVER_URL": settings.action_server_url,
        "FIADO_ACTION_TIMEOUT": str(ACTION_TIMEOUT_SECONDS),
        "FIADO_INTERNAL_TOKEN": settings.fiado_internal_token.get_secret_value(),
        "MONGODB_DATABASE": settings.mongodb_database,
        "MONGODB_URI": settings.mongodb_uri or "",
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": str(PROJECT),
        "PYTHONWARNINGS": "ignore",
        # its fingerprints do not see a change in a module that a component only imports
        "RASA_MAX_CACHE_SIZE": "0",
        "RASA_TELEMETRY_ENABLED": "false",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }


def server_command(model: Path, host: str, port: int) -> list[str]:
    """Command line of a Rasa server with our channel alone: no HTTP API of its own."""
    return rasa_command(
        "rasa",
        "run",
        *("--model", str(model)),
        *("--endpoints", str(PROJECT / "endpoints.yml")),
        *("--credentials", str(PROJECT / "credentials.yml")),
        *("--interface", host),
        *("--port", str(port)),
    )


def model_file(settings: Settings) -> Path:
    """Where the site's model of the dialogue files as they are now is, or will be once trained."""
    country = load_site(settings.site_file).country.lower()
    return settings.fiado_data_dir / "models" / f"{dialogue_digest()}-{country}.tar.gz"


def dialogue_digest(project: Path = PROJECT) -> str:
    """A hash of all that the model is made from, code of our components included."""
    total = hashlib.sha256()
    for file in sorted(dialogue_files(project)):
        total.update(str(file.relative_to(project)).encode())
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()[:16]


def dialogue_files(project: Path) -> Iterable[Path]:
    for name in TRAINED_FROM:
        path = project / name
        candidates = path.rglob("*") if path.is_dir() else [path]
        yield from (file for file in candidates if file.suffix in {".yml", ".py", ".lock"})


@dataclass(frozen=True)
class Training:
    """What came of asking for a trained model."""

    model: Path
    was_needed: bool


def train(settings: Settings, *, force: bool = False) -> Training:
    """The model of the current dialogue files, trained if it is not there yet.

    Of two callers at once one trains and the other waits. RasaError: it could not be trained.
    """
    model = model_file(settings)
    model.parent.mkdir(parents=True, exist_ok=True)
    with (model.parent / "training.lock").open("a") as one_trainer:
        fcntl.flock(one_trainer, fcntl.LOCK_EX)
        if model.exists() and not force:
            model.touch()
            return Training(model, was_needed=False)
        run_training(settings, model)
        prune(model.parent)
    return Training(model, was_needed=True)


def run_training(settings: Settings, model: Path) -> None:
    """Train into a draft beside `model` and put it in place when it is whole."""
    log = LogFile(settings.fiado_data_dir / "logs" / "training.log")
    with TemporaryDirectory(dir=model.parent) as draft:
        command = rasa_command(
            "rasa",
            "train",
            *("--config", str(PROJECT / "config.yml")),
            *("--domain", str(site_domain(settings, Path(draft)))),
            *("--data", str(PROJECT / "data")),
            *("--out", draft),
            *("--fixed-model-name", model.name.removesuffix(".tar.gz")),
        )
        with log.open() as output:
            done = subprocess.run(
                command,
                cwd=settings.fiado_data_dir,
                env=rasa_environment(settings),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        trained = Path(draft) / model.name
        if done.returncode != 0 or not trained.exists():
            raise RasaError(f"training failed: {log.last_line()} (all of it in {log.path})")
        trained.replace(model)


def site_domain(settings: Settings, draft: Path) -> Path:
    """A copy of the domain's folder that says which country's wording the bot speaks."""
    folder = draft / "domain"
    shutil.copytree(PROJECT / "domain", folder)
    slot = {
        "type": "text",
        "initial_value": load_site(settings.site_file).country,
        "influence_conversation": False,
        "mappings": [{"type": "custom"}],
    }
    # every JSON document is a YAML one
    (folder / "country.yml").write_text(json.dumps({"version": "3.1", "slots": {"country": slot}}))
    return folder


def prune(models: Path) -> None:
    """Keep the models used last, so that going back a version does not train again."""
    newest_first = sorted(
        models.glob("*.tar.gz"), key=lambda model: model.stat().st_mtime, reverse=True
    )
    for model in newest_first[MODELS_KEPT:]:
        model.unlink()
