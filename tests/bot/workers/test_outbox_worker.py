from datetime import timedelta

import pytest

from bot.services.delivery_reports import MAX_ATTEMPTS as MAX_REPORTED_FAILURES
from bot.workers.outbox_worker import LEASE, MAX_ATTEMPTS, UNAUTHORIZED_PAUSE, WAIT_FOR_REPORT
from domain.contact import Identity
from domain.conversation import Author
from domain.message import OutboundText
from storage.errors import StorageError
from storage.outbox import NewOutbound
from tests.fakes import SENDER
from tests.message_builders import PHONE
from tests.processes import eventually
from webhooks.simulator.faults import Fault

OTHER = "5491155550102"
DAY = timedelta(days=1)


@pytest.fixture
def conversation_id(world):
    """A conversation of a person who has just been answered."""
    world.converse("buenas noches equipo")
    world.arrived(count=1)
    assert world.will_be("seen")
    [conversation] = world.database["conversations"].find()
    return conversation["_id"]


def enqueue(world, conversation_id, *texts, author=Author.BOT, purpose=None):
    for text in texts:
        world.services.enqueuing.add(
            conversation_id,
            OutboundText(text=text),
            dedupe_key=f"test:{text}",
            author=author,
            purpose=purpose,
        )


def sends(world):
    """Message ids that Infobip was asked to take, in order, the first answer left out."""
    calls = world.infobip.calls("/whatsapp/1/message/")
    bodies = [call.body["messages"][0] if "messages" in call.body else call.body for call in calls]
    return [body["messageId"] for body in bodies][1:]


def window(world):
    [conversation] = world.database["conversations"].find()
    return conversation["last_inbound_at"]


def new_statuses(world):
    return world.statuses()[1:]


# --- the window, and the owner ---------------------------------------------------------------


def test_outside_the_window_a_message_waits_until_the_person_writes(world, conversation_id):
    world.clock.move(DAY)
    enqueue(world, conversation_id, "uno", "dos")
    world.send()
    assert new_statuses(world) == ["waiting_window"] * 2
    assert sends(world) == []
    world.converse("cuánto debo")
    assert world.arrived(count=4)[1:] == ["uno", "dos", "re: cuánto debo"]


def test_outside_the_window_the_sites_template_calls_and_the_answer_releases(
    world, conversation_id
):
    world.clock.move(DAY)
    enqueue(world, conversation_id, "uno", purpose="pending_reply")
    world.send()
    assert world.arrived(count=2)[1:] == ["respuesta_pendiente"]
    assert new_statuses(world)[0] == "waiting_window"
    world.converse("sí")
    assert world.arrived(count=4)[2:] == ["uno", "re: sí"]


def test_a_template_calls_once_however_often_its_message_is_tried(world, conversation_id):
    world.clock.move(DAY)
    enqueue(world, conversation_id, "uno", purpose="pending_reply")
    world.send()
    world.database["outbox"].update_one(
        {"status": "waiting_window"}, {"$set": {"status": "pending"}}
    )
    world.send()
    assert world.arrived(count=2)[1:] == ["respuesta_pendiente"]
    assert len(world.outbox()) == 3


def test_a_crash_between_the_template_and_the_parking(world, conversation_id, monkeypatch):
    def killed(*_, **__):
        raise KeyboardInterrupt

    world.clock.move(DAY)
    enqueue(world, conversation_id, "uno", purpose="pending_reply")
    monkeypatch.setattr(world.outbox_worker, "_settle", killed)
    with pytest.raises(KeyboardInterrupt):
        world.send()
    monkeypatch.undo()
    world.clock.move(LEASE)
    world.send()
    world.clock.move(LEASE)
    world.send()
    assert world.arrived(count=2)[1:] == ["respuesta_pendiente"]
    assert new_statuses(world)[0] == "waiting_window"


