"""What the service tells of letters unasked: from an imported payment to the person's phone."""

from datetime import timedelta

from bot.jobs.review_letters import review_letters
from domain.letter_content import LetterKind
from tests.dialogue.people import LAST4, borrowing, payments

JOB_RUNS_WITHIN_SECONDS = 45


def hears_of(service, phone, *records):
    """What arrives without having written, once the scheduler has seen the imported records."""
    before = len(service.infobip.received(phone.number))
    service.load(*records)
    service.wait_until(
        lambda: len(service.infobip.received(phone.number)) > before,
        f"nothing came to {phone.number}",
        JOB_RUNS_WITHIN_SECONDS,
    )
    return phone.hears()


def reversal(payment, on):
    return {
        "type": "payment_reversal",
        "payment_id": payment["payment_id"],
        "reversed_on": on.isoformat(),
        "reason": "bounced",
    }


def test_a_last_payment_offers_the_letter_and_its_reversal_takes_it_back(later, phone):
    service, notices = later, later.services.site.pack.notices.letters
    brand = service.services.site.brand_name
    loan = borrowing(service, phone, paid=2, count=3)
    phone.asks("hola")

    last = payments(loan, 3, on=service.today.isoformat())[-1]
    offer = hears_of(service, phone, last)
    assert offer.text == notices.offer.text.format(brand_name=brand)
    phone.chooses(notices.offer.button)
    phone.proves(LAST4)
    phone.chooses("A quien corresponda")
    issued = phone.chooses(next(title for title in phone.buttons() if title.startswith("Sí")))
    letter = service.services.stored_letters.find_current(loan["loan_id"], LetterKind.NO_DEBT)
    assert letter.folio in issued

    revoked = hears_of(service, phone, reversal(last, service.today))
    assert revoked.text == notices.revoked.text.format(brand_name=brand)
    assert service.services.letters.find(letter.folio).revoked_reason == "payment_reversed"
    assert letter.folio in phone.chooses(notices.revoked.button)


def test_a_day_later_a_template_calls_and_the_answer_lets_the_notice_go(later, phone):
    service, notices = later, later.services.site.pack.notices.letters
    loan = borrowing(service, phone, paid=2, count=3)
    phone.asks("hola")
    service.pass_time(timedelta(hours=25))
    service.load(payments(loan, 3, on=service.today.isoformat())[-1])
    # as a second scheduler would, without waiting for the first
    review_letters(service.services)
    assert [reply.kind for reply in phone.hears().replies] == ["template"]
    released = phone.asks("hola")
    assert notices.offer.text.format(brand_name=service.services.site.brand_name) in released
    assert notices.offer.button in released.titles
