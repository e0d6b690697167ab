"""When the dialogue model is trained, and which models are kept."""

import os
from pathlib import Path

import pytest
import yaml

from bot.rasa_runtime import MODELS_KEPT, dialogue_digest, model_file, prune, site_domain
from bot.settings import Settings


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("config.yml", "domain/general.yml", "data/nlu/general.yml"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("version: '3.1'\n")
    (tmp_path / "requirements.lock").write_text("rasa==3.6.21\n")
    return tmp_path


@pytest.mark.parametrize(
    ("file", "retrains"),
    [
        pytest.param("domain/general.yml", True, id="a response changed"),
        pytest.param("data/rules/letters.yml", True, id="a file came"),
        pytest.param("rasa_extensions/classifier.py", True, id="code of a component changed"),
        pytest.param("requirements.lock", True, id="another Rasa"),
        pytest.param("endpoints.yml", False, id="only an address changed"),
        pytest.param("domain/general.yml~", False, id="an editor's copy"),
    ],
)
def test_the_digest_changes_with_what_the_model_is_made_from(project, file, retrains):
    before = dialogue_digest(project)
    (project / file).parent.mkdir(exist_ok=True)
    (project / file).write_text("changed")
    assert (dialogue_digest(project) != before) is retrains


def test_a_renamed_file_changes_the_digest(project):
    before = dialogue_digest(project)
    (project / "domain" / "general.yml").rename(project / "domain" / "other.yml")
    assert dialogue_digest(project) != before


def test_the_models_used_last_are_kept(tmp_path):
    for age in range(MODELS_KEPT + 2):
        model = tmp_path / f"{age}.tar.gz"
        model.touch()
        os.utime(model, (1000 - age, 1000 - age))
    prune(tmp_path)
    assert sorted(model.name for model in tmp_path.iterdir()) == [
        f"{age}.tar.gz" for age in range(MODELS_KEPT)
    ]


@pytest.fixture
def panama(tmp_path) -> Settings:
    site_file = tmp_path / "site.toml"
    site_file.write_text(
        """
        brand_name = "Fiado"
        legal_name = "Fiado S.A."
        country = "PA"
        currency = "PAB"
        time_zone = "America/Panama"
        privacy_notice_url = "https://fiado.example/privacidad"
        business_hours = { monday = ["08:00-17:00"] }
        """
    )
    return Settings(_env_file=None, site_file=site_file)


def test_each_country_has_a_model_of_its_own(panama):
    default = Settings(_env_file=None)
    assert model_file(default).name.endswith("-ar.tar.gz")
    assert model_file(panama).name.endswith("-pa.tar.gz")


def test_the_domain_is_trained_for_the_sites_country(panama, tmp_path):
    folder = site_domain(panama, tmp_path)
    slots = yaml.safe_load((folder / "country.yml").read_text())["slots"]
    assert slots["country"]["initial_value"] == "PA"
    assert (folder / "general.yml").exists()
