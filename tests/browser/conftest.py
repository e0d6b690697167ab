"""Fixtures of the browser tests: real Chromium, and a phone with a tiny bot behind it."""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.tiny_bot import TinyBot
from tests.fakes import RecordingService, a_simulator_config
from webhooks.simulator.clock_control import ClockControl
from webhooks.simulator.config import DemoPerson, Pace, TemplateMessage
from webhooks.simulator.standalone import FakeInfobip

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
SAMPLES = Path(__file__).parents[2] / "webhooks" / "simulator" / "static" / "samples"
FIXTURES = Path(__file__).parents[1] / "fixtures" / "infobip"
RAMONA = "5491155550101"
PEOPLE = [
    DemoPerson(RAMONA, "Ramona Díaz", "Al día, cuota 5 de 12. Probá «¿me falta mucho?»."),
    DemoPerson("5491155550102", "Ciro Ibáñez", "Prestatario, con atraso"),
    DemoPerson("5491155550301", "Juan Pérez", "Vendedor de Casa Norte"),
    DemoPerson("5491155550201", "Nora Paz", "Dueña de Casa Norte"),
    DemoPerson("50761234567", "Yaneth Ríos", "Panamá, dos préstamos"),
]
TEMPLATES = {
    "due_soon": TemplateMessage(
        body="Hola {{1}}, tu cuota de *{{2}}* vence pronto.",
        language="es_AR",
        footer="Respondé BAJA para no recibir avisos",
        buttons=("Ya pagué",),
    )
}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The machine's own Chromium."""
    if not Path(CHROMIUM).exists():
        pytest.skip("no Chromium on this machine; set CHROMIUM to its path")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def phone(recording_service: RecordingService, tmp_path: Path) -> Iterator[FakeInfobip]:
    """A simulator whose service is the tiny bot; its clock file is in `tmp_path`."""
    recording_service.files["carta.pdf"] = (
        "application/pdf",
        (SAMPLES / "receipt.pdf").read_bytes(),
    )
    recording_service.files["foto.jpg"] = ("image/jpeg", (SAMPLES / "receipt.jpg").read_bytes())
    bot = TinyBot(recording_service)

    def clock() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=ClockControl(tmp_path, clock).offset())

    config = a_simulator_config(
        service_url=recording_service.url,
        brand_name="Crédito Cercano",
        clock=clock,
        data_dir=tmp_path,
        fixtures_dir=FIXTURES,
        list_people=lambda: PEOPLE,
        templates=TEMPLATES,
        pace=Pace(delivery_seconds=0, seen_seconds=0.05, disorder_seconds=0.5),
    )
    with FakeInfobip(config) as fake:
        bot.infobip_url = fake.base_url
        yield fake


@pytest.fixture
def page(browser: Browser, phone: FakeInfobip) -> Iterator[Page]:
    """Ramona's phone in a wide window; a script error or a blocked resource fails the test."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, locale="es-AR", color_scheme="light"
    )
    page = context.new_page()
    page.set_default_timeout(8000)
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda line: troubles.append(line.text) if line.type == "error" else None)
    page.goto(f"{phone.page_url}?yo={RAMONA}")
    yield page
    context.close()
    assert troubles == []
