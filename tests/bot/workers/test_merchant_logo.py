"""From the logo that a merchant has to the letter that bears it, or does without."""

import pytest

from bot.workers.run import build_document_worker
from pdfs.errors import UnusableMerchantLogo
from pdfs.letters import render_letter
from storage.merchants import Merchants
from tests.fake_press import PDF, FakePress
from tests.pdfs.printed import Printed
from tests.pictures import RED, a_picture
from tests.unprinted_letters import issue


class PlainPress:
    """Prints for real, unsigned."""

    def print_letter(self, content, *, merchant_logo=None):
        return render_letter(content, logo=None, merchant_logo=merchant_logo)


@pytest.fixture
def logo(world):
    """The logo of the merchant of every letter."""
    world.database["merchants"].insert_one({"_id": "M-100", "name": "Casa Norte"})
    made, _ = world.services.merchant_logos.put("M-100", a_picture(), actor="test")
    return made.png


def document(world, press):
    """The document of a letter issued and printed now."""
    letter = issue(world.database)
    worker = build_document_worker(world.services, press)
    for _, claimed in worker.find_ready(set(), 1):
        assert worker.work(claimed)
    with world.services.files.open(letter.file_id).stream as stream:
        return stream.read()


def colours(pdf):
    return [each.colour for each in Printed(pdf).pictures]


def test_a_letter_bears_the_logo_of_its_merchant(world, logo):
    assert RED in colours(document(world, PlainPress()))


def test_a_letter_of_a_merchant_without_one_does_without(world, logo):
    world.services.merchant_logos.remove("M-100", actor="test")
    assert RED not in colours(document(world, PlainPress()))


def test_a_letter_of_a_merchant_that_is_gone_is_printed(world):
    press = FakePress(None)
    assert Merchants(world.database).find("M-100") is None
    assert document(world, press) == PDF + b"1"
    assert press.merchant_logos == [None]


def no_file(database):
    database["files.files"].delete_many({})


def no_content(database):
    database["files.chunks"].delete_many({})


def cut_short(database):
    database["files.chunks"].update_many({}, {"$set": {"data": b"\x89PNG"}})


@pytest.mark.parametrize("harm", [no_file, no_content, cut_short])
def test_a_logo_that_was_lost_is_left_out_with_one_line(world, logo, capsys, harm):
    harm(world.database)
    press = FakePress(None)
    assert document(world, press) == PDF + b"1"
    assert press.merchant_logos == [None]
    lines = [line for line in capsys.readouterr().out.splitlines() if "merchant_logo" in line]
    assert len(lines) == 1
    assert "merchant_logo_left_out" in lines[0]
    assert "folio=AR-LD-2026-000001" in lines[0]


def test_a_logo_that_cannot_be_printed_is_left_out_at_once(world, logo, capsys):
    press = FakePress(UnusableMerchantLogo(), None)
    assert document(world, press) == PDF + b"2"
    assert press.merchant_logos == [logo, None]
    assert capsys.readouterr().out.count("merchant_logo_left_out") == 1
