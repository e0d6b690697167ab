"""People who ask for letters, and what was kept of their letters."""

from domain.letter import Letter
from domain.letter_content import LetterKind
from storage.letter_register import LetterRegister, RegisterSearch
from storage.letter_wishes import LetterWish, LetterWishes
from storage.outbox import OutboxEntry
from tests.dialogue.people import LAST4, borrowing
from tests.running_service import Phone, RunningService

YES, NO, OTHER_NAME = "Sí, emitir carta", "No, dejarlo", "Otro destinatario"
TO_ANYONE = "A quien corresponda"


def owing(service: RunningService, phone: Phone, **changes) -> Phone:
    """Ramona with a loan of twelve instalments, four of them paid; not proven yet."""
    phone.loan = borrowing(service, phone, **changes)
    return phone


def paid_off(service: RunningService, phone: Phone) -> Phone:
    """Ramona with a loan of two instalments, both paid; not proven yet."""
    return owing(service, phone, paid=2, count=2)


def proven(phone: Phone) -> Phone:
    phone.asks("cuánto debo")
    phone.proves(LAST4)
    return phone


def is_asked_for_whom(answer) -> bool:
    return "¿A quién va dirigida la carta?" in answer and answer.titles[-1] == TO_ANYONE


def contact_of(service: RunningService, phone: Phone):
    return service.services.contacts.find_by_alias(f"phone:{phone.number}")


def letters_of(service: RunningService, phone: Phone) -> list[Letter]:
    """All letters of the phone's loan, newest first."""
    search = RegisterSearch(today=service.today, loan_id=phone.loan["loan_id"])
    return LetterRegister(service.services.database).list_newest(search, limit=20)


def issued_elsewhere(service: RunningService, phone: Phone, kind: LetterKind) -> Letter:
    """A letter of the phone's loan that no chat asked for."""
    cause_id = f"elsewhere-{phone.number}-{kind}"
    letter, _ = service.services.letters.issue(
        kind, phone.loan["loan_id"], addressee="ANSES", cause_id=cause_id, actor="portal"
    )
    return letter


def entries_about(service: RunningService, phone: Phone, letter: Letter) -> list[OutboxEntry]:
    """What was put into the phone's chat about the letter, newest first."""
    contact = contact_of(service, phone)
    (conversation,) = service.services.database["conversations"].find(
        {"contact_id": contact.contact_id}
    )
    return service.services.outbox.list_of_subject(conversation["_id"], letter.folio)


def wishes_of(service: RunningService, phone: Phone) -> list[LetterWish]:
    return LetterWishes(service.services.database).list_waiting([phone.loan["loan_id"]])
