"""The public check of a letter in real Chromium, as a clerk meets it: on a phone and at a desk."""

import os
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from domain.letter import grouped_code
from domain.letter_content import LetterKind
from tests.issued_letters import IN_STATE, a_service, issue
from webhooks.app import create_app
from webhooks.simulator.standalone import SilentHandler

SIZES = {"phone": (390, 844), "desk": (1280, 900)}
SCREENSHOTS = os.environ.get("SCREENSHOTS_DIR")


@pytest.fixture
def wired(indexed, tmp_path):
    return a_service(indexed, tmp_path)


@pytest.fixture
def address(wired) -> Iterator[str]:
    """Where the service answers."""
    app = create_app(wired)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=SilentHandler)
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=SIZES, ids=str)
def page(request, browser: Browser) -> Iterator[Page]:
    """A window; whatever the content policy blocks, and every other console error, fails."""
    width, height = SIZES[request.param]
    context = browser.new_context(viewport={"width": width, "height": height}, locale="es-AR")
    page = context.new_page()
    page.set_default_timeout(8000)
    troubles: list[str] = []
    page.on("console", lambda line: troubles.append(line.text) if line.type == "error" else None)
    yield page
    if SCREENSHOTS:
        picture = Path(SCREENSHOTS) / f"{request.node.name}.png"
        page.screenshot(path=picture, full_page=True)
    context.close()
    expected = "the server responded with a status of 404"  # Chromium tells it of any page
    assert [trouble for trouble in troubles if expected not in trouble] == []


def assert_fits(page: Page) -> None:
    """Nothing needs scrolling sideways, and the page is styled as its policy allows."""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.evaluate("getComputedStyle(document.body).margin") == "0px"


TITLES = {
    "valid": "Carta vigente",
    "expired": "Carta vencida",
    "superseded": "Carta reemplazada",
    "revoked": "Carta anulada",
}


@pytest.mark.parametrize("state", IN_STATE)
@pytest.mark.parametrize("kind", LetterKind, ids=lambda kind: kind.value)
def test_the_code_of_the_paper_opens_its_state(page, wired, address, state, kind):
    letter = IN_STATE[state](wired, kind=kind)
    page.goto(f"{address}/verificar/{letter.folio}?c={letter.code}")
    status = page.get_by_role("status")
    expect(status.get_by_role("heading", level=1)).to_have_text(TITLES[state])
    expect(page.locator(".facts > div")).to_have_count(3)
    assert_fits(page)


def test_a_clerk_types_folio_and_code_by_keyboard(page, wired, address):
    letter = issue(wired)
    page.goto(f"{address}/verificar")
    assert_fits(page)
    page.keyboard.press("Tab")
    expect(page.get_by_label("Folio")).to_be_focused()
    page.keyboard.type(letter.folio.lower())
    page.keyboard.press("Tab")
    expect(page.get_by_label("Código de verificación")).to_be_focused()
    page.keyboard.type(grouped_code(letter.code).lower())
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Carta vigente")
    page.get_by_role("link", name="Verificar otra carta").click()
    expect(page.get_by_label("Folio")).to_have_value("")


def test_a_typing_error_is_corrected_in_place(page, wired, address):
    letter = issue(wired)
    page.goto(f"{address}/verificar")
    page.get_by_label("Folio").fill(letter.folio)
    page.get_by_label("Código de verificación").fill("ABCD EFGH JKMN PQRS")
    page.get_by_role("button", name="Verificar").click()
    expect(page.get_by_role("status")).to_contain_text("No existe una carta")
    assert_fits(page)
    expect(page.get_by_label("Folio")).to_have_value(letter.folio)
    page.get_by_label("Código de verificación").fill(letter.code)
    page.get_by_role("button", name="Verificar").click()
    expect(page.get_by_role("status")).to_contain_text("Carta vigente")


def test_what_is_masked_is_heard_without_its_dots(page, wired, address):
    letter = issue(wired)
    page.goto(f"{address}/verificar/{letter.folio}?c={letter.code}")
    heard = page.locator("main").aria_snapshot()
    assert "iniciales R D" in heard
    assert "terminado en 456" in heard
    assert "•" not in heard


def test_every_text_has_enough_contrast(page, wired, address):
    """WCAG AA, 4.5 to 1, for each text on what lies behind it."""
    for state in IN_STATE:
        wired.database["letters"].delete_many({})
        letter = IN_STATE[state](wired)
        page.goto(f"{address}/verificar/{letter.folio}?c={letter.code}")
        assert page.evaluate(CONTRASTS) == []


def test_it_prints_on_one_page_without_forms(page, wired, address):
    letter = issue(wired)
    page.goto(f"{address}/verificar/{letter.folio}?c={letter.code}")
    page.emulate_media(media="print")
    expect(page.get_by_role("link", name="Verificar otra carta")).to_be_hidden()
    assert page.evaluate(CONTRASTS) == []
    assert page.pdf(format="A4").count(b"/Type /Page\n") == 1


# texts whose contrast with the nearest background is below 4.5
CONTRASTS = """() => {
  const light = colour => {
    const [r, g, b] = colour.match(/[0-9.]+/g).slice(0, 3)
      .map(v => v / 255).map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const behind = element => {
    for (let e = element; e; e = e.parentElement) {
      const colour = getComputedStyle(e).backgroundColor;
      if (colour !== 'rgba(0, 0, 0, 0)') return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  return [...document.querySelectorAll('body *')]
    .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
    .map(e => {
      const [a, b] = [light(getComputedStyle(e).color), light(behind(e))].sort((x, y) => y - x);
      return [e.textContent.trim().slice(0, 40), (a + .05) / (b + .05)];
    })
    .filter(([, ratio]) => ratio < 4.5);
}"""
