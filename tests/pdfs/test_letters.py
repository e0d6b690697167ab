"""Each letter as it is printed, read back from its document."""

import re
import socket
from datetime import date
from importlib.resources import files
from io import BytesIO
from threading import Thread

import pytest
from PIL import Image
from pypdf.generic import DictionaryObject

from domain.country import country_codes, country_pack
from domain.letter_content import Issuer, LetterKind
from pdfs import letters
from pdfs.errors import LetterRenderError, UnusableLogo, UnusableMerchantLogo
from pdfs.fonts import REGULAR
from pdfs.letters import TEMPLATES, render_letter
from pdfs.samples import all_samples, sample
from tests.pdfs.printed import Printed
from tests.pictures import a_picture

BALANCE, NO_DEBT = LetterKind.BALANCE, LetterKind.NO_DEBT
SMALLEST_LETTER_MM = 1.8

COMMON = {
    "AR": [
        "Fiado Créditos S.A.",
        "CUIT 30-71555019-5",
        "Av. Corrientes 1234, piso 5, Ciudad Autónoma de Buenos Aires",
        "cartas@fiado.example · 0810-555-0199",
        "Ciudad Autónoma de Buenos Aires, 5 de febrero de 2026",
        "Datos al 05/02/2026 a las 10:15 (UTC-03:00)",
        "Señores Banco de la Nación Argentina, sucursal Caballito",
        "Ramona Díaz, con DNI 27.123.456",
        "Número L-2026-004821",
        "Tipo Crédito de consumo",
        "Comercio Casa Norte",
        "Detalle Heladera con freezer 320 litros",
        "Otorgado el 10/11/2025",
        "Importe original $ 450.000,00",
        "Moneda Pesos (ARS)",
        "Plan 6 cuotas",
        "Se extiende a solicitud de la parte interesada",
        "ante Banco de la Nación Argentina, sucursal Caballito",
        "a los cinco días del mes de febrero de dos mil veintiséis",
        "ingresar en https://fiado.example/verificar con el folio y el código",
        "Los datos deben coincidir con los que muestra la verificación",
        "Código 7KQ2-M4XT-PA9C-WE6H",
        "Lucía Benítez Responsable de Atención al Cliente",
        "Firmado electrónicamente por Fiado Créditos S.A.",
        "Ley 25.326",
        "Reclamos: Defensa del Consumidor, https://www.argentina.gob.ar/",
        "Página 1 de 1",
    ],
    "PA": [
        "Fiado Panamá, S.A.",
        "RUC 155712345-2-2021 DV 45",
        "Calle 50, edificio Global, piso 12, Ciudad de Panamá",
        "Ciudad de Panamá, 5 de febrero de 2026",
        "Datos al 05/02/2026, 10:15 a. m. (UTC-05:00)",
        "Señores Caja de Ahorros, sucursal Vía España",
        "Nitzia De León, con cédula 8-765-4321",
        "Tipo Préstamo de consumo",
        "Monto original B/. 480.00",
        "Moneda Balboas (PAB)",
        "Plan 6 letras",
        "Se expide a solicitud de la parte interesada",
        "Código 7KQ2-M4XT-PA9C-WE6H",
        "Itzel Barría Gerente de Servicio al Cliente",
        "Ley 81 de 2019",
        "Reclamos: ACODECO, https://www.acodeco.gob.pa",
        "Página 1 de 1",
    ],
}
OWN = {
    (BALANCE, "AR"): [
        "Carta de saldo",
        "Folio AR-LS-2026-000123",
        "Válida hasta el 10/02/2026",
        "registra al 5 de febrero de 2026 un saldo pendiente de $ 364.200,00",
        "(trescientos sesenta y cuatro mil doscientos pesos con 00/100) por el crédito",
        "Capital $ 320.000,00",
        "Intereses $ 44.200,00",
        "Otros cargos $ 0,00",
        "Intereses por mora $ 0,00",
        "Saldo total $ 364.200,00",
        "Estado Al día",
        "Pagadas 2",
        "Vencidas sin pagar 0",
        "Por vencer 4",
        "Próximo vencimiento 10/02/2026, $ 91.050,00",
        "Importe para pagar el total: $ 331.210,00",
        "(trescientos treinta y un mil doscientos diez pesos con 00/100)",
        "hasta el 10/02/2026 inclusive. Después de esa fecha aumenta $ 370,00 por día.",
        "con la referencia L-2026-004821:",
        "CBU 0110599540000001234563, Banco Nación, a nombre de Fiado Créditos S.A.",
        "se refiere únicamente a la operación detallada",
        "sujeta a la acreditación de los pagos",
        "no prueba su pago",
    ],
    (NO_DEBT, "AR"): [
        "Libre deuda",
        "Folio AR-LD-2026-000123",
        "Presentación válida hasta el 07/03/2026",
        "no registra deuda exigible ni saldo pendiente por el crédito que se detalla",
        "pagado por completo el 4 de febrero de 2026",
        "libera a Ramona Díaz y a sus garantes, si los hubiera, de toda obligación de pago",
        "Saldo $ 0,00 (cero pesos con 00/100)",
        "Pagado por completo el 04/02/2026",
        "Pago final, referencia TRX-2026-118204",
        "informará el pago total a la Central de Deudores del Banco Central de la República",
        "con la presentación mensual de febrero de 2026 y a más tardar el 31 de marzo de 2026",
        "La validez es de presentación: el pago no vence.",
    ],
    (BALANCE, "PA"): [
        "Carta de saldo",
        "Folio PA-LS-2026-000123",
        "mantiene al 5 de febrero de 2026 un saldo pendiente de B/. 365.74",
        "(trescientos sesenta y cinco balboas con 74/100) por el préstamo",
        "Estado Con atraso de 6 días",
        "Vencidas sin pagar 1",
        "Intereses por mora B/. 1.54",
        "Monto para pagar el total: B/. 332.75",
        "Después de esa fecha aumenta B/. 0.37 por día.",
        "Cuenta bancaria 04-12-01-123456-7, Banco General, a nombre de Fiado Panamá, S.A.",
        "no prueba su pago",
    ],
    (NO_DEBT, "PA"): [
        "Paz y salvo",
        "Folio PA-LD-2026-000123",
        "se encuentra a paz y salvo y no registra deuda exigible ni saldo pendiente",
        "libera a Nitzia De León y a sus fiadores",
        "Saldo B/. 0.00 (cero balboas con 00/100)",
        "Asociación Panameña de Crédito (APC)",
        "dentro de los tres días siguientes al pago y a más tardar el 7 de febrero de 2026",
        "conforme a la Ley 24 de 22 de mayo de 2002",
        "La validez es de presentación: el pago no vence.",
    ],
}
EACH = [
    pytest.param(kind, country, id=f"{kind} {country}")
    for kind in LetterKind
    for country in country_codes()
]