def test_the_last_moment_of_the_window(world, conversation_id):
    world.clock.move(DAY - timedelta(seconds=1))
    enqueue(world, conversation_id, "uno")
    world.send()
    assert world.arrived(count=2)[1:] == ["uno"]


@pytest.mark.parametrize("owner", ["agent", "nobody"])
def test_the_owner_is_asked_right_before_sending(world, conversation_id, owner):
    enqueue(world, conversation_id, "uno")
    enqueue(world, conversation_id, "aviso", author=Author.NOTICE)
    world.database["conversations"].update_one({}, {"$set": {"handled_by": owner}})
    world.send()
    assert new_statuses(world)[0] == "withheld"
    assert world.arrived(count=2)[1:] == ["aviso"]


def test_what_the_provider_knows_of_the_window_counts(world, conversation_id):
    """We count it open, WhatsApp does not: report 7010."""
    world.infobip.simulator.store.person(PHONE).last_inbound_at = None
    enqueue(world, conversation_id, "uno")
    world.send()
    assert world.will_be("seen", "failed", "pending")
    assert eventually(lambda: window(world) is None)
    enqueue(world, conversation_id, "dos")
    world.send()
    assert new_statuses(world) == ["failed", "waiting_window", "waiting_window"]
    assert len(sends(world)) == 1
    world.converse("cuánto debo")
    assert world.arrived(count=4)[1:] == ["uno", "dos", "re: cuánto debo"]


def test_for_a_message_refused_for_the_window_a_template_calls(world, conversation_id):
    world.infobip.simulator.store.person(PHONE).last_inbound_at = None
    enqueue(world, conversation_id, "uno", purpose="pending_reply")
    world.send()
    assert world.will_be("seen", "failed", "pending")
    world.send()
    assert world.arrived(count=2)[1:] == ["respuesta_pendiente"]
    assert new_statuses(world)[:2] == ["failed", "waiting_window"]
    world.converse("sí")
    assert world.arrived(count=4)[2:] == ["uno", "re: sí"]
    assert world.dead_letters() == []


# --- Infobip in trouble ------------------------------------------------------------------------


def retry_in(world):
    return world.outbox()[1]["available_at"] - world.clock.machine_now()


@pytest.mark.parametrize("fault", [Fault.RATE_LIMITED, Fault.SERVER_ERROR, Fault.REJECTED_IN_BODY])
def test_what_infobip_did_not_take_is_tried_again_in_order(world, conversation_id, fault):
    world.arm(fault)
    enqueue(world, conversation_id, "uno", "dos")
    world.send()
    assert new_statuses(world) == ["pending"] * 2
    assert len(sends(world)) == 1
    world.send()
    assert len(sends(world)) == 1
    world.clock.move(retry_in(world))
    world.send()
    assert world.arrived(count=3)[1:] == ["uno", "dos"]
    first, again, _ = sends(world)
    assert first == again


def test_retry_after_is_heeded(world, conversation_id):
    world.arm(Fault.RATE_LIMITED)
    enqueue(world, conversation_id, "uno")
    world.send()
    [call] = world.infobip.calls("/whatsapp/1/message/")[1:]
    assert call.status == 429
    assert retry_in(world) >= timedelta(seconds=1)


def test_trouble_that_does_not_end_is_given_up_and_the_next_goes_on(world, conversation_id):
    world.arm(Fault.SERVER_ERROR, MAX_ATTEMPTS)
    enqueue(world, conversation_id, "uno", "dos")
    for _ in range(MAX_ATTEMPTS):
        world.send()
        world.pass_time(minutes=5)
    world.send()
    assert world.arrived(count=2)[1:] == ["dos"]
    assert world.dead_letters() == ["http_500:GENERAL_ERROR"]
    assert new_statuses(world)[0] == "failed"


def test_a_refused_message_is_given_up_at_once_and_the_next_goes_on(world, conversation_id):
    world.arm(Fault.REFUSED)
    enqueue(world, conversation_id, "uno", "dos")
    world.send()
    assert world.arrived(count=2)[1:] == ["dos"]
    [reason] = world.dead_letters()
    assert reason.startswith("http_400")


