"""From an issued letter to its stored document, whatever happens in between."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY

from bot.workers.document_worker import LEASE, MAX_ATTEMPTS
from bot.workers.run import build_document_worker
from pdfs.errors import PressError
from storage.dead_letters import DeadLetters
from storage.files import Files
from storage.letter_printing import LetterPrinting
from storage.outbox_files import OutboxFiles
from tests.fake_press import PDF, FakePress
from tests.unprinted_letters import issue

BACK_OFF = [timedelta(seconds=2), timedelta(seconds=8)]


class KilledError(BaseException):
    """The process is gone: nothing after this runs."""


def end_of_process(*_, **__):
    raise KilledError


@pytest.fixture
def press():
    return FakePress()


@pytest.fixture
def worker(world, press):
    return build_document_worker(world.services, press)


@pytest.fixture
def letter(world):
    return issue(world.database)


def work_off(worker):
    """Print all that is to be printed now; the attempts that were made."""
    taken = [claimed for _, claimed in worker.find_ready(set(), 9)]
    for claimed in taken:
        worker.work(claimed)
    return [attempt for _, attempt in taken]


def content_of(world, letter):
    opened = world.services.files.open(letter.file_id)
    return opened.stream.read() if opened else None


def noted(world, letter):
    return world.services.stored_letters.find(letter.folio).file


def dead_letters(world):
    return [(each["source"], each["reason"]) for each in world.database["dead_letters"].find()]


def test_an_issued_letter_is_printed_stored_and_noted(world, worker, letter):
    assert work_off(worker) == [1]
    assert content_of(world, letter) == PDF + b"1"
    assert noted(world, letter) == world.services.files.find(letter.file_id)
    opened = world.services.files.open(letter.file_id)
    assert opened.name == f"libre-deuda_{letter.folio}.pdf"
    assert opened.content_type == "application/pdf"
    assert work_off(worker) == []


def test_the_time_from_issue_to_document_is_measured(world, worker, letter):
    def figure(name):
        return REGISTRY.get_sample_value(f"fiado_letter_seconds_{name}")

    count, total = figure("count"), figure("sum")
    business = letter.issued_at
    world.clock.move(business + timedelta(seconds=3) - world.clock.now())
    world.database["letters"].update_one({}, {"$set": {"print_at": world.clock.machine_now()}})
    work_off(worker)
    assert figure("count") == count + 1
    assert figure("sum") == pytest.approx(total + 3)


def test_who_waits_longest_is_printed_first(world, worker, press):
    folios = [issue(world.database, f"L-{number}").folio for number in range(3)]
    for place, folio in enumerate(reversed(folios)):
        at = world.clock.machine_now() - timedelta(seconds=10 - place)
        world.database["letters"].update_one({"_id": folio}, {"$set": {"print_at": at}})
    work_off(worker)
    assert press.printed == folios[::-1]


# --- the press in trouble ----------------------------------------------------------------------


@pytest.mark.parametrize("failures", [1, 2])
def test_what_the_press_did_not_make_is_tried_again_later(world, worker, press, letter, failures):
    press.troubles = [PressError("jam")] * failures
    for pause in BACK_OFF[:failures]:
        work_off(worker)
        assert work_off(worker) == []
        world.clock.move(pause)
    assert work_off(worker) == [failures + 1]
    assert content_of(world, letter) is not None
    assert dead_letters(world) == []


def test_after_the_last_attempt_it_is_given_up_with_its_reason(world, worker, press, letter):
    press.troubles = [PressError("jam")] * 9
    for pause in [*BACK_OFF, LEASE]:
        work_off(worker)
        world.clock.move(pause)
    assert work_off(worker) == []
    assert dead_letters(world) == [("document", "jam")]
    [kept] = world.database["dead_letters"].find()
    assert kept["body"] == {"folio": letter.folio, "kind": "no_debt"}
    assert len(press.printed) == MAX_ATTEMPTS
    assert noted(world, letter) is None


def test_what_was_given_up_can_be_printed_after_all(world, worker, press, letter):
    press.troubles = [PressError("jam")] * MAX_ATTEMPTS
    for pause in [*BACK_OFF, LEASE]:
        work_off(worker)
        world.clock.move(pause)
    world.database["letters"].update_one({}, {"$set": {"print_attempts": 0}})
    world.services.letter_printing.print_again(letter.folio, at=world.clock.machine_now())
    work_off(worker)
    assert noted(world, letter) is not None


# --- killed anywhere -----------------------------------------------------------------------------

STEPS = {
    "while printing": (FakePress, "print_letter", False),
    "before it is stored": (Files, "put_once", False),
    "after it was stored": (Files, "put_once", True),
    "before it is noted": (LetterPrinting, "note_printed", False),
    "after it was noted": (LetterPrinting, "note_printed", True),
    "before what waits is let go": (OutboxFiles, "release", False),
}


def killed(monkeypatch, step):
    """Let the next call of that step be the last thing the process does."""
    owner, name, is_done = STEPS[step]
    whole = getattr(owner, name)

    def end(*arguments, **names):
        if is_done:
            whole(*arguments, **names)
        raise KilledError

    monkeypatch.setattr(owner, name, end)


@pytest.mark.parametrize("step", STEPS)
def test_another_worker_finishes_what_a_killed_one_began(world, worker, letter, monkeypatch, step):
    killed(monkeypatch, step)
    with pytest.raises(KilledError):
        work_off(worker)
    monkeypatch.undo()
    first = content_of(world, letter)
    successor = build_document_worker(world.services, FakePress(None, None))
    world.clock.move(LEASE - timedelta(seconds=1))
    assert work_off(successor) == []
    world.clock.move(timedelta(seconds=1))
    work_off(successor)
    assert noted(world, letter) == world.services.files.find(letter.file_id)
    assert content_of(world, letter) == (first or PDF + b"1")
    assert world.database["files.files"].count_documents({}) == 1
    assert world.database["files.chunks"].count_documents({}) == 1


def test_a_letter_that_kills_its_worker_each_time_is_given_up(world, worker, letter, monkeypatch):
    killed(monkeypatch, "while printing")
    for _ in range(MAX_ATTEMPTS):
        with pytest.raises(KilledError):
            work_off(worker)
        world.clock.move(LEASE)
    work_off(worker)
    assert dead_letters(world) == [("document", "never_finished")]
    assert not world.services.letter_printing.awaits_printing(letter.folio)


@pytest.mark.parametrize("step", ["give_up", "add"])
def test_giving_up_is_finished_by_another_worker(world, worker, press, monkeypatch, step):
    letter = issue(world.database)
    press.troubles = [PressError("jam")] * 9
    for pause in BACK_OFF:
        work_off(worker)
        world.clock.move(pause)
    owner = {"add": DeadLetters, "give_up": LetterPrinting}[step]
    monkeypatch.setattr(owner, step, end_of_process)
    with pytest.raises(KilledError):
        work_off(worker)
    monkeypatch.undo()
    world.clock.move(LEASE)
    work_off(worker)
    assert [source for source, _ in dead_letters(world)] == ["document"]
    assert not world.services.letter_printing.awaits_printing(letter.folio)


# --- several workers -----------------------------------------------------------------------------


def test_many_workers_print_each_letter_once(world):
    letters = [issue(world.database, f"L-{number}") for number in range(12)]
    presses = [FakePress() for _ in range(4)]
    workers = [build_document_worker(world.services, press) for press in presses]

    def drain(worker):
        while work_off(worker):
            pass

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(drain, workers))
    printed = [folio for press in presses for folio in press.printed]
    assert sorted(printed) == sorted(letter.folio for letter in letters)
    assert all(noted(world, letter) for letter in letters)


def test_a_slow_worker_and_its_successor_leave_one_document(world, worker, letter):
    [(_, slow)] = worker.find_ready(set(), 1)
    world.clock.move(LEASE)
    work_off(build_document_worker(world.services, FakePress()))
    first = content_of(world, letter), noted(world, letter)
    worker.work(slow)
    assert (content_of(world, letter), noted(world, letter)) == first
    assert world.database["files.files"].count_documents({}) == 1


def test_two_that_store_at_the_same_moment_note_the_same_document(world, letter):
    presses = [FakePress(None), FakePress(None, None)]
    presses[1].printed.append("another copy")
    workers = [build_document_worker(world.services, press) for press in presses]
    [(_, (same, attempt))] = workers[0].find_ready(set(), 1)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda each: each.work((same, attempt)), workers))
    assert noted(world, letter) == world.services.files.find(letter.file_id)
    assert world.database["files.files"].count_documents({}) == 1
