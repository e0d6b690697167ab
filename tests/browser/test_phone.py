"""The phone in real Chromium: a whole chat, every kind of message, the controls."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import RAMONA, SAMPLES
from tests.browser.tiny_bot import OPTIONS


def say(page: Page, text: str) -> None:
    page.get_by_label("Mensaje", exact=True).fill(text)
    page.get_by_label("Mensaje", exact=True).press("Enter")


def last(page: Page, side: str):
    return page.locator(f"#messages .bubble.{side}").last


def test_what_is_said_gets_its_ticks_and_its_answer(page):
    say(page, "hola")
    expect(last(page, "mine")).to_contain_text("hola")
    expect(last(page, "theirs")).to_contain_text("Recibí: hola")
    expect(last(page, "mine").get_by_label("Leído")).to_be_visible()
    expect(last(page, "theirs").get_by_label("Visto")).to_be_visible()


def test_the_marks_of_whatsapp_are_shown_and_html_is_text(page):
    say(page, "formato")
    answer = last(page, "theirs")
    for tag, text in {"strong": "negrita", "em": "cursiva", "s": "tachado", "code": "mono"}.items():
        expect(answer.locator(tag)).to_have_text(text)
    expect(answer).to_contain_text("2*3*4 <b>no</b>")
    assert answer.locator("b", has_text="no").count() == 0


def test_a_button_is_tapped_and_quotes_its_message(page, recording_service):
    say(page, "¿cuánto debo?")
    answer = last(page, "theirs")
    expect(answer.locator(".actions button")).to_have_text(list(OPTIONS))
    answer.get_by_role("button", name="Pedir carta").click()
    expect(last(page, "mine")).to_contain_text("Pedir carta")
    expect(last(page, "mine").locator(".quote")).to_contain_text("Crédito ••4821")
    reply = recording_service.results("inbound", 2)[1]["message"]
    assert (reply["type"], reply["id"]) == ("INTERACTIVE_BUTTON_REPLY", "option:1")


def test_a_list_opens_in_a_sheet_and_one_row_is_sent(page, recording_service):
    say(page, "menú")
    page.get_by_role("button", name="Ver opciones").click()
    sheet = page.get_by_role("dialog", name="Ver opciones")
    expect(sheet.get_by_role("radio")).to_have_count(3)
    expect(sheet.get_by_role("button", name="Enviar")).to_be_disabled()
    sheet.get_by_text("Cuánto debo").click()
    sheet.get_by_role("button", name="Enviar").click()
    expect(sheet).to_be_hidden()
    reply = recording_service.results("inbound", 2)[1]["message"]
    assert (reply["type"], reply["id"]) == ("INTERACTIVE_LIST_REPLY", "status")


def test_escape_closes_the_sheet_and_sends_nothing(page, recording_service):
    say(page, "menú")
    opener = page.get_by_role("button", name="Ver opciones")
    opener.click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(opener).to_be_focused()
    assert len(recording_service.named("inbound")) == 1


def test_a_template_is_shown_as_approved_and_its_button_works(page, recording_service):
    say(page, "plantilla")
    answer = last(page, "theirs")
    expect(answer).to_contain_text("Hola Ramona, tu cuota de $ 45.300,00 vence pronto.")
    answer.get_by_role("button", name="Ya pagué").click()
    reply = recording_service.results("inbound", 2)[1]["message"]
    assert (reply["type"], reply["payload"]) == ("BUTTON", "pay:1")


def test_a_document_shows_its_name_and_size_and_opens(page):
    say(page, "pdf")
    link = last(page, "theirs").locator("a.document")
    expect(link).to_contain_text("carta-de-saldo_AR-LS-2026-000123.pdf")
    expect(link).to_contain_text("663 B")
    answer = page.request.get(page.evaluate("link => link.href", link.element_handle()))
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("inline")
    assert answer.body() == (SAMPLES / "receipt.pdf").read_bytes()


def test_a_document_can_be_saved_under_its_name(page):
    say(page, "pdf")
    with page.expect_download() as saving:
        last(page, "theirs").get_by_role("link", name="Guardar").click()
    saved = saving.value
    assert saved.suggested_filename == "carta-de-saldo_AR-LS-2026-000123.pdf"
    assert Path(saved.path()).read_bytes() == (SAMPLES / "receipt.pdf").read_bytes()


def test_a_picture_is_drawn(page):
    say(page, "foto")
    picture = last(page, "theirs").locator("img")
    expect(picture).to_be_visible()
    page.wait_for_function("image => image.naturalWidth > 100", arg=picture.element_handle())


def test_a_link_button_leads_outside_in_a_new_tab(page):
    say(page, "cómo pago")
    link = last(page, "theirs").get_by_role("link", name="Ver sucursales")
    expect(link).to_have_attribute("href", "https://example.org/sucursales")
    expect(link).to_have_attribute("target", "_blank")


def test_typing_shows_dots_until_the_answer(page):
    say(page, "espera")
    expect(page.locator("#typing")).to_be_visible()
    expect(page.locator("#presence")).to_have_text("escribiendo…")
    say(page, "hola")
    expect(page.locator("#typing")).to_be_hidden()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Comprobante de ejemplo", "IMAGE"),
        ("PDF de ejemplo", "DOCUMENT"),
        ("Nota de voz", "VOICE"),
        ("Sticker", "STICKER"),
        ("Ubicación", "LOCATION"),
        ("Contacto", "CONTACT"),
        ("Tipo no compatible", "UNSUPPORTED"),
        ("Archivo infectado", "INFECTED_CONTENT"),
    ],
)
def test_everything_can_be_attached(page, recording_service, name, kind):
    page.get_by_label("Adjuntar").click()
    page.get_by_role("menuitem", name=name).click()
    expect(last(page, "mine")).to_have_attribute("data-kind", kind)
    expect(last(page, "theirs")).to_contain_text("Recibí")
    assert recording_service.results("inbound")[0]["message"]["type"] == kind


def test_a_photo_of_ones_own_is_sent(page, recording_service):
    page.get_by_label("Adjuntar").click()
    page.locator("#attach-menu input[data-type=IMAGE]").set_input_files(SAMPLES / "receipt.jpg")
    expect(last(page, "mine").locator("img")).to_be_visible()
    assert recording_service.results("inbound")[0]["message"]["type"] == "IMAGE"


def test_an_emoji_is_put_where_one_writes(page):
    page.get_by_label("Emojis").click()
    page.get_by_label("👍", exact=True).click()
    expect(page.get_by_label("Mensaje", exact=True)).to_have_value("👍")


def test_a_message_is_reacted_to_and_quoted(page, recording_service):
    say(page, "hola")
    answer = page.locator("#messages .bubble.theirs").first
    expect(answer).to_contain_text("Recibí")
    answer.hover()
    answer.get_by_label("Reaccionar o responder").click()
    page.get_by_role("menuitem", name="Reaccionar con 👍").click()
    expect(answer.locator(".reaction")).to_have_text("👍")
    assert recording_service.results("inbound", 2)[1]["message"]["type"] == "REACTION"
    answer.get_by_label("Reaccionar o responder").click()
    page.get_by_role("menuitem", name="Responder").click()
    say(page, "ese mismo")
    expect(last(page, "mine").locator(".quote")).to_contain_text("Recibí: hola")


def test_suggested_phrases_change_register(page, recording_service):
    page.get_by_label("usted").check()
    page.get_by_role("button", name="Buenas tardes").click()
    assert recording_service.results("inbound")[0]["message"]["text"] == "Buenas tardes"


def test_the_note_about_a_person_suggests_phrases_of_theirs(page, recording_service):
    page.get_by_role("button", name="¿me falta mucho?").click()
    assert recording_service.results("inbound")[0]["message"]["text"] == "¿me falta mucho?"
    page.get_by_role("link", name=re.compile("Ciro")).click()
    expect(page.get_by_role("button", name="¿me falta mucho?")).to_be_hidden()


def test_two_tabs_are_two_people(page, phone, recording_service):
    other = page.context.new_page()
    other.goto(phone.page_url)
    other.get_by_role("link", name=re.compile("Ciro")).click()
    expect(other.locator("#whoami")).to_have_text("Ciro Ibáñez")
    say(other, "soy Ciro")
    say(page, "soy Ramona")
    expect(last(other, "theirs")).to_have_text(re.compile("Recibí: soy Ciro"))
    expect(last(page, "theirs")).to_have_text(re.compile("Recibí: soy Ramona"))
    senders = {result["from"] for result in recording_service.results("inbound", 2)}
    assert senders == {RAMONA, "5491155550102"}
    other.close()


@pytest.mark.parametrize("typed", ["+54 9 11 5555-0999", "AR.9000000000000104"])
def test_one_can_be_any_number_or_user_id(page, recording_service, typed):
    page.get_by_label("Otro número").fill(typed)
    page.get_by_role("button", name="Ser", exact=True).click()
    say(page, "hola")
    expect(last(page, "theirs")).to_contain_text("Recibí")
    expected = typed if typed.startswith("AR.") else "5491155550999"
    assert recording_service.results("inbound")[0]["from"] == expected


def test_the_number_can_be_hidden(page, recording_service):
    with page.expect_response(re.compile("/person$")):
        page.get_by_label("Muestra su número").uncheck()
    say(page, "hola")
    expect(last(page, "theirs")).to_contain_text("Recibí")
    result = recording_service.results("inbound")[0]
    assert result["from"].startswith("AR.")
    assert "phoneNumber" not in result["contact"]


def test_a_fault_is_armed_with_one_click_and_used_up(page):
    say(page, "hola")
    expect(last(page, "theirs")).to_contain_text("Recibí")
    fault = page.get_by_role("button", name="Nos bloqueó")
    fault.click()
    expect(fault).to_have_attribute("aria-pressed", "true")
    say(page, "otra vez")
    expect(last(page, "theirs").locator(".failure")).to_contain_text("7003")
    expect(fault).to_have_attribute("aria-pressed", "false")


def test_a_message_that_the_service_refuses_is_marked(page, recording_service):
    recording_service.statuses = [400]
    say(page, "hola")
    expect(last(page, "mine").locator(".failure")).to_be_visible()


def test_the_window_can_be_let_expire(page):
    say(page, "hola")
    expect(page.locator("#window-closed")).to_be_hidden()
    page.get_by_role("button", name="Vencer la ventana").click()
    expect(page.locator("#window-closed")).to_be_visible()


def test_a_day_passes_with_one_click(page, tmp_path):
    page.get_by_role("button", name="+1 día").click()
    expect(page.locator("#clock-offset")).to_have_text("corrido 24 h")
    assert (tmp_path / "clock_offset").read_text() == "86400\n"
    page.get_by_role("button", name="Hora real").click()
    expect(page.locator("#clock-offset")).to_have_text("hora real")


def test_a_changed_identity_is_reported(page, recording_service):
    page.get_by_role("button", name="Cambió de teléfono").click()
    event = recording_service.wait_for("reports")[0].body
    assert event["content"]["userNumber"] == RAMONA


def test_a_recorded_body_is_replayed_as_this_person(page, recording_service):
    page.get_by_text("Repetir un cuerpo guardado").click()
    page.get_by_label("Cuerpo", exact=True).select_option("inbound/sticker")
    page.locator("#replay-form button").click()
    expect(last(page, "mine")).to_have_attribute("data-kind", "STICKER")
    assert recording_service.results("inbound")[0]["from"] == RAMONA


def test_developers_see_both_directions(page):
    page.get_by_text("Registro JSON").click()
    say(page, "hola")
    log = page.get_by_role("list", name="Llamadas")
    expect(log).to_contain_text("POST /webhooks/infobip/inbound")
    expect(log).to_contain_text("POST /whatsapp/1/message/text")
    call = log.get_by_role("listitem").filter(has_text="message/text")
    call.locator("summary").click()
    expect(call.locator("pre").first).to_contain_text('"text": "Recibí: hola"')


def test_a_restarted_simulator_is_noticed(page, phone):
    say(page, "hola")
    expect(last(page, "theirs")).to_contain_text("Recibí")
    phone.simulator.store.person(RAMONA).chat.clear()
    phone.simulator.store.epoch = "another"
    expect(page.locator("#messages .bubble")).to_have_count(0)


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_sticks_out_at_the_side(page, width):
    page.set_viewport_size({"width": width, "height": 844})
    say(page, "palabra" * 60)
    say(page, "¿cuánto debo?")
    expect(last(page, "theirs").locator(".actions button")).to_have_count(3)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    overflow = page.evaluate("document.getElementById('chat').scrollWidth")
    assert overflow <= page.evaluate("document.getElementById('chat').clientWidth")


def test_on_a_narrow_screen_panels_slide_over_the_phone(page, phone):
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.get_by_role("heading", name="¿Quién sos?")).to_be_hidden()
    page.get_by_label("Elegir persona").click()
    page.get_by_role("link", name=re.compile("Nora Paz")).click()
    expect(page.get_by_role("heading", name="¿Quién sos?")).to_be_hidden()
    expect(page.locator("#whoami")).to_have_text("Nora Paz")
    page.get_by_label("Abrir controles").click()
    expect(page.get_by_role("heading", name="Controles")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Controles")).to_be_hidden()