def printed(kind=NO_DEBT, country="AR", **changes) -> Printed:
    content = sample(kind, country).model_copy(update=changes)
    return Printed(render_letter(content, logo=None))


def changed(model, **changes):
    return model.model_copy(update=changes)


@pytest.fixture(scope="module")
def samples() -> dict[tuple[LetterKind, str], Printed]:
    return {
        (each.kind, each.country): Printed(render_letter(each, logo=None)) for each in all_samples()
    }


@pytest.mark.parametrize(
    ("key", "fact"),
    [
        pytest.param(key, fact, id=f"{key[0]} {key[1]}: {fact[:40]}")
        for key, facts in OWN.items()
        for fact in COMMON[key[1]] + facts
    ],
)
def test_says(samples, key, fact):
    assert fact in samples[key].text


def test_every_kind_and_country_is_looked_at():
    assert set(OWN) == {(kind, country) for kind in LetterKind for country in country_codes()}


@pytest.mark.parametrize("kind", LetterKind)
def test_every_kind_has_model_template_and_sample(kind):
    template = TEMPLATES[kind]
    assert template.model.model_fields["kind"].default is kind
    assert template.facts.kind is kind
    assert (files("pdfs") / "templates" / template.file).is_file()
    assert all(type(sample(kind, country)) is template.model for country in country_codes())


@pytest.mark.parametrize(("kind", "country"), EACH)
def test_one_page_of_the_countrys_paper(samples, kind, country):
    letter = samples[kind, country]
    assert letter.pages == 1
    assert letter.size_mm == {"AR": (210, 297), "PA": (216, 279)}[country]


@pytest.mark.parametrize(("kind", "country"), EACH)
def test_every_face_is_embedded(samples, kind, country):
    fonts = samples[kind, country].fonts
    assert {name.partition("+")[2] for name in fonts} == {"NotoSans-Regular", "NotoSans-Bold"}
    assert all(fonts.values())