def test_what_breaks_a_rule_of_the_channel_never_leaves(world, conversation_id):
    enqueue(world, conversation_id, "x" * 5000, "dos")
    world.send()
    assert world.arrived(count=2)[1:] == ["dos"]
    assert len(sends(world)) == 1
    assert len(world.dead_letters()) == 1


def test_a_refused_key_pauses_everything_and_costs_no_attempt(world, conversation_id):
    world.converse("buenas noches equipo", OTHER)
    world.arrived(OTHER, count=1)
    before = len(sends(world))
    other_id = conversation_id.replace(
        conversation_id.split("-")[0],
        world.services.contacts.find_by_alias(f"phone:{OTHER}").contact_id,
    )
    world.arm(Fault.UNAUTHORIZED)
    enqueue(world, conversation_id, "uno")
    enqueue(world, other_id, "dos")
    world.send()
    assert len(sends(world)) == before + 1
    assert world.outbox(status="pending")[0]["attempts"] == 0
    world.clock.move(UNAUTHORIZED_PAUSE)
    world.send()
    assert world.arrived(count=2)[1:] == ["uno"]
    assert world.arrived(OTHER, count=2)[1:] == ["dos"]


# --- nobody knows ------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [Fault.DROPPED, Fault.SLOW], ids=["broken off", "too slow"])
def test_after_no_answer_the_report_decides_and_nothing_is_sent_twice(
    world, conversation_id, fault
):
    world.arm(fault)
    enqueue(world, conversation_id, "uno", "dos")
    world.send()
    assert eventually(lambda: new_statuses(world)[0] == "seen")
    world.send()
    assert world.arrived(count=3)[1:] == ["uno", "dos"]
    assert len(sends(world)) == 2


def test_after_no_answer_and_no_report_the_same_id_goes_again(world, conversation_id):
    world.arm(Fault.DROPPED)
    world.arm(Fault.LOST_REPORT)
    enqueue(world, conversation_id, "uno", "dos")
    world.send()
    assert new_statuses(world) == ["unknown", "pending"]
    world.clock.move(WAIT_FOR_REPORT)
    world.send()
    assert world.arrived(count=3)[1:] == ["uno", "dos"]
    first, again, _ = sends(world)
    assert first == again


def test_what_nobody_ever_answers_ends_as_expired(world, conversation_id):
    world.arm(Fault.DROPPED, 99)
    world.arm(Fault.LOST_REPORT, 99)
    enqueue(world, conversation_id, "uno")
    for _ in range(MAX_ATTEMPTS):
        world.send()
        world.clock.move(WAIT_FOR_REPORT)
    world.send()
    assert new_statuses(world) == ["expired"]
    assert world.dead_letters() == ["never_reported"]


def test_a_sender_that_died_is_replaced_and_order_is_kept(world, conversation_id):
    enqueue(world, conversation_id, "uno", "dos")
    world.services.outbox.claim(
        conversation_id, worker="dead", now=world.clock.machine_now(), lease=LEASE
    )
    world.send()
    assert sends(world) == []
    world.clock.move(LEASE)
    world.send()
    assert world.arrived(count=3)[1:] == ["uno", "dos"]


# --- reports -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault", [Fault.FAILS_UNKNOWN_USER, Fault.FAILS_BLOCKED_USER], ids=["unknown", "blocked"]
)
def test_whom_nothing_reaches_gets_nothing_until_they_write(world, conversation_id, fault):
    world.arm(fault)
    enqueue(world, conversation_id, "uno")
    world.send()
    assert world.will_be("seen", "failed")
    assert eventually(lambda: len(world.dead_letters()) == 1)
    enqueue(world, conversation_id, "dos")
    world.send()
    assert new_statuses(world)[-1] == "waiting_window"
    world.converse("volví")
    assert world.arrived(count=3)[1:] == ["dos", "re: volví"]


