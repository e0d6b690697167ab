"""Who a contact is to the lender, by the phone they write from."""

from bot.site import Site
from domain.borrower import Borrower
from domain.contact import Contact, Role
from domain.phone import phone_variants
from storage.borrowers import Borrowers
from storage.merchants import Merchants, Salespeople


class People:
    """Looks contacts up among borrowers, salespeople and owners; a hidden number finds nobody."""

    def __init__(
        self, borrowers: Borrowers, salespeople: Salespeople, merchants: Merchants, site: Site
    ) -> None:
        self._borrowers = borrowers
        self._salespeople = salespeople
        self._merchants = merchants
        self._site = site

    def borrowers_at(self, contact: Contact) -> list[Borrower]:
        """Everyone who borrows from this phone: a family may share one."""
        return [
            borrower
            for phone in self._phones(contact)
            for borrower in self._borrowers.list_by_phone(phone)
        ]

    def phones_of(self, borrower_id: str) -> list[str]:
        """Every form in which the borrower's number on file may write to us."""
        borrower = self._borrowers.find(borrower_id)
        if borrower is None or borrower.phone is None:
            return []
        return phone_variants(borrower.phone, self._site.pack.phone)

    def roles_of(self, contact: Contact) -> list[Role]:
        """What the contact is, in the order menus show it."""
        roles = []
        phones = self._phones(contact)
        if any(self._borrowers.list_by_phone(phone) for phone in phones):
            roles.append(Role.BORROWER)
        if any(self._salespeople.list_by_phone(phone) for phone in phones):
            roles.append(Role.SALESPERSON)
        if any(self._merchants.list_by_owner_phone(phone) for phone in phones):
            roles.append(Role.OWNER)
        return roles

    def _phones(self, contact: Contact) -> list[str]:
        return phone_variants(contact.phone, self._site.pack.phone) if contact.phone else []