@pytest.mark.parametrize(("kind", "country"), EACH)
def test_small_letters_are_high_enough(samples, kind, country):
    x_height = 536 / 1000  # of the type size: see the OS/2 table of Noto Sans
    smallest = min(samples[kind, country].glyphs, key=lambda each: each.size)
    assert smallest.font.endswith(REGULAR)
    assert smallest.size * x_height / 72 * 25.4 >= SMALLEST_LETTER_MM, smallest


@pytest.mark.parametrize(("kind", "country"), EACH)
def test_metadata(samples, kind, country):
    reader = samples[kind, country].reader
    content = sample(kind, country)
    info = reader.metadata
    name = country_pack(country).letters.kinds[kind].name
    assert info.title == f"{name.capitalize()} {content.folio}"
    assert info.author == content.issuer.legal_name
    assert info.subject == name
    assert info.keywords == content.folio
    assert info.creation_date == content.issued_at
    root = reader.trailer["/Root"]
    assert root["/Lang"] == f"es-{country}"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    xmp = reader.xmp_metadata
    assert xmp.dc_title == {"x-default": info.title}
    assert xmp.dc_language == [f"es-{country}"]
    assert xmp.pdf_keywords == content.folio
    assert xmp.xmp_create_date == content.issued_at.replace(tzinfo=None)


def test_nothing_personal_in_the_metadata(samples):
    for letter in samples.values():
        raw = str(letter.reader.metadata) + letter.reader.xmp_metadata.stream.get_data().decode()
        assert "Ramona" not in raw
        assert "Nitzia" not in raw


def test_the_same_letter_is_the_same_document(samples):
    assert printed(NO_DEBT, "AR").bytes == samples[NO_DEBT, "AR"].bytes


@pytest.mark.parametrize("country", country_codes())
def test_balance_letter_has_no_word_of_a_release(samples, country):
    text = samples[BALANCE, country].text.casefold()
    for word in ("libre", "paz y salvo", "cancel", "no registra", "libera", "finiquito", "saldad"):
        assert word not in text


def test_to_whom_it_may_concern():
    assert "A quien corresponda:" in printed(addressee=None).text
    assert "para ser presentado ante quien corresponda, en" in printed(addressee=None).text
    assert "A quien concierne:" in printed(country="PA", addressee=None).text


def test_what_the_site_does_not_tell_is_left_out():
    bare = Issuer(legal_name="Fiado Créditos S.A.", trade_name="Fiado")
    text = printed(BALANCE, issuer=bare, payment_accounts=(), next_due_on=None).text
    for left_out in ("CUIT", "Cuentas de", "Próximo vencimiento", "None", " ,", "Lucía"):
        assert left_out not in text
    assert "Fiado Créditos S.A. Carta de saldo Folio" in text
    assert "Caballito 5 de febrero de 2026 Datos al" in text
    assert "sucursal Caballito, a los cinco días" in text


def test_last_payment_without_reference():
    assert "referencia" not in printed(last_payment_reference=None).text


@pytest.mark.parametrize(
    ("country", "paid_off_on", "said"),
    [
        pytest.param(
            "AR",
            date(2025, 12, 31),
            "El pago total corresponde a la presentación mensual de diciembre de 2025 a la Central"
            " de Deudores del Banco Central de la República Argentina. Si esa central u otra base"
            " de riesgo crediticio todavía muestra deuda pendiente por la operación, Fiado Créditos"
            " S.A., dentro de los cinco días hábiles de recibir el aviso, pedirá que se actualice",
            id="AR",
        ),
        pytest.param(
            "PA",
            date(2026, 2, 1),
            "El pago total debe figurar en la Asociación Panameña de Crédito (APC) y en las demás"
            " agencias de información de datos en las que figure la operación, conforme a la Ley"
            " 24 de 22 de mayo de 2002. Si alguna todavía muestra deuda por la operación, Fiado"
            " Panamá, S.A., dentro de los tres días siguientes a recibir el aviso, pedirá",
            id="PA",
        ),
    ],
)
def test_nothing_is_promised_that_should_have_been_done(country, paid_off_on, said):
    letter = printed(country=country, paid_off_on=paid_off_on)
    assert said in letter.text
    assert "informará" not in letter.text
    assert "a más tardar" not in letter.text
    assert letter.pages == 1


def test_payoff_that_does_not_grow():
    text = printed(BALANCE, increase_per_day_minor=0).text
    assert "Después de esa fecha el importe puede ser otro." in text
    assert "aumenta" not in text


def test_one_day_late_and_one_instalment():
    operation = changed(sample(BALANCE, "AR").operation, installments=1)
    text = printed(BALANCE, days_past_due=1, installments_overdue=1, operation=operation).text
    assert "Con atraso de 1 día " in text
    assert "Plan 1 cuota " in text