def test_a_changed_identity_ends_what_was_proven(world, conversation_id):
    [contact] = world.database["contacts"].find()
    proven = {"borrower_id": "B-1", "verified_until": world.clock.now() + DAY}
    world.database["contacts"].update_one({}, {"$set": {"identity": proven}})
    world.arm(Fault.FAILS_IDENTITY_CHANGED)
    enqueue(world, conversation_id, "uno")
    world.send()
    assert world.will_be("seen", "failed")
    assert eventually(lambda: world.dead_letters() != [])
    identity = world.services.contacts.get(contact["_id"]).identity
    assert identity.verified_borrower(world.clock.now()) is None


def test_what_may_have_arrived_goes_again_under_its_id(world, conversation_id):
    world.arm(Fault.FAILS_PROVIDER_TIMEOUT)
    enqueue(world, conversation_id, "uno")
    world.send()
    assert world.will_be("seen", "pending")
    world.pass_time(minutes=1)
    world.send()
    first, again = sends(world)
    assert first == again
    assert world.outbox()[-1]["attempts"] < MAX_REPORTED_FAILURES


def test_what_did_not_arrive_goes_again_as_a_copy_a_few_times(world, conversation_id):
    world.arm(Fault.FAILS_UNKNOWN_CODE, 99)
    enqueue(world, conversation_id, "uno")
    for copies in range(4):
        world.send()
        expected = ["failed"] * (copies + 1) + (["pending"] if copies < 3 else [])
        assert world.will_be("seen", *expected)
        world.pass_time(minutes=10)
    assert len(set(sends(world))) == 4
    assert eventually(lambda: world.dead_letters() == ["EC_UNDOCUMENTED"])


@pytest.mark.parametrize("fault", [Fault.DUPLICATE_REPORT, Fault.SEEN_BEFORE_DELIVERED])
def test_reports_twice_or_in_the_wrong_order(world, conversation_id, fault):
    world.arm(fault)
    enqueue(world, conversation_id, "uno")
    world.send()
    assert world.will_be("seen", "seen")


def test_a_report_that_was_cut_short_is_finished_when_it_comes_again(
    world, conversation_id, monkeypatch
):
    """MongoDB goes away between noting the failure and acting on it; nobody acknowledged it."""

    def away(*_):
        raise StorageError

    reports = type(world.services.receiving._reports)
    monkeypatch.setattr(reports, "_has_another_chance", away)
    world.arm(Fault.FAILS_UNKNOWN_CODE)
    enqueue(world, conversation_id, "uno")
    world.send()
    assert world.will_be("seen", "failed")
    monkeypatch.undo()
    assert world.will_be("seen", "failed", "pending")


# --- who it was meant for --------------------------------------------------------------------


@pytest.mark.parametrize("is_still_proven", [True, False])
def test_what_waited_goes_only_to_whom_it_was_meant_for(world, conversation_id, is_still_proven):
    contact_id = world.services.conversations.get(conversation_id).contact_id
    contacts, now = world.services.contacts, world.clock.now()
    proven = Identity().after_success("B-1", now)
    assert contacts.save_identity(contact_id, Identity(), proven, "try-1")
    world.services.outbox.add_many(
        [
            NewOutbound(
                message_id="m-1",
                dedupe_key="test:m-1",
                content=OutboundText(text="Te falta: $ 100,00"),
                author=Author.BOT,
                for_borrower="B-1",
            )
        ],
        conversation_id=conversation_id,
        business_number=SENDER,
        to=PHONE,
        first_seq=world.services.conversations.reserve_places(conversation_id, 1),
        now=now,
    )
    if not is_still_proven:
        contacts.drop_verification(contact_id)
    world.pass_time(minutes=5)
    world.send()
    expected = "delivered" if is_still_proven else "withheld"
    assert eventually(lambda: new_statuses(world)[-1] in (expected, "seen"))
    assert ("m-1" in sends(world)) is is_still_proven
