"""Events of a loan and what follows for its letters, each run twice: nothing follows twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, timedelta
from threading import Barrier
from typing import NamedTuple

import pytest

from bot.dialogue.commands import CommandSigner
from bot.services import letter_followups
from domain.conversation import Author, Handler
from domain.letter import LetterState
from domain.letter_content import LetterKind
from domain.letter_rules import LetterNotAvailable
from domain.loan import PaymentReversal
from domain.message import Document
from storage.borrowers import Borrowers
from storage.errors import StorageError
from storage.letter_notices import LetterNotices as StoredNotices
from tests.fakes import CONTACT
from tests.letter_world import LOAN_ID, RAMONA, LetterWorld
from tests.loan_builders import a_loan, a_payment

DAY = timedelta(days=1)
OTHER_CONTACT = "5491155557777"
READY, OFFER, REVOKED = "letter_ready", "letter_offer", "letter_revoked"


@pytest.fixture
def world(indexed, tmp_path):
    return LetterWorld(indexed, tmp_path)


def pays_last(world):
    world.pays()


def pays_and_reverses(world):
    world.pays()
    world.reverses()


def pays_by_cheque(world):
    world.pays(method="cheque")


def paid_long_ago(world):
    world.pays(on=world.today - 7 * DAY)


def paid_a_week_ago(world):
    world.pays(on=world.today - 6 * DAY)


def pays_and_asks(world):
    world.pays()
    world.asks()


def letter_then_reversal(world):
    pays_and_asks(world)
    world.reverses()


def replaced(world):
    """One import tells of the reversal and of the payment in its place."""
    reversal = PaymentReversal(payment_id="P-3", reversed_on=world.today, reason="bounced")
    world.loans.save([reversal, a_payment(payment_id="P-4", paid_on=world.today)])


def letter_then_replaced_payment(world):
    pays_and_asks(world)
    replaced(world)


def older_letter_then_replaced_payment(world):
    pays_and_asks(world)
    world.database["letters"].update_one({}, {"$unset": {"content.settling_payment_id": ""}})
    replaced(world)


def letter_then_other_purpose(world):
    pays_and_asks(world)
    world.loans.save([a_loan(purpose="Lavarropas")])


def letter_then_more_owed(world):
    pays_and_asks(world)
    world.owes_more()


def letter_then_smaller_payment(world):
    pays_and_asks(world)
    world.pays(amount_minor=9000)


def letter_then_cancelled(world):
    pays_and_asks(world)
    world.cancels()


def letter_then_another_borrower(world):
    pays_and_asks(world)
    world.moves()


def letter_then_corrected_name(world):
    pays_and_asks(world)
    Borrowers(world.database).save([RAMONA.model_copy(update={"name": "Ramona Díaz Sosa"})])
    world.loans.save([a_loan(purpose="Lavarropas")])


def balance_letter_then_another_borrower(world):
    world.asks(LetterKind.BALANCE)
    world.moves()


def balance_letter_then_paid(world):
    world.asks(LetterKind.BALANCE)
    world.pays()


def balance_letter_then_reversal(world):
    world.asks(LetterKind.BALANCE)
    world.reverses("P-2")


def balance_letter_then_more_owed(world):
    world.asks(LetterKind.BALANCE)
    world.owes_more()


def balance_letter_then_cancelled(world):
    world.asks(LetterKind.BALANCE)
    world.cancels()


def wish_then_paid(world):
    world.wishes()
    world.pays()


def wish_then_cancelled(world):
    world.wishes()
    world.cancels()


def paid_then_wish(world):
    world.pays()
    world.wishes()


def wish_of_somebody_gone(world):
    world.wishes()
    world.is_handled_by(Handler.NOBODY)
    world.pays()


def wish_from_a_number_that_changed(world):
    world.wishes()
    world.database["borrowers"].update_one({"_id": "B-1"}, {"$set": {"phone": "5491155559999"}})
    world.pays()


def paid_by_somebody_gone(world):
    world.is_handled_by(Handler.NOBODY)
    world.pays()


def paid_by_who_never_wrote(world):
    world.database["conversations"].delete_many({})
    world.pays()


def paid_by_who_wants_no_promotions(world):
    contact_id = world.services.contacts.find_by_alias(f"phone:{CONTACT}").contact_id
    world.services.preferences.stop_marketing(contact_id)
    world.pays()


@pytest.mark.parametrize(
    ("happens", "said", "letter", "wish"),
    [
        pytest.param(pays_last, [OFFER], None, None, id="last payment"),
        pytest.param(pays_and_reverses, [], None, None, id="last payment, reversed at once"),
        pytest.param(pays_by_cheque, [], None, None, id="last payment yet to clear"),
        pytest.param(paid_a_week_ago, [OFFER], None, None, id="paid this week, told late"),
        pytest.param(paid_long_ago, [], None, None, id="history of long ago"),
        pytest.param(pays_and_asks, [], LetterState.VALID, None, id="asked before it is offered"),
        pytest.param(letter_then_reversal, [REVOKED], LetterState.REVOKED, None, id="reversal"),
        pytest.param(
            letter_then_replaced_payment,
            [REVOKED, OFFER],
            LetterState.REVOKED,
            None,
            id="payment replaced",
        ),
        pytest.param(
            older_letter_then_replaced_payment,
            [REVOKED, OFFER],
            LetterState.REVOKED,
            None,
            id="payment replaced, an older letter",
        ),
        pytest.param(letter_then_other_purpose, [], LetterState.VALID, None, id="other purpose"),
        pytest.param(letter_then_more_owed, [REVOKED], LetterState.REVOKED, None, id="other terms"),
        pytest.param(
            letter_then_smaller_payment, [REVOKED], LetterState.REVOKED, None, id="correction"
        ),
        pytest.param(letter_then_cancelled, [REVOKED], LetterState.REVOKED, None, id="cancelled"),
        pytest.param(
            letter_then_another_borrower,
            [REVOKED],
            LetterState.REVOKED,
            None,
            id="another borrower's loan",
        ),
        pytest.param(letter_then_corrected_name, [], LetterState.VALID, None, id="corrected name"),
        pytest.param(
            balance_letter_then_another_borrower,
            [REVOKED],
            LetterState.REVOKED,
            None,
            id="balance letter, another borrower's loan",
        ),
        pytest.param(
            balance_letter_then_paid, [OFFER], LetterState.VALID, None, id="balance letter, paid"
        ),
        pytest.param(
            balance_letter_then_reversal,
            [REVOKED],
            LetterState.REVOKED,
            None,
            id="balance letter, reversal",
        ),
        pytest.param(
            balance_letter_then_more_owed,
            [REVOKED],
            LetterState.REVOKED,
            None,
            id="balance letter, other terms",
        ),
        pytest.param(
            balance_letter_then_cancelled,
            [REVOKED],
            LetterState.REVOKED,
            None,
            id="balance letter, cancelled",
        ),
        pytest.param(wish_then_paid, [READY], LetterState.VALID, "fulfilled", id="wish"),
        pytest.param(paid_then_wish, [READY], LetterState.VALID, "fulfilled", id="wish too late"),
        pytest.param(wish_then_cancelled, [], None, "loan_cancelled", id="wish in vain"),
        pytest.param(wish_of_somebody_gone, [], None, "contact_gone", id="wish, no soy yo"),
        pytest.param(
            wish_from_a_number_that_changed, [], None, "contact_gone", id="wish, other number"
        ),
        pytest.param(paid_by_somebody_gone, [], None, None, id="no soy yo"),
        pytest.param(paid_by_who_never_wrote, [], None, None, id="never wrote"),
        pytest.param(paid_by_who_wants_no_promotions, [], None, None, id="no promotions"),
    ],
)
def test_what_follows(world, happens, said, letter, wish):
    happens(world)
    for _ in range(2):
        world.follow_up()
    assert world.said == said
    assert world.marked == 0
    letters = list(world.database["letters"].find())
    states = [world.services.letters.find(each["_id"]).state(world.today) for each in letters]
    assert states == ([letter] if letter else [])
    wishes = list(world.database["letter_wishes"].find())
    ends = [each.get("reason") or each["state"] for each in wishes]
    assert ends == ([wish] if wish else [])


def test_a_balance_letter_wish_is_fulfilled_too(world):
    world.wishes(LetterKind.BALANCE, addressee="Banco Nación")
    world.follow_up()
    assert world.said == [READY]
    assert world.current(LetterKind.BALANCE).content.addressee == "Banco Nación"


def test_notices_say_nothing_personal_and_their_button_is_the_contacts_own(world):
    pays_and_asks(world)
    world.reverses()
    world.follow_up()
    [entry] = world.database["outbox"].find()
    folio = world.database["letters"].find_one()["_id"]
    assert entry["subject"] == folio
    assert entry["author"] == "follow_up"
    assert entry["content"]["body"].count(world.services.site.brand_name) == 1
    for personal in ("Ramona", "Díaz", "4821", folio, "crédito", "deuda", "pago", "$"):
        assert personal not in entry["content"]["body"]
    [option] = entry["content"]["options"]
    signer = CommandSigner(world.services.settings.secret_key.get_secret_value())
    contact_id = world.services.conversations.get(world.conversation_id).contact_id
    command = signer.read(option["reply_id"], contact_id=contact_id)
    assert (command.intent, command.entities) == ("see_letter_notice", {"folio": folio})


def test_the_offer_names_the_loan_and_the_wish_its_letter(world):
    world.pays()
    world.follow_up()
    world.wishes()
    world.follow_up()
    signer = CommandSigner(world.services.settings.secret_key.get_secret_value())
    contact_id = world.services.conversations.get(world.conversation_id).contact_id
    commands = [
        signer.read(each["content"]["options"][0]["reply_id"], contact_id=contact_id)
        for each in world.database["outbox"].find(sort=[("seq", 1)])
    ]
    assert [(each.intent, each.entities) for each in commands] == [
        ("request_no_debt_letter", {"loan_id": LOAN_ID}),
        ("receive_letter", {"folio": world.current().folio}),
    ]


def test_a_revocation_is_audited_with_its_reason(world):
    letter_then_reversal(world)
    world.follow_up()
    [entry] = world.database["audit_log"].find({"act": "letter_revoked"})
    folio = world.database["letters"].find_one()["_id"]
    assert (entry["actor"], entry["subject"], entry["reason"]) == (
        "service",
        folio,
        "payment_reversed",
    )


def test_who_had_the_letter_of_a_loan_that_is_anothers_is_told(world):
    world.pass_time(minutes=1)
    theirs = world.writes(OTHER_CONTACT)
    pays_and_asks(world)
    world.moves(phone=OTHER_CONTACT)
    world.follow_up()
    told = {each["purpose"]: each["conversation_id"] for each in world.database["outbox"].find()}
    # the letter was offered anew, to whom the loan is now
    assert told == {REVOKED: world.conversation_id, OFFER: theirs}


def test_a_loan_that_becomes_anothers_at_night_is_not_offered_to_the_first(world):
    world.pass_time(hours=10)
    world.pays()
    world.follow_up()
    world.moves()
    world.pass_time(hours=12)
    world.follow_up()
    assert world.said == []


def test_a_wish_is_fulfilled_when_a_payment_was_replaced(world):
    letter_then_replaced_payment(world)
    world.wishes()
    world.follow_up()
    assert world.said == [REVOKED, READY]
    old, new = world.database["letters"].find(sort=[("_id", 1)])
    assert (old["revoked_reason"], old["superseded_by"]) == ("payment_reversed", None)
    assert new["content"]["settling_payment_id"] == "P-4"


def test_a_balance_letter_counts_no_payment_that_is_known_to_come_back(world):
    world.reverses("P-2", on=world.today + 3 * DAY)
    letter = world.asks(LetterKind.BALANCE)
    world.follow_up()
    assert letter.content.counted_payment_ids == ("P-1",)
    assert letter.content.installments_overdue == 1
    assert world.current(LetterKind.BALANCE).folio == letter.folio


def test_after_a_reversal_a_balance_letter_tells_what_settles_the_loan_now(world):
    first = world.asks(LetterKind.BALANCE)
    world.reverses("P-2")
    world.follow_up()
    second = world.asks(LetterKind.BALANCE, cause_id="in-10")
    owed = world.services.loan_accounts.find(LOAN_ID).position.payoff(second.valid_until)
    assert second.content.payoff_minor == owed.amount_minor > first.content.payoff_minor
    world.follow_up()
    assert world.current(LetterKind.BALANCE).folio == second.folio


@pytest.mark.parametrize("kind", list(LetterKind))
def test_what_an_agent_takes_back_is_told_once(world, kind):
    if kind is LetterKind.NO_DEBT:
        world.pays()
    letter = world.asks(kind)
    for _ in range(2):
        world.services.letters.revoke(letter.folio, "wrong person at the desk", actor="agent-1")
        world.follow_up()
    assert world.said.count(REVOKED) == 1
    entry = world.database["outbox"].find_one({"purpose": REVOKED})
    assert (entry["subject"], entry["conversation_id"]) == (letter.folio, world.conversation_id)
    assert "desk" not in str(entry["content"])


def test_what_an_agent_issues_anew_is_announced_once_and_leads_to_the_new_letter(world):
    old = world.asks(LetterKind.BALANCE)
    for _ in range(2):
        new = world.services.letters.reissue(old.folio, "lost", cause_id="r-1", actor="agent-1")
        world.follow_up()
    assert world.said == [READY]
    entry = world.database["outbox"].find_one()
    assert (entry["subject"], entry["conversation_id"]) == (new.folio, world.conversation_id)
    assert new.folio != old.folio


def test_a_letter_is_issued_anew_together_with_its_notice_or_not_at_all(world, monkeypatch):
    old = world.asks(LetterKind.BALANCE)

    def fail(*_, **__):
        raise StorageError("away")

    with monkeypatch.context() as patched:
        patched.setattr(StoredNotices, "add_once", fail)
        with pytest.raises(StorageError):
            world.services.letters.reissue(old.folio, "lost", cause_id="r-1", actor="agent-1")
    assert world.current(LetterKind.BALANCE) == old
    new = world.services.letters.reissue(old.folio, "lost", cause_id="r-1", actor="agent-1")
    assert world.notice_states() == {f"letter_ready:{new.folio}": "waiting"}


def test_a_letter_is_taken_back_together_with_the_notice_or_not_at_all(world, monkeypatch):
    letter = world.asks(LetterKind.BALANCE)

    def fail(*_, **__):
        raise StorageError("away")

    with monkeypatch.context() as patched:
        patched.setattr(StoredNotices, "add_once", fail)
        with pytest.raises(StorageError):
            world.services.letters.revoke(letter.folio, "wrong", actor="agent-1")
    assert world.current(LetterKind.BALANCE) == letter
    assert world.database["audit_log"].count_documents({"act": "letter_revoked"}) == 0
    assert world.services.letters.revoke(letter.folio, "wrong", actor="agent-1") is not None
    assert world.notice_states() == {f"letter_revoked:{letter.folio}": "waiting"}


def test_after_a_reversal_all_of_it_works_again(world):
    world.pays()
    world.follow_up()
    world.asks()
    world.reverses()
    world.follow_up()
    world.wishes()
    world.follow_up()
    assert world.said == [OFFER, REVOKED]
    world.pays("P-4")
    world.follow_up()
    assert world.said == [OFFER, REVOKED, READY]
    first, second = world.database["letters"].find(sort=[("_id", 1)])
    assert (first["revoked_reason"], second["_id"]) == ("payment_reversed", world.current().folio)
    world.reverses("P-4")
    world.follow_up()
    world.pays("P-5")
    world.follow_up()
    assert world.said == [OFFER, REVOKED, READY, REVOKED, OFFER]


@pytest.mark.parametrize(
    ("wish", "said"),
    [pytest.param(False, OFFER, id="offer"), pytest.param(True, READY, id="wish")],
)
def test_what_waits_for_a_cheque_follows_on_the_day_it_clears(world, wish, said):
    if wish:
        world.wishes()
    pays_by_cheque(world)
    world.follow_up()
    world.pass_time(days=2)
    world.follow_up()
    assert (world.said, world.marked) == ([], 0)
    world.pass_time(days=1)
    world.follow_up()
    world.follow_up()
    assert world.said == [said]


def test_a_payment_dated_tomorrow_counts_tomorrow(world):
    world.pays(on=world.today + DAY)
    world.follow_up()
    assert world.said == []
    world.pass_time(days=1)
    world.follow_up()
    assert world.said == [OFFER]


def test_a_letter_ends_on_the_day_the_loan_is_undone(world):
    pays_and_asks(world)
    world.loans.mark_cancelled(LOAN_ID, world.today + DAY)
    world.follow_up()
    assert world.current() is not None
    world.pass_time(days=1)
    world.follow_up()
    assert world.current() is None


@pytest.mark.parametrize(
    ("hour", "said_at_once"),
    [(7, False), (8, True), (12, True), (20, True), (21, False), (23, False)],
)
def test_nobody_is_written_to_at_night(world, hour, said_at_once):
    world.pass_time(hours=hour - 12)
    world.pays(on=date(2026, 3, 10))
    world.follow_up()
    assert world.said == ([OFFER] if said_at_once else [])
    world.pass_time(hours=(24 - hour + 8) % 24)
    world.follow_up()
    assert world.said == [OFFER]


def test_at_night_letters_are_revoked_at_once_all_the_same(world):
    world.pass_time(hours=11)
    letter_then_reversal(world)
    world.follow_up()
    assert (world.current(), world.said) == (None, [])


def test_an_offer_that_a_reversal_overtakes_at_night_is_not_said(world):
    world.pass_time(hours=10)
    world.pays()
    world.follow_up()
    world.reverses()
    world.pass_time(hours=12)
    world.follow_up()
    assert world.said == []
    assert list(world.notice_states().values()) == ["outdated"]


def test_a_letter_received_meanwhile_is_not_announced(world):
    world.pass_time(hours=10)
    wish_then_paid(world)
    world.follow_up()
    letter = world.current()
    world.services.enqueuing.add(
        world.conversation_id,
        Document(file_id=letter.file_id, file_name="libre-deuda.pdf"),
        dedupe_key="reply:1",
        author=Author.BOT,
        subject=letter.folio,
    )
    world.pass_time(hours=12)
    world.follow_up()
    assert READY not in world.said


def test_while_an_agent_talks_notices_wait_until_the_chat_is_handed_back(world):
    world.is_handled_by(Handler.AGENT)
    letter_then_reversal(world)
    world.follow_up()
    assert world.said == []
    world.pass_time(days=1)
    world.is_handled_by(Handler.BOT)
    world.follow_up()
    assert world.said == [REVOKED]


def test_a_notice_that_could_not_be_said_for_a_week_is_given_up(world):
    world.is_handled_by(Handler.AGENT)
    letter_then_reversal(world)
    world.follow_up()
    world.pass_time(days=7, seconds=1)
    world.follow_up()
    assert list(world.notice_states().values()) == ["too_old"]
    [dead] = world.database["dead_letters"].find()
    assert (dead["source"], dead["body"]["kind"]) == ("letter_notice", "revoked")
    world.is_handled_by(Handler.BOT)
    world.follow_up()
    assert world.said == []


def test_the_chat_in_which_the_borrower_wrote_last_is_told(world):
    without_nine = "54" + CONTACT.removeprefix("549")
    world.pass_time(minutes=1)
    latest = world.writes(without_nine)
    world.pays()
    world.follow_up()
    [entry] = world.database["outbox"].find()
    assert entry["conversation_id"] == latest


def test_a_wish_is_waited_for_a_year(world):
    world.wishes()
    world.pass_time(days=365)
    world.follow_up()
    assert world.wish()["state"] == "waiting"
    world.pass_time(seconds=1)
    world.follow_up()
    assert world.wish()["reason"] == "too_old"
    assert world.wishes(cause_id="in-2")


def test_two_schedulers_at_once_do_it_once(world):
    world.wishes()
    world.wishes(LetterKind.BALANCE, cause_id="in-2")
    world.pays()
    barrier = Barrier(4)

    def run(_):
        barrier.wait()
        world.follow_up()

    with ThreadPoolExecutor(4) as schedulers:
        list(schedulers.map(run, range(4)))
    assert world.said == [READY]
    assert world.database["letters"].count_documents({}) == 1


class CrashError(BaseException):
    """The process dies here."""


class Crash(NamedTuple):
    """Before or after which step of whom, and what was to follow from what."""

    happens: Callable[[LetterWorld], None]
    said: str
    owner: str
    part: str
    step: str
    when: str


CRASHES = [
    pytest.param(Crash(happens, said, owner, part, step, when), id=f"{said}, {when} {step}")
    for happens, said, steps in [
        (
            letter_then_reversal,
            REVOKED,
            [
                ("letter_followups", "_revocations.revoke"),
                ("letter_followups", "_reviews.note_done"),
                ("letter_notice_queue", "_notices.say_revoked"),
                ("letter_notice_queue", "_waiting.end"),
            ],
        ),
        (
            wish_then_paid,
            READY,
            [
                ("letter_wishes", "_letters.issue"),
                ("letter_wishes", "_followups.fulfil"),
                ("letter_followups", "_reviews.note_done"),
                ("letter_notice_queue", "_notices.say_ready"),
                ("letter_notice_queue", "_waiting.end"),
            ],
        ),
        (
            pays_last,
            OFFER,
            [
                ("letter_followups", "_notices.add_once"),
                ("letter_followups", "_reviews.note_done"),
                ("letter_notice_queue", "_notices.say_offer"),
                ("letter_notice_queue", "_waiting.end"),
            ],
        ),
    ]
    for owner, path in steps
    for part, step in [path.split(".")]
    for when in ("before", "after")
]


@pytest.mark.parametrize("crash", CRASHES)
def test_a_crash_at_any_step_is_made_good(world, monkeypatch, crash):
    crash.happens(world)
    part = getattr(getattr(world.services, crash.owner), crash.part)
    with monkeypatch.context() as patched:
        patched.setattr(part, crash.step, _crashing(getattr(part, crash.step), crash.when))
        with pytest.raises(CrashError):
            world.follow_up()
    world.follow_up()
    assert world.said == [crash.said]
    assert world.marked == 0
    assert world.database["letters"].count_documents({}) == (0 if crash.said == OFFER else 1)


def _crashing(step, when):
    def crash(*args, **kwargs):
        if when == "after":
            step(*args, **kwargs)
        raise CrashError

    return crash


def test_a_letter_issued_while_its_payment_is_reversed_does_not_last(world):
    for number in range(20):
        payment_id = f"P-{number + 3}"
        world.pays(payment_id)
        barrier = Barrier(2)

        def issue(number=number, barrier=barrier):
            barrier.wait()
            with suppress(LetterNotAvailable):
                world.asks(cause_id=f"in-{number}")

        def reverse_and_review(payment_id=payment_id, barrier=barrier):
            barrier.wait()
            world.reverses(payment_id)
            world.follow_up()

        with ThreadPoolExecutor(2) as both:
            for done in [both.submit(issue), both.submit(reverse_and_review)]:
                done.result()
        assert world.current() is None


def test_a_change_during_the_review_is_reviewed_after_it(world, monkeypatch):
    world.pays()
    loans = world.services.letter_followups._loans
    find = loans.find

    def find_then_change(loan_id):
        history = find(loan_id)
        monkeypatch.undo()
        world.asks()
        world.reverses()
        return history

    monkeypatch.setattr(loans, "find", find_then_change)
    world.services.letter_followups.review_due()
    assert world.marked == 0
    assert world.services.letters.find(world.database["letters"].find_one()["_id"]).revoked_at


def test_a_loan_that_cannot_be_reviewed_stops_no_other(world, monkeypatch):
    monkeypatch.setattr(letter_followups, "MAX_FAILURES", 3)
    world.loans.save([a_loan(loan_id="L-broken")])
    world.pays("P-9", loan_id="L-broken")
    world.database["loans"].update_one({"_id": "L-broken"}, {"$unset": {"currency": ""}})
    world.pays()
    world.follow_up()
    assert (world.said, world.marked) == ([OFFER], 1)
    world.follow_up()
    assert world.database["dead_letters"].count_documents({}) == 0
    world.follow_up()
    [dead] = world.database["dead_letters"].find()
    assert (dead["source"], dead["body"]) == ("letter_review", {"loan_id": "L-broken"})
    assert world.marked == 0


def test_a_store_that_is_away_leaves_everything_for_the_next_run(world, monkeypatch):
    world.pays()

    def fail(_loan_id):
        raise StorageError("away")

    with monkeypatch.context() as patched:
        patched.setattr(world.services.letter_followups._loans, "find", fail)
        with pytest.raises(StorageError):
            world.follow_up()
    world.follow_up()
    assert world.said == [OFFER]


def test_a_first_import_of_old_loans_writes_to_nobody_and_leaves_nothing_to_do(world):
    for number in range(450):
        loan_id = f"L-{number}"
        world.loans.save(
            [
                a_loan(loan_id=loan_id, installments=a_loan().installments[:1]),
            ]
        )
        world.pays(f"P-{loan_id}", loan_id=loan_id, on=date(2026, 1, 10))
    assert world.services.letter_followups.review_due() == 451
    assert (world.said, world.marked) == ([], 0)