def test_documents_of_another_kind_stand_as_they_are():
    holder = changed(sample(NO_DEBT, "AR").holder, document_type="PAS", document_number="12345678")
    assert "con PAS 12345678" in printed(holder=holder).text


@pytest.mark.parametrize("word", ["Ñandú ", "Ñ"], ids=["words", "one word"])
@pytest.mark.parametrize(("kind", "country"), EACH)
def test_longest_texts_are_whole_and_inside_the_page(kind, country, word):
    content = sample(kind, country)
    name, addressee = (word * 200)[:200].strip(), (word * 80)[:80].strip()
    letter = printed(
        kind,
        country,
        addressee=addressee,
        holder=changed(content.holder, name=name),
        operation=changed(content.operation, merchant_name=name, purpose=name),
    )
    squeezed = letter.text.replace(" ", "")
    assert squeezed.count(name.replace(" ", "")) >= 3
    assert letter.pages == 2
    assert "Página 1 de 2" in letter.text
    assert "Página 2 de 2" in letter.text
    assert min(each.size for each in letter.glyphs) >= 9.5


def test_what_cannot_be_printed_is_left_out_and_never_a_box():
    operation = changed(
        sample(NO_DEBT, "AR").operation, merchant_name="Tacos 🌮 El Güero", purpose="🔥🔥"
    )
    text = printed(operation=operation).text
    assert "Comercio Tacos El Güero" in text
    assert "Detalle (sin letras imprimibles)" in text


@pytest.mark.parametrize(
    ("mode", "size"),
    [("RGBA", (3000, 900)), ("RGB", (40, 40)), ("P", (200, 50)), ("LA", (10, 500))],
    ids=["wide and transparent", "small", "palette", "tall"],
)
def test_logos(mode, size):
    out = BytesIO()
    Image.new(mode, size).save(out, "PNG")
    picture = out.getvalue()
    pdf = render_letter(sample(BALANCE, "AR"), logo=picture, merchant_logo=picture)
    letter = Printed(pdf)
    assert letter.pages == 1
    assert "Fiado Créditos S.A. · Fiado" in letter.text
    assert len(pdf) < 200_000


@pytest.mark.parametrize(("kind", "country"), EACH)
def test_the_merchants_logo_stands_with_the_operation(samples, kind, country):
    logo = a_picture(colour=(170, 40, 30))
    letter = Printed(render_letter(sample(kind, country), logo=None, merchant_logo=logo))
    before = samples[kind, country].pictures
    [more] = [each for each in letter.pictures if each.colour == (170, 40, 30)]
    assert len(letter.pictures) == len(before) + 1
    assert more.width_mm == pytest.approx(3 * more.height_mm, rel=0.02)
    assert more.height_mm >= 8
    assert letter.pages == 1
    assert letter.text == samples[kind, country].text


@pytest.mark.parametrize(
    "size", [(3000, 30), (30, 3000), (1, 1)], ids=["a line", "a pole", "a point"]
)
def test_no_logo_is_larger_than_its_place(size):
    logo = a_picture(size=size)
    letter = Printed(render_letter(sample(NO_DEBT, "AR"), logo=logo, merchant_logo=logo))
    lenders, merchants, _ = sorted(letter.pictures, key=lambda each: -each.bottom_mm)
    assert letter.pages == 1
    assert lenders.width_mm <= 68
    assert lenders.height_mm <= 15
    assert merchants.width_mm <= 56
    assert merchants.height_mm <= 9


NO_LOGOS = pytest.mark.parametrize(
    "picture",
    [
        pytest.param(b"GIF89a", id="GIF"),
        pytest.param(b"<svg/>", id="SVG"),
        pytest.param(b"\x89PNG\r\n", id="a beginning"),
        pytest.param(b"", id="nothing"),
        pytest.param(a_picture("1", (12_000, 12_000), colour=1), id="a bomb"),
        pytest.param(a_picture("1", (16_000, 16_000), colour=1), id="a larger bomb"),
    ],
)


@NO_LOGOS
def test_a_picture_that_is_no_logo(picture):
    with pytest.raises(UnusableLogo):
        render_letter(sample(NO_DEBT, "AR"), logo=picture)


@NO_LOGOS
def test_whose_logo_it_is_that_cannot_be_printed_is_told(picture):
    with pytest.raises(UnusableMerchantLogo):
        render_letter(sample(NO_DEBT, "AR"), logo=None, merchant_logo=picture)


