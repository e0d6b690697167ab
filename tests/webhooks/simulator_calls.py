"""Calls that the tests of the simulator make as the service would."""

import requests

from tests.fakes import API_KEY, CONTACT, SENDER


def send(fake, kind, content, **fields):
    message = {"from": SENDER, "to": CONTACT, "content": content} | fields
    body = {"messages": [message]} if kind == "template" else message
    answer = requests.post(
        f"{fake.base_url}/whatsapp/1/message/{kind}",
        json=body,
        headers={"Authorization": f"App {API_KEY}"},
        timeout=5,
    )
    assert answer.status_code == 200, answer.text


def a_template(name="due_soon", language="es_AR", placeholders=("Ana",), **data):
    data |= {"body": {"placeholders": list(placeholders)}}
    return {"templateName": name, "language": language, "templateData": data}
