"""Takes the README's pictures; not collected by itself: `pytest tests/browser/take_pictures.py`."""

from pathlib import Path

from playwright.sync_api import Page, expect

PICTURES = Path(__file__).parents[2] / ".pictures"
CHAT = ["¿Cuánto debo?", "pdf", "menú"]


def chat(page: Page) -> None:
    """A short chat with a status, a letter and a menu."""
    for count, text in enumerate(CHAT, start=1):
        page.get_by_label("Mensaje", exact=True).fill(text)
        page.get_by_label("Mensaje", exact=True).press("Enter")
        seen = page.locator("#messages .bubble.theirs").get_by_label("Visto")
        expect(seen).to_have_count(count)


def test_picture_of_the_phone_with_its_controls(page: Page) -> None:
    PICTURES.mkdir(exist_ok=True)
    chat(page)
    page.get_by_role("button", name="429").click()
    expect(page.get_by_role("button", name="429")).to_have_attribute("aria-pressed", "true")
    page.mouse.move(0, 0)
    page.screenshot(path=PICTURES / "simulator.png")


def test_picture_of_a_list_on_a_narrow_screen(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    chat(page)
    page.get_by_role("button", name="Ver opciones").click()
    page.get_by_text("Cuánto debo", exact=True).click()
    page.screenshot(path=PICTURES / "simulator-narrow.png")
