"""Wires the service's objects. The only place where they are made; once per process."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.clock import Clock
from bot.dialogue.commands import CommandSigner
from bot.doorbell import Doorbell
from bot.logs import get_logger
from bot.services.api_keys import ApiKeys
from bot.services.delivery_reports import DeliveryReports
from bot.services.enqueuing import Enqueuing
from bot.services.handoffs import Handoffs
from bot.services.identity import IdentityChecks
from bot.services.letter_checks import LetterChecks
from bot.services.letter_delivery import LetterDelivery
from bot.services.letter_followups import LetterFollowups
from bot.services.letter_notice_queue import LetterNoticeQueue
from bot.services.letter_notices import LetterNotices
from bot.services.letter_register import LetterRegister
from bot.services.letter_revocations import LetterRevocations
from bot.services.letter_wishes import LetterWishes
from bot.services.letters import Letters
from bot.services.loan_accounts import LoanAccounts
from bot.services.media_links import MediaLinks
from bot.services.merchant_logos import MerchantLogos
from bot.services.outgoing_files import OutgoingFiles
from bot.services.people import People
from bot.services.portfolio import Portfolio
from bot.services.preferences import Preferences
from bot.services.receiving import Receiving
from bot.settings import Settings, settings
from bot.site import Site, load_site
from storage.api_keys import ApiKeys as StoredApiKeys
from storage.attachments import Attachments
from storage.audit_log import AuditLog
from storage.borrowers import Borrowers
from storage.contacts import Contacts
from storage.conversations import Conversations
from storage.dead_letters import DeadLetters
from storage.files import Files
from storage.idempotency import Idempotency
from storage.inbox import Inbox
from storage.indexes import ensure_indexes
from storage.letter_followups import LetterFollowups as StoredFollowups
from storage.letter_notices import LetterNotices as StoredNotices
from storage.letter_printing import LetterPrinting
from storage.letter_register import LetterRegister as StoredRegister
from storage.letter_wishes import LetterWishes as StoredWishes
from storage.letters import Letters as StoredLetters
from storage.loan_reviews import LoanReviews
from storage.loans import Loans
from storage.merchants import Merchants, Salespeople
from storage.mongo import MongoDatabase, connect
from storage.outbox import Outbox
from storage.outbox_files import OutboxFiles
from storage.outbox_reports import OutboxReports
from storage.outbox_upkeep import OutboxUpkeep
from storage.rate_limits import RateLimits
from storage.tickets import Tickets

log = get_logger()


@dataclass(frozen=True)
class Services:
    """Everything that the doors, the workers and the jobs use, wired together."""

    settings: Settings
    site: Site
    clock: Clock
    database: MongoDatabase
    inbox: Inbox
    outbox: Outbox
    outbox_upkeep: OutboxUpkeep
    outbox_files: OutboxFiles
    conversations: Conversations
    contacts: Contacts
    attachments: Attachments
    dead_letters: DeadLetters
    tickets: Tickets
    receiving: Receiving
    enqueuing: Enqueuing
    people: People
    identity: IdentityChecks
    preferences: Preferences
    loan_accounts: LoanAccounts
    letters: Letters
    stored_letters: StoredLetters
    letter_printing: LetterPrinting
    letter_checks: LetterChecks
    letter_delivery: LetterDelivery
    letter_wishes: LetterWishes
    letter_notices: LetterNotices
    letter_notice_queue: LetterNoticeQueue
    letter_followups: LetterFollowups
    files: Files
    media_links: MediaLinks
    outgoing_files: OutgoingFiles
    handoffs: Handoffs
    api_keys: ApiKeys
    idempotency: Idempotency
    portfolio: Portfolio
    letter_register: LetterRegister
    merchant_logos: MerchantLogos


def build_services(
    settings: Settings, *, database: MongoDatabase | None = None, clock: Clock | None = None
) -> Services:
    """The services for these settings; nothing is dialled until it is used."""
    site = load_site(settings.site_file)
    if clock is None:
        clock = Clock(_clock_offset_file(settings))
    if database is None:
        database = connect(settings.mongodb_uri or "", settings.mongodb_database)
    inbox, outbox, outbox_upkeep = Inbox(database), Outbox(database), OutboxUpkeep(database)
    conversations, contacts = Conversations(database), Contacts(database)
    dead_letters, audit_log = DeadLetters(database), AuditLog(database)
    merchants, tickets = Merchants(database), Tickets(database)
    borrowers, loans, letters = Borrowers(database), Loans(database), StoredLetters(database)
    printing = LetterPrinting(database)
    people = People(borrowers, Salespeople(database), merchants, site)
    files, secret = Files(database), settings.secret_key.get_secret_value()
    media_links = MediaLinks(secret, settings.base_url, clock)
    outgoing_files = OutgoingFiles(files, printing, media_links)
    doorbell = Doorbell(settings.fiado_data_dir)
    enqueuing = Enqueuing(
        outbox=outbox,
        conversations=conversations,
        contacts=contacts,
        site=site,
        clock=clock,
        doorbell=doorbell,
    )
    reports = DeliveryReports(
        outbox_reports=OutboxReports(database),
        outbox_upkeep=outbox_upkeep,
        conversations=conversations,
        contacts=contacts,
        enqueuing=enqueuing,
        audit_log=audit_log,
        clock=clock,
    )
    followups = StoredFollowups(database)
    revocations = LetterRevocations(followups, clock)
    issuing = Letters(
        letters=letters,
        printing=printing,
        loans=loans,
        borrowers=borrowers,
        merchants=merchants,
        site=site,
        clock=clock,
        revocations=revocations,
        doorbell=doorbell,
        base_url=settings.base_url,
    )
    letter_notices = LetterNotices(enqueuing, conversations, CommandSigner(secret), site)
    wishes, waiting_notices = StoredWishes(database), StoredNotices(database)
    letter_wishes = LetterWishes(
        wishes=wishes,
        followups=followups,
        letters=issuing,
        conversations=conversations,
        contacts=contacts,
        people=people,
        site=site,
        clock=clock,
    )
    return Services(
        settings=settings,
        site=site,
        clock=clock,
        database=database,
        inbox=inbox,
        outbox=outbox,
        outbox_upkeep=outbox_upkeep,
        outbox_files=OutboxFiles(database),
        conversations=conversations,
        contacts=contacts,
        attachments=Attachments(database),
        dead_letters=dead_letters,
        tickets=tickets,
        receiving=Receiving(
            inbox=inbox,
            dead_letters=dead_letters,
            reports=reports,
            clock=clock,
            burst_words=site.pack.burst,
            doorbell=doorbell,
        ),
        enqueuing=enqueuing,
        people=people,
        identity=IdentityChecks(contacts, people, audit_log, clock),
        preferences=Preferences(contacts, people, audit_log, clock),
        loan_accounts=LoanAccounts(loans, merchants, site, clock),
        stored_letters=letters,
        letter_printing=printing,
        letter_checks=LetterChecks(letters, RateLimits(database), site, clock, secret=secret),
        letter_delivery=LetterDelivery(
            letters=letters,
            register=StoredRegister(database),
            outbox=outbox,
            media_links=media_links,
            site=site,
            clock=clock,
        ),
        letter_wishes=letter_wishes,
        letter_notices=letter_notices,
        letter_notice_queue=LetterNoticeQueue(
            waiting=waiting_notices,
            notices=letter_notices,
            letters=letters,
            loans=loans,
            people=people,
            contacts=contacts,
            conversations=conversations,
            outbox=outbox,
            dead_letters=dead_letters,
            site=site,
            clock=clock,
        ),
        letter_followups=LetterFollowups(
            reviews=LoanReviews(database),
            loans=loans,
            letters=letters,
            wishes=wishes,
            letter_wishes=letter_wishes,
            notices=waiting_notices,
            revocations=revocations,
            dead_letters=dead_letters,
            site=site,
            clock=clock,
        ),
        files=files,
        media_links=media_links,
        outgoing_files=outgoing_files,
        letters=issuing,
        handoffs=Handoffs(tickets, site, clock),
        api_keys=ApiKeys(StoredApiKeys(database), audit_log, clock),
        idempotency=Idempotency(database),
        portfolio=Portfolio(database, loans),
        letter_register=LetterRegister(
            register=StoredRegister(database),
            letters=letters,
            files=files,
            outgoing_files=outgoing_files,
            audit_log=audit_log,
            site=site,
            clock=clock,
        ),
        merchant_logos=MerchantLogos(merchants, files, audit_log, clock),
    )


def _clock_offset_file(settings: Settings) -> Path | None:
    """The file that shifts business time; production lives in the present, whatever it says."""
    if not settings.is_production:
        return settings.clock_offset_file
    if settings.clock_offset_file.exists():
        log.warning("clock_offset_ignored")
    return None


@cache
def services() -> Services:
    """The services of the process, built at first use with the indexes in place."""
    built = build_services(settings())
    ensure_indexes(built.database)
    return built