@pytest.fixture
def listener():
    """A socket that counts who knocks."""
    knocks = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)

        def accept() -> None:
            while not done:
                try:
                    knocks.append(server.accept()[0])
                except TimeoutError:
                    continue

        done = []
        thread = Thread(target=accept)
        thread.start()
        yield server.getsockname()[1], knocks
        done.append(True)
        thread.join()
    for each in knocks:
        each.close()


HOSTILE = [
    "<img src=file:///etc/passwd>",
    "<img src='http://127.0.0.1:{port}/x'>",
    '"><img src="http://127.0.0.1:{port}/y">',
    "<link rel=stylesheet href=http://127.0.0.1:{port}/z.css>",
    "<style>@import url(http://127.0.0.1:{port}/w);</style>",
    "</style><style>b{{background:url(http://127.0.0.1:{port}/v)}}",
    "<b style='background:url(file:///etc/passwd)'>x</b>",
    "@font-face{{src:url(http://127.0.0.1:{port}/u)}}",
    "<pdf:insertpdf src=/etc/passwd>",
    "<pdf:nextpage><pdf:barcode value=x type=qr>",
    "{{{{ 7*7 }}}} {{% include 'letter.css' %}}",
    "{{holder}} {{0.__class__}} %(x)s ${{x}}",
    "&lt;b&gt; &amp; &#60;img&#62; &copy;",
    "<script>alert(1)</script><!-- x",
    "]]> <![CDATA[ <?php ?>",
    "javascript:alert('1')",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("kind", LetterKind)
def test_hostile_text_stands_as_text_and_loads_nothing(kind, text, listener, monkeypatch):
    port, knocks = listener
    opened = []
    monkeypatch.setattr("xhtml2pdf.files.LocalFileURI.extract_data", opened.append)
    hostile = text.format(port=port)
    content = sample(kind, "AR")
    letter = printed(
        kind,
        addressee=hostile,
        issuer=changed(content.issuer, trade_name=hostile, contact=hostile),
        holder=changed(content.holder, name=hostile, document_number=hostile),
        operation=changed(content.operation, merchant_name=hostile, purpose=hostile),
    )
    squeezed = letter.text.replace(" ", "")
    assert squeezed.count(hostile.replace(" ", "")) >= 6
    assert "root:" not in letter.text
    assert knocks == []
    assert opened == []


@pytest.mark.parametrize(
    "html",
    [
        "<img src='http://127.0.0.1:{port}/x'>",
        "<img src='{file}'>",
        "<img src='file://{file}'>",
        "<style>p {{ background-image: url({file}) }}</style>",
        "<style>@import url(http://127.0.0.1:{port}/x);</style>",
        "<link rel='stylesheet' href='{file}'>",
        "<style>@font-face {{ font-family: x; src: url({file}) }}</style>",
        "<pdf:insertpdf src='{file}'>",
    ],
)
def test_even_markup_loads_nothing(html, listener, tmp_path):
    port, knocks = listener
    picture = tmp_path / "x.png"
    Image.new("RGB", (30, 30)).save(picture)
    page = f"<style>@page {{ size: a4; margin: 1cm }}</style>{html.format(port=port, file=picture)}"
    rendered = letters.render_html(page + "<p>here</p>", METADATA)
    printed = Printed(rendered.pdf)
    assert printed.text == "here"
    assert not _pictures(printed)
    assert knocks == []


METADATA = letters.TEMPLATES[NO_DEBT].facts(sample(NO_DEBT, "AR")).metadata


def _pictures(printed: Printed) -> DictionaryObject:
    return printed.reader.pages[0]["/Resources"].get("/XObject", {})


def test_a_failure_tells_nothing_of_the_letter(monkeypatch):
    def fail(page, _metadata) -> None:
        raise ValueError(page)

    monkeypatch.setattr(letters, "render_html", fail)
    with pytest.raises(LetterRenderError) as caught:
        render_letter(sample(NO_DEBT, "AR"), logo=None)
    assert caught.value.template == "no_debt.html"
    assert "Ramona" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_every_sentence_is_said_somewhere():
    folder = files("pdfs")
    places = [*(folder / "templates").iterdir(), *folder.iterdir()]
    source = "".join(
        each.read_text("utf-8") for each in places if each.name.endswith((".py", ".html"))
    )
    for country in country_codes():
        unsaid = {
            name
            for name in country_pack(country).letters.texts
            if f'"{name}"' not in source
            and not re.fullmatch(r"(balance|no_debt)_valid_until", name)
        }
        assert unsaid == set()
