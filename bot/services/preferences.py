"""What a contact decided about being contacted."""

from bot.clock import Clock
from bot.services.people import People
from domain.contact import Role
from storage.audit_log import AuditLog
from storage.contacts import Contacts


class Preferences:
    """Wrong number, opt-out of promotions, and the role a contact acts in."""

    def __init__(
        self, contacts: Contacts, people: People, audit_log: AuditLog, clock: Clock
    ) -> None:
        self._contacts = contacts
        self._people = people
        self._audit_log = audit_log
        self._clock = clock

    def stop_contact(self, contact_id: str, cause_id: str) -> None:
        """The person says that they are somebody else: forget what was proven, keep a record."""
        self._contacts.drop_verification(contact_id)
        self._audit_log.add_once(
            actor=contact_id,
            act="not_me",
            subject=contact_id,
            at=self._clock.now(),
            cause_id=cause_id,
        )

    def stop_marketing(self, contact_id: str) -> None:
        self._contacts.set_marketing(contact_id, wants_marketing=False, at=self._clock.now())

    def choose_role(self, contact_id: str, role: Role) -> None:
        """Act as `role` from now on; a role the contact does not have changes nothing."""
        if role in self._people.roles_of(self._contacts.get(contact_id)):
            self._contacts.set_active_role(contact_id, role)
