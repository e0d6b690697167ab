"""One outbound message of each kind; `fixtures/infobip/outbound` holds the body of each."""

from typing import Any

from domain.message import (
    Buttons,
    Document,
    FileReference,
    Image,
    ListMessage,
    Option,
    OutboundContent,
    OutboundMessage,
    OutboundText,
    Template,
    UrlButton,
)

BUSINESS_NUMBER = "5491155550100"
CONTACT_NUMBER = "5491155550101"
MEDIA_URL = "https://bot.example.org/media/t0ken"
NOTIFY_URL = "https://bot.example.org/webhooks/infobip/reports"


def an_outbound(content: OutboundContent | None = None, **changes: Any) -> OutboundMessage:
    """A valid outbound text; pass only what the test is about."""
    fields = {
        "message_id": "b0700000-0000-4000-8000-000000000065",
        "business_number": BUSINESS_NUMBER,
        "to": CONTACT_NUMBER,
        "content": content or OutboundText(text="Hola Ramona, ¿en qué te ayudo?"),
    }
    return OutboundMessage.model_validate(fields | changes)


def options(count: int, **changes: Any) -> list[Option]:
    """So many different options."""
    return [
        Option(**{"reply_id": f"opt:{n}", "title": f"Opción {n}"} | changes) for n in range(count)
    ]


OUTBOUND: dict[str, tuple[OutboundMessage, str]] = {
    "text": (an_outbound(), "text"),
    "text_quoting": (an_outbound(reply_to="wamid.HBgN=="), "text"),
    "text_to_user_id": (an_outbound(to="AR.9000000000000101"), "text"),
    "buttons": (
        an_outbound(
            Buttons(
                body="¿Confirmás el pedido?",
                options=[
                    Option(reply_id="confirm:yes", title="Sí, confirmo"),
                    Option(reply_id="confirm:no", title="No, cancelar"),
                ],
                footer="Respondé con un botón",
            )
        ),
        "interactive/buttons",
    ),
    "list": (
        an_outbound(
            ListMessage(
                body="¿Qué querés hacer?",
                button_title="Ver opciones",
                options=[
                    Option(reply_id="menu:1", title="Ver mi préstamo", description="Saldo y cuota"),
                    Option(reply_id="menu:2", title="Hablar con alguien"),
                ],
                section_title="Menú",
            )
        ),
        "interactive/list",
    ),
    "url_button": (
        an_outbound(
            UrlButton(
                body="Verificá la carta.",
                button_title="Verificar",
                url="https://bot.example.org/verificar",
            )
        ),
        "interactive/url-button",
    ),
    "document": (
        an_outbound(
            Document(file_id="plan:1", file_name="plan_de_pagos.pdf", caption="Tu plan de pagos"),
            file_url=f"{MEDIA_URL}/plan.pdf",
        ),
        "document",
    ),
    "image": (
        an_outbound(Image(file_id="qr:1", file_name="qr.png"), file_url=f"{MEDIA_URL}/qr.png"),
        "image",
    ),
    "template": (
        an_outbound(
            Template(
                name="recordatorio_cuota",
                language="es_AR",
                placeholders=["Ramona", "$ 40.000", "10/03/2026"],
            )
        ),
        "template",
    ),
    "template_document_and_buttons": (
        an_outbound(
            Template(
                name="carta_lista",
                language="es_AR",
                header_document=FileReference(file_id="letter:1", file_name="carta.pdf"),
                button_payloads=["menu:1", "menu:2"],
            ),
            file_url=f"{MEDIA_URL}/carta.pdf",
            reply_to="wamid.a-template-cannot-quote",
        ),
        "template",
    ),
}
