"""Every query of the queues and of what surrounds a turn is served by an index."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import compress, product
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure
from pymongo.monitoring import CommandListener

from domain.api_key import ApiKey, Scope
from domain.contact import Contact, Identity, Role
from domain.conversation import Offer
from domain.delivery import DeliveryStatus
from domain.letter import LetterState, StoredFile
from domain.letter_content import LetterKind
from domain.message import MediaKind
from domain.rejected import RejectedResult
from domain.ticket import TicketReason
from storage.api_keys import ApiKeys
from storage.attachments import Attachments, NewAttachment
from storage.audit_log import AuditLog
from storage.contacts import Contacts
from storage.conversations import Conversations
from storage.dead_letters import DeadLetters
from storage.errors import AlreadyStoredError
from storage.files import Files
from storage.idempotency import Claim, Idempotency, StoredAnswer
from storage.inbox import Inbox
from storage.indexes import INDEXES, ensure_indexes
from storage.letter_printing import LetterPrinting
from storage.letter_register import LetterRegister, Place, RegisterSearch
from storage.letters import Letters, NewLetter
from storage.outbox import UNFINISHED_FIRST, Outbox
from storage.outbox_files import OutboxFiles
from storage.outbox_reports import OutboxReports
from storage.outbox_upkeep import OutboxUpkeep
from storage.tickets import NewTicket, Tickets
from storage.turns import FinishedTurn, Turns
from tests.letter_builders import a_no_debt_draft
from tests.message_builders import (
    BUSINESS_NUMBER,
    CONVERSATION,
    NOON,
    PHONE,
    a_lease,
    an_inbound,
    an_outbound,
    an_outcome,
)

MINUTE = timedelta(minutes=1)
EXPLAINED = {"find", "update", "delete", "findAndModify", "count", "aggregate"}
NOT_PART_OF_A_QUERY = {
    "lsid", "txnNumber", "startTransaction", "autocommit", "$db", "$clusterTime", "writeConcern",
    "$readPreference", "readConcern",
}  # fmt: skip
MESSAGE = an_inbound()
TICKET = NewTicket(
    cause_id="in-1",
    conversation_id=CONVERSATION,
    contact_id="c1",
    reason=TicketReason.COMPLAINT,
)
REJECTED = RejectedResult(index=0, reason="type: missing", raw="{}")
ATTACHMENT = NewAttachment(
    attachment_id="in-1", contact_id="c1", media_kind=MediaKind.IMAGE, url="https://x/1"
)

NEW_LETTER = NewLetter(
    kind=LetterKind.NO_DEBT,
    loan_id="L-1",
    borrower_id="B-1",
    merchant_id="M-100",
    cause_id="in-1",
    facts_key="facts",
    loan_version=0,
    folio_series="AR-LD-2026",
    actor="c1",
)
STORED_FILE = StoredFile(file_id="f-1", size_bytes=1, sha256="0")
FILE = {"file_id": "f-1", "content": b"x"}
API_KEY = ApiKey(prefix="abcdefgh", name="Portal", scope=Scope.PORTAL, created_at=NOON)
# later than any run of this test: what has expired is taken away at any moment
REQUEST = {
    "key_id": "k-1",
    "request_hash": "h-1",
    "now": datetime(2150, 1, 1, tzinfo=UTC),
    "lease": timedelta(),
}
CLAIM = Claim(key_id="k-1", owner="w1", cause_id="api:1")


class Recorder(CommandListener):
    """Keeps the commands that went out."""

    def __init__(self) -> None:
        self.commands: list[dict[str, Any]] = []

    def started(self, event: Any) -> None:
        reads_any_one = event.command.get("limit") == 1 and not event.command["filter"]
        if event.command_name in EXPLAINED and not reads_any_one:
            self.commands.append(dict(event.command))

    def succeeded(self, event: Any) -> None:
        pass

    def failed(self, event: Any) -> None:
        pass


def stages(plan: Any) -> Iterator[str]:
    """Every stage of the plans that were chosen."""
    if isinstance(plan, dict):
        if isinstance(plan.get("stage"), str):
            yield plan["stage"]
        for name, part in plan.items():
            if name != "rejectedPlans":
                yield from stages(part)
    elif isinstance(plan, list):
        for part in plan:
            yield from stages(part)


def usable_indexes(plan: Any) -> Iterator[str]:
    """Every index that the planner considered: which it takes depends on what is stored."""
    if isinstance(plan, dict):
        if isinstance(plan.get("indexName"), str):
            yield plan["indexName"]
        for part in plan.values():
            yield from usable_indexes(part)
    elif isinstance(plan, list):
        for part in plan:
            yield from usable_indexes(part)


class Watched:
    """A database whose every query is explained."""

    def __init__(self, uri: str) -> None:
        self._recorder = Recorder()
        self.client: MongoClient[dict[str, Any]] = MongoClient(
            uri, tz_aware=True, event_listeners=[self._recorder]
        )
        self.database = self.client["test_explained"]
        ensure_indexes(self.database)

    @contextmanager
    def explaining(self) -> Iterator[list[dict[str, Any]]]:
        """The plans of what is asked meanwhile, there when the block ends."""
        self._recorder.commands.clear()
        plans: list[dict[str, Any]] = []
        yield plans
        for command in list(self._recorder.commands):
            bare = {name: part for name, part in command.items() if name not in NOT_PART_OF_A_QUERY}
            plan = self.database.command("explain", bare, verbosity="queryPlanner")
            plans.append({"asked": str(bare)} | plan)

    @contextmanager
    def expecting_no_scan(self) -> Iterator[None]:
        with self.explaining() as plans:
            yield
        assert plans
        for plan in plans:
            used = set(stages(plan))
            assert used, plan["asked"]
            assert used.isdisjoint({"COLLSCAN", "EOF", "SORT"}), (sorted(used), plan["asked"])


def everything(database: Any) -> dict[tuple[str, str], Any]:
    """One call of each public method, under its class and name, in an order that makes sense."""
    inbox, outbox = Inbox(database), Outbox(database)
    reports, upkeep = OutboxReports(database), OutboxUpkeep(database)
    conversations, contacts = Conversations(database), Contacts(database)
    outbox_files, files = OutboxFiles(database), Files(database)
    attachments, tickets = Attachments(database), Tickets(database)
    dead_letters, audit = DeadLetters(database), AuditLog(database)
    letters, printing = Letters(database), LetterPrinting(database)
    turns, register = Turns(database), LetterRegister(database)
    keys, idempotency = ApiKeys(database), Idempotency(database)
    database["loans"].update_one({"_id": "L-1"}, {"$set": {}}, upsert=True)
    with suppress(AlreadyStoredError):
        keys.add(API_KEY, "hash")
    idempotency.claim(**REQUEST)
    contact = contacts.resolve([f"phone:{PHONE}"])
    crowd = [an_inbound(phone=f"54911555{number:05d}") for number in range(300)]
    waiting = [MESSAGE, *crowd, *(an_inbound() for _ in range(100))]
    inbox.add_many([(each, timedelta()) for each in waiting], arrived_at=NOON, now=NOON)
    lease = a_lease(conversations)
    place = {"conversation_id": CONVERSATION, "business_number": BUSINESS_NUMBER, "to": PHONE}
    outbox.add_many([an_outbound(message_id="out-a")], **place, first_seq=1, now=NOON)
    entry = outbox.find("out-a")
    attachments.add_many([ATTACHMENT], CONVERSATION, NOON)
    wanted = attachments.find("in-1")
    dead_letter = {"source": "x", "reason": "x", "body": "x", "dedupe_key": "x", "at": NOON}
    session = database.client.start_session()
    address = f"{BUSINESS_NUMBER}|phone:{PHONE}"
    identity = Identity()
    calls = [
        (inbox.list_ready, {"now": NOON, "limit": 8, "busy": set()}),
        (inbox.list_waiting, {"addresses": [address]}),
        (inbox.get_waiting, {"entry_ids": [MESSAGE.external_id]}),
        (inbox.delay, {"addresses": [address], "until": NOON + MINUTE}),
        (inbox.depth, {}),
        (inbox.is_deeper_than, {"bound": 3}),
        (inbox.oldest_ready_at, {}),
        (
            inbox.finish,
            {
                "entry_ids": [MESSAGE.external_id],
                "conversation_id": CONVERSATION,
                "state": "done",
                "session": session,
            },
        ),
        (contacts.resolve, {"aliases": [f"phone:{PHONE}", "user:AR.1"]}),
        (contacts.get, {"contact_id": contact.contact_id}),
        (contacts.find_by_alias, {"alias": f"phone:{PHONE}"}),
        (
            contacts.save_identity,
            {
                "contact_id": contact.contact_id,
                "before": identity,
                "after": identity,
                "attempt_id": "in-1",
            },
        ),
        (
            contacts.note_identity_hash,
            {"contact_id": contact.contact_id, "identity_hash": "h1"},
        ),
        (contacts.drop_verification, {"contact_id": contact.contact_id}),
        (contacts.set_active_role, {"contact_id": contact.contact_id, "role": Role.OWNER}),
        (
            contacts.set_marketing,
            {"contact_id": contact.contact_id, "wants_marketing": True, "at": NOON},
        ),
        (conversations.get, {"conversation_id": CONVERSATION}),
        (conversations.find, {"conversation_id": CONVERSATION}),
        (conversations.find_latest, {"contact_id": "c1"}),
        (
            conversations.add_to_offer,
            {"conversation_id": CONVERSATION, "offer": Offer(nonce="n", options=[])},
        ),
        (conversations.renew, {"lease": lease, "until": NOON + MINUTE}),
        (conversations.remember_batch, {"lease": lease, "entry_ids": ["in-1"]}),
        (conversations.reserve_places, {"conversation_id": CONVERSATION, "messages": 1}),
        (conversations.close_window, {"conversation_id": CONVERSATION}),
        (
            conversations.finish_turn,
            {"lease": lease, "outcome": an_outcome(), "messages": 1, "session": session},
        ),
        (
            turns.commit,
            {
                "lease": lease,
                "contact": Contact(contact_id="c1", aliases=[f"phone:{PHONE}"]),
                "batch": [],
                "turn": FinishedTurn(outcome=an_outcome(), replies=[], attachments=[ATTACHMENT]),
                "now": NOON,
            },
        ),
        (conversations.release, {"lease": lease}),
        (
            conversations.postpone,
            {"lease": lease, "entry_ids": [], "until": NOON, "counts": True},
        ),
        (
            conversations.claim,
            {
                "contact_id": "c2",
                "business_number": BUSINESS_NUMBER,
                "worker": "w1",
                "now": NOON,
                "lease": MINUTE,
                "arrived_at": NOON,
            },
        ),
        (outbox.list_ready, {"now": NOON, "limit": 8, "busy": {"c9"}}),
        (
            outbox.claim,
            {"conversation_id": CONVERSATION, "worker": "w1", "now": NOON, "lease": MINUTE},
        ),
        (outbox.settle, {"entry": entry, "status": DeliveryStatus.SENT, "now": NOON}),
        (outbox.find, {"message_id": "out-a"}),
        (outbox.list_of_subject, {"conversation_id": CONVERSATION, "subject": "AR-1"}),
        (outbox_files.put_back, {"entry": entry, "file_id": "f-1", "retry_at": NOON}),
        (outbox_files.release, {"file_id": "f-1", "now": NOON}),
        (outbox.depth_by_status, {}),
        (outbox.oldest_ready_at, {}),
        (
            reports.apply,
            {
                "message_id": "out-a",
                "status": DeliveryStatus.FAILED,
                "at": NOON,
                "reason": "EC",
            },
        ),
        (reports.find_open_follow_up, {"message_id": "out-a"}),
        (reports.close_follow_up, {"message_id": "out-a"}),
        (reports.retry_failed, {"message_id": "out-a", "at": NOON, "max_attempts": 3}),
        (upkeep.free_expired, {"now": NOON}),
        (upkeep.list_overdue_unknown, {"now": NOON}),
        (upkeep.retry_unknown, {"message_id": "out-a", "now": NOON}),
        (upkeep.list_parked, {"since": NOON}),
        (
            upkeep.release_parked,
            {"conversation_id": CONVERSATION, "now": NOON, "answered": ["x"]},
        ),
        (
            upkeep.give_up,
            {
                "entry": outbox.find("out-a"),
                "status": DeliveryStatus.EXPIRED,
                "reason": "EC",
                "now": NOON,
                "at": NOON,
            },
        ),
        (files.put_once, FILE | {"name": "a.pdf", "content_type": "application/pdf"}),
        (files.find, {"file_id": FILE["file_id"]}),
        (files.open, {"file_id": FILE["file_id"]}),
        (attachments.add_many, {"attachments": [ATTACHMENT], "conversation_id": "c", "now": NOON}),
        (attachments.claim_next, {"now": NOON, "lease": MINUTE}),
        (attachments.retry_at, {"attachment_id": "in-1", "at": NOON}),
        (
            attachments.store,
            {"attachment": wanted, "content": b"x", "content_type": "image/png"},
        ),
        (attachments.settle, {"attachment_id": "in-1", "state": "gone", "reason": "x"}),
        (attachments.find, {"attachment_id": "in-1"}),
        (attachments.read, {"attachment_id": "in-1"}),
        (tickets.open_once, {"new": TICKET, "now": NOON}),
        (tickets.list_open, {}),
        (tickets.count_open, {}),
        (dead_letters.add, dead_letter),
        (dead_letters.add_rejected, {"source": "x", "results": [REJECTED], "at": NOON}),
        (dead_letters.depth, {}),
        (
            letters.issue_once,
            {"new": NEW_LETTER, "write": a_no_debt_draft().content, "now": NOON},
        ),
        (letters.find, {"folio": "AR-LD-2026-000001"}),
        (letters.find_code, {"folio": "AR-LD-2026-000001"}),
        (letters.find_current, {"loan_id": "L-1", "kind": LetterKind.NO_DEBT}),
        (letters.list_current, {"loan_ids": ["L-1", "L-2"]}),
        (letters.count_lookup, {"folio": "AR-LD-2026-000001", "now": NOON}),
        (printing.claim_unprinted, {"now": NOON, "lease": MINUTE}),
        (printing.awaits_printing, {"folio": "AR-LD-2026-000001"}),
        (printing.print_again, {"folio": "AR-LD-2026-000001", "at": NOON}),
        (printing.give_up, {"folio": "AR-LD-2026-000001", "at": NOON}),
        (printing.resume, {"at": NOON}),
        (printing.note_printed, {"folio": "AR-LD-2026-000001", "file": STORED_FILE}),
        (
            letters.revoke,
            {"folio": "AR-LD-2026-000001", "reason": "x", "actor": "a", "at": NOON},
        ),
        (keys.list_all, {}),
        (keys.find, {"prefix": API_KEY.prefix}),
        (keys.note_used, {"prefix": API_KEY.prefix, "at": NOON}),
        (keys.revoke, {"prefix": API_KEY.prefix, "at": NOON}),
        (idempotency.claim, REQUEST),
        (idempotency.release, {"claim": CLAIM}),
        (idempotency.finish, {"claim": CLAIM, "answer": StoredAnswer(200, [], b"")}),
        (register.list_newest, {"search": RegisterSearch(today=NOON.date()), "limit": 50}),
    ]
    no_query = [inbox.add_many, outbox.add_many, audit.add, audit.add_once, keys.add]
    return {
        (type(method.__self__).__name__, method.__name__): (method, arguments)
        for method, arguments in [*calls, *((each, None) for each in no_query)]
    }


@pytest.fixture(scope="module")
def watched(mongo_uri: str) -> Iterator[Watched]:
    watched = Watched(mongo_uri)
    yield watched
    watched.client.drop_database("test_explained")
    watched.client.close()


@pytest.fixture(scope="module")
def cases(watched: Watched) -> dict[tuple[str, str], Any]:
    return everything(watched.database)


def test_no_query_reads_or_sorts_a_whole_collection(watched, cases):
    repositories = {type(method.__self__) for method, _ in cases.values()}
    public = {
        (each.__name__, name)
        for each in repositories
        for name in vars(each)
        if not name.startswith("_")
    }
    assert public == set(cases)
    for method, arguments in cases.values():
        if arguments is None:
            continue
        with watched.expecting_no_scan(), suppress(AlreadyStoredError, OperationFailure):
            method(**arguments)


@pytest.mark.parametrize(
    ("method", "index"),
    [
        pytest.param((Letters, "issue_once"), "once_per_cause", id="the letter of a cause"),
        pytest.param((Letters, "find_current"), "one_current_per_loan", id="the current letter"),
        pytest.param((LetterPrinting, "claim_unprinted"), "next_to_print", id="what to print"),
        pytest.param((LetterPrinting, "resume"), "given_up", id="what was given up"),
        pytest.param((Outbox, "list_of_subject"), "about_subject", id="what is about a letter"),
        pytest.param((OutboxFiles, "release"), "awaiting_file", id="what waits for a file"),
        pytest.param((Outbox, "claim"), UNFINISHED_FIRST, id="the next of a conversation"),
        pytest.param(
            (OutboxUpkeep, "release_parked"), UNFINISHED_FIRST, id="what waits for the window"
        ),
    ],
)
def test_a_query_can_use_the_index_that_was_made_for_it(watched, cases, method, index):
    """Not merely any: a partial index that the planner cannot prove whole serves nothing."""
    owner, name = method
    call, arguments = cases[owner.__name__, name]
    with watched.explaining() as plans, suppress(AlreadyStoredError, OperationFailure):
        call(**arguments)
    assert index in {each for plan in plans for each in usable_indexes(plan)}


@pytest.mark.parametrize("state", [None, *LetterState], ids=str)
def test_whatever_is_looked_for_in_the_register_no_query_scans_or_sorts(watched, state):
    register = LetterRegister(watched.database)
    fields: dict[str, Any] = {
        "loan_id": "L-1",
        "borrower_id": "B-1",
        "kind": LetterKind.NO_DEBT,
        "issued_since": NOON - MINUTE,
        "issued_before": NOON,
    }
    for given in product([True, False], repeat=len(fields)):
        chosen = dict(compress(fields.items(), given))
        search = RegisterSearch(today=NOON.date(), state=state, **chosen)
        for after in (None, Place(NOON, "AR-LD-2026-000001")):
            with watched.expecting_no_scan():
                register.list_newest(search, after=after, limit=50)


def test_index_names_are_unique_within_a_collection():
    for collection, indexes in INDEXES.items():
        names = [index.document["name"] for index in indexes]
        assert len(names) == len(set(names)), collection


def test_making_the_indexes_again_changes_nothing(indexed):
    before = {name: indexed[name].index_information() for name in INDEXES}
    ensure_indexes(indexed)
    assert {name: indexed[name].index_information() for name in INDEXES} == before
