"""A bot of a few lines behind the webhook: enough to see every kind of message on the phone."""

from collections.abc import Callable
from typing import Any

import requests

from tests.fakes import API_KEY, SENDER, RecordingService

Json = dict[str, Any]

STATUS = (
    "*Crédito ••4821 · Casa Norte*\n"
    "Estado: *al día* ✅\n"
    "Cuota 5 de 12: *$ 45.300,00*, vence el *10/12/2026*\n"
    "Pagaste 4 cuotas · Te falta: $ 362.400,00\n"
    "_Dato del 22/11/2026 a las 10:15._"
)
OPTIONS = ("Pagar", "Pedir carta", "Más opciones")
ROWS = {
    "Mis créditos": [("status", "Cuánto debo", "Estado y próxima cuota")],
    "Ayuda": [("person", "Hablar con alguien", ""), ("how", "Cómo pagar", "Cuentas y sucursales")],
}


class TinyBot:
    """Answers by keyword; sends to `infobip_url` what a service would."""

    def __init__(self, service: RecordingService) -> None:
        self.infobip_url = ""
        self._service = service
        service.on_inbound = self.answer
        self._answers: dict[str, Callable[[str], None]] = {
            "debo": self._status,
            "menú": self._menu,
            "pdf": self._document,
            "foto": self._image,
            "cómo": self._link,
            "formato": self._formats,
            "plantilla": self._template,
            "espera": self._type_only,
        }

    def answer(self, body: Json) -> None:
        for result in body["results"]:
            message = result["message"]
            said = message.get("text") or message.get("title") or message["type"]
            self._read(result["messageId"])
            words = [word for word in self._answers if word in said.lower()]
            if words:
                self._answers[words[0]](result["from"])
            else:
                self._send("text", result["from"], {"text": f"Recibí: {said}"})

    def _status(self, to: str) -> None:
        buttons = [
            {"type": "REPLY", "id": f"option:{number}", "title": title}
            for number, title in enumerate(OPTIONS)
        ]
        self._send(
            "interactive/buttons", to, {"body": {"text": STATUS}, "action": {"buttons": buttons}}
        )

    def _menu(self, to: str) -> None:
        sections = [
            {
                "title": title,
                "rows": [
                    {"id": key, "title": name, "description": text} for key, name, text in rows
                ],
            }
            for title, rows in ROWS.items()
        ]
        content = {
            "body": {"text": "¿En qué te ayudo?"},
            "footer": {"text": "También podés escribirlo"},
            "action": {"title": "Ver opciones", "sections": sections},
        }
        self._send("interactive/list", to, content)

    def _document(self, to: str) -> None:
        content = {
            "mediaUrl": f"{self._service.url}/files/carta.pdf",
            "filename": "carta-de-saldo_AR-LS-2026-000123.pdf",
            "caption": "Tu carta de saldo, folio AR-LS-2026-000123",
        }
        self._send("document", to, content)

    def _image(self, to: str) -> None:
        content = {"mediaUrl": f"{self._service.url}/files/foto.jpg", "caption": "El local"}
        self._send("image", to, content)

    def _link(self, to: str) -> None:
        action = {"displayText": "Ver sucursales", "url": "https://example.org/sucursales"}
        self._send(
            "interactive/url-button", to, {"body": {"text": "Elegí dónde"}, "action": action}
        )

    def _formats(self, to: str) -> None:
        text = "*negrita* _cursiva_ ~tachado~ ```mono``` 2*3*4 <b>no</b>\nsegunda línea"
        self._send("text", to, {"text": text})

    def _template(self, to: str) -> None:
        content = {
            "templateName": "due_soon",
            "language": "es_AR",
            "templateData": {
                "body": {"placeholders": ["Ramona", "$ 45.300,00"]},
                "buttons": [{"type": "QUICK_REPLY", "parameter": "pay:1"}],
            },
        }
        message = {"from": SENDER, "to": to, "content": content}
        self._post("/whatsapp/1/message/template", {"messages": [message]})

    def _type_only(self, to: str) -> None:
        event = {"sender": SENDER, "destinations": [{"to": to}]}
        events = [event | {"content": {"type": "TYPING_INDICATOR"}}]
        self._post("/whatsapp/1/events", {"events": events})

    def _read(self, message_id: str) -> None:
        path = requests.utils.quote(message_id, safe="")
        self._post(f"/whatsapp/1/senders/{SENDER}/message/{path}/read", {})

    def _send(self, kind: str, to: str, content: Json) -> None:
        message = {"from": SENDER, "to": to, "content": content}
        self._post(f"/whatsapp/1/message/{kind}", message)

    def _post(self, path: str, body: Json) -> None:
        headers = {"Authorization": f"App {API_KEY}"}
        requests.post(self.infobip_url + path, json=body, headers=headers, timeout=5)
