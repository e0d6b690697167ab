"""A borrower with a loan and a chat, and whatever happens to them, for tests of what follows."""

from datetime import UTC, date, datetime, timedelta

from bot.bootstrap import build_services
from bot.clock import FixedClock
from bot.jobs.review_letters import review_letters
from bot.settings import Settings
from domain.borrower import Borrower
from domain.conversation import Handler
from domain.letter_content import LetterKind
from domain.loan import PaymentReversal
from domain.merchant import Merchant
from storage.borrowers import Borrowers
from storage.conversations import conversation_id_of
from storage.loans import Loans
from storage.merchants import Merchants
from tests.fakes import CONTACT, SENDER
from tests.loan_builders import DUE_DATES, a_loan, a_payment

# noon in Buenos Aires, on the day on which the last instalment is due
NOON = datetime(2026, 3, 10, 15, tzinfo=UTC)
LOAN_ID = "L-2026-004821"
NO_DEBT = LetterKind.NO_DEBT
RAMONA = Borrower(
    borrower_id="B-1",
    name="Ramona Díaz",
    document_type="DNI",
    document_number="28123456",
    phone=CONTACT,
)


class LetterWorld:
    """The loan of `a_loan` with two of three instalments paid; its borrower wrote an hour ago."""

    def __init__(self, database, data_dir, **settings):
        self.database = database
        self.clock = FixedClock(NOON)
        configured = Settings(_env_file=None, fiado_data_dir=data_dir, **settings)
        self.services = build_services(configured, database=database, clock=self.clock)
        self.loans = Loans(database)
        Borrowers(database).save([RAMONA])
        Merchants(database).save([Merchant(merchant_id="M-100", name="Casa Norte")])
        self.loans.save([a_loan()])
        self.pays("P-1", on=DUE_DATES[0])
        self.pays("P-2", on=DUE_DATES[1])
        self.conversation_id = self.writes(CONTACT)

    def writes(self, phone):
        """Somebody writes from that number; the id of the conversation."""
        contact = self.services.contacts.resolve([f"phone:{phone}"])
        lease = self.services.conversations.claim(
            contact.contact_id,
            SENDER,
            worker="w1",
            now=self.clock.now(),
            lease=timedelta(seconds=30),
            arrived_at=self.clock.now() - timedelta(hours=1),
        )
        self.services.conversations.release(lease)
        return conversation_id_of(contact.contact_id, SENDER)

    def is_handled_by(self, handler: Handler):
        self.database["conversations"].update_one(
            {"_id": self.conversation_id}, {"$set": {"handled_by": handler.value}}
        )

    def pays(self, payment_id="P-3", *, on: date | None = None, **changes):
        self.loans.save([a_payment(payment_id=payment_id, paid_on=on or self.today, **changes)])

    def reverses(self, payment_id="P-3", *, on: date | None = None):
        self.loans.save(
            [PaymentReversal(payment_id=payment_id, reversed_on=on or self.today, reason="bounced")]
        )

    def owes_more(self):
        """The last instalment is corrected."""
        *others, last = a_loan().installments
        corrected = last.model_copy(update={"amount_minor": last.amount_minor + 1})
        self.loans.save([a_loan(installments=[*others, corrected])])

    def cancels(self):
        self.loans.mark_cancelled(LOAN_ID, self.today)

    def moves(self, **changes):
        """An import says that the loan is another borrower's: Ramona's but for the changes."""
        person = RAMONA.model_copy(update={"borrower_id": "B-2", "phone": None} | changes)
        Borrowers(self.database).save([person])
        self.loans.save([a_loan(borrower_id=person.borrower_id)])

    def wishes(self, kind=NO_DEBT, *, cause_id="in-1", addressee=None):
        return self.services.letter_wishes.add(
            kind,
            LOAN_ID,
            conversation_id=self.conversation_id,
            borrower_id="B-1",
            addressee=addressee,
            cause_id=cause_id,
        )

    def asks(self, kind=NO_DEBT, *, cause_id="in-9"):
        """The borrower asks for the letter in the chat."""
        letter, _ = self.services.letters.issue(
            kind, LOAN_ID, addressee=None, cause_id=cause_id, actor="contact-1"
        )
        return letter

    def pass_time(self, **length):
        self.clock.move(timedelta(**length))

    def follow_up(self):
        """The job runs once."""
        review_letters(self.services)

    @property
    def today(self) -> date:
        return self.services.site.local_date(self.clock.now())

    @property
    def said(self) -> list[str]:
        """Purposes of what was put into the outbox, in order."""
        return [entry["purpose"] for entry in self.database["outbox"].find(sort=[("seq", 1)])]

    @property
    def marked(self) -> int:
        return self.database["loans"].count_documents({"review_mark": {"$exists": True}})

    def current(self, kind=NO_DEBT):
        return self.services.stored_letters.find_current(LOAN_ID, kind)

    def wish(self):
        """The only wish as it is kept."""
        [document] = self.database["letter_wishes"].find()
        return document

    def notice_states(self):
        return {each["_id"]: each["state"] for each in self.database["letter_notices"].find()}
