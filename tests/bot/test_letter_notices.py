import pytest

from domain.conversation import Author
from domain.country import country_codes, country_pack
from domain.message import OutboundText
from tests.letter_world import LetterWorld

FOLIO = "AR-LD-2026-000123"


@pytest.fixture
def world(indexed, tmp_path):
    return LetterWorld(indexed, tmp_path)


@pytest.mark.parametrize("code", country_codes())
@pytest.mark.parametrize("name", ["ready", "offer", "revoked"])
def test_a_notice_names_the_brand_alone(code, name):
    notice = getattr(country_pack(code).notices.letters, name)
    text = notice.text.format(brand_name="Fiado")
    assert "*Fiado*" in text
    assert not any(letter.isdigit() for letter in text)
    words = country_pack(code).words
    for personal in (words.loan, words.installment, "deuda", "saldo", "carta", "paz y salvo"):
        assert personal not in text.lower()


@pytest.mark.parametrize("say", ["say_ready", "say_offer", "say_revoked"])
def test_a_notice_is_said_once(world, say):
    say_it = getattr(world.services.letter_notices, say)
    assert say_it(world.conversation_id, FOLIO, dedupe_key="n-1")
    assert not say_it(world.conversation_id, FOLIO, dedupe_key="n-1")
    assert say_it(world.conversation_id, FOLIO, dedupe_key="n-2")
    assert len(world.said) == 2


def test_a_held_back_document_is_announced_again_once(world):
    enqueuing, notices = world.services.enqueuing, world.services.letter_notices
    for key, subject in (("with", FOLIO), ("without", None)):
        enqueuing.add(
            world.conversation_id,
            OutboundText(text="libre deuda"),
            dedupe_key=key,
            author=Author.BOT,
            purpose="letter_ready",
            subject=subject,
        )
    held_back = [
        world.services.outbox.find(each["_id"])
        for each in world.database["outbox"].find(sort=[("seq", 1)])
    ]
    assert [notices.say_ready_again(entry) for entry in held_back] == [True, False]
    assert not notices.say_ready_again(held_back[0])
    newest = world.services.outbox.list_of_subject(world.conversation_id, FOLIO)[0]
    assert newest.content.options[0].title == "Recibir documento"
