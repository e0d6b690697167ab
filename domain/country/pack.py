"""The shape of a country pack; its data are the TOML files beside it."""

from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Self

from pydantic import Field, model_validator

from domain.burst import BurstWords
from domain.choice_vocabulary import ChoiceWords
from domain.country.letters import LetterRules
from domain.fields import DomainModel
from domain.money import Currency
from domain.phone import PhoneRules
from domain.text import Phrases, fold

MAX_GLOBAL_CHARACTERS = 100


class AddressForm(StrEnum):
    """How a person is spoken to."""

    VOS = "vos"
    USTED = "usted"


class MoneyFormat(DomainModel):
    symbols: dict[Currency, str]
    thousands: str
    decimal: str


class TimeFormat(DomainModel):
    date: str
    """How the numbers `{day}`, `{month}` and `{year}` stand together."""
    instant: str
    """How `{date}` and `{time}` stand together."""
    half_days: tuple[str, str] | None = None
    """Words after a 12-hour time, before and after noon; None for 24 hours."""


class DocumentRules(DomainModel):
    """Identity documents: how one is called and shown."""

    name: str
    mask: str
    """How it is shown; `{first}` is the province before a hyphen, `{last3}` 3 digits."""
    thousands: str = ""
    """What stands between groups of three digits where it is written in full."""


class ComplaintBody(DomainModel):
    """Where a person can complain about the lender."""

    name: str
    url: str


class PayoffPhrases(DomainModel):
    """Half sentences about `{amount}`, said only when it is not zero."""

    late: str
    increase: str


class Words(DomainModel):
    """The country's own words for the things of the business."""

    loan: str
    loans: str
    installment: str
    installments: str
    document: str
    loan_states: dict[str, str]
    installment_states: dict[str, str]
    partially_paid: str
    """Of an instalment, said after its state."""
    payment_accounts: dict[str, str]
    payment_methods: dict[str, str]
    roles: dict[str, str]
    days: tuple[str, str]
    """One day and several."""
    charges: str
    switch_profile: str
    """The menu's row for who has several roles."""
    payoff: PayoffPhrases


class LetterNotice(DomainModel):
    """A message about a letter that anybody may read on the phone, and its one button."""

    text: str = Field(description="filled with `{brand_name}`; nothing personal")
    button: str = Field(max_length=20)


class LetterNotices(DomainModel):
    """What is said of letters outside a turn."""

    ready: LetterNotice
    offer: LetterNotice
    revoked: LetterNotice


class Notices(DomainModel):
    """What the service says whatever the dialogue says, and how to come back from silence."""

    introduction: str
    """To whom writes for the first time, filled with `{brand_name}` and `{privacy_url}`."""
    please_wait: str
    sorry: str
    no_document: str
    """For who waits for a document that could not be made."""
    return_words: Phrases
    letters: LetterNotices


class Calendar(DomainModel):
    """Names in order: Monday first, January first."""

    weekdays: tuple[str, str, str, str, str, str, str]
    months: tuple[str, ...] = Field(min_length=12, max_length=12)
    long_date: str
    """How `{weekday}`, `{day}`, `{month}` and `{year}` stand together."""


class GlobalWords(DomainModel):
    """Words accepted at any point of a chat, by the intent they stand for."""

    intents: dict[str, Phrases]
    politeness: Phrases
    """What may stand before or after such a word."""

    @model_validator(mode="after")
    def _each_phrase_means_one_intent(self) -> Self:
        phrases = [phrase for each in self.intents.values() for phrase in each]
        twice = {phrase for phrase in phrases if phrases.count(phrase) > 1}
        if twice:
            raise ValueError(f"stand for two intents: {', '.join(sorted(twice))}")
        return self

    @cached_property
    def by_phrase(self) -> dict[str, str]:
        """Intent of each phrase."""
        return {phrase: intent for intent, each in self.intents.items() for phrase in each}


class CountryPack(DomainModel):
    """One country: register, formats, documents, phones, words and holidays."""

    code: str
    name: str
    language: str
    currency: Currency
    address_form: AddressForm
    money: MoneyFormat
    times: TimeFormat
    calendar: Calendar
    document: DocumentRules
    phone: PhoneRules
    words: Words
    complaint_body: ComplaintBody
    notices: Notices
    global_words: GlobalWords
    choice: ChoiceWords
    burst: BurstWords
    letters: LetterRules
    holidays: dict[date, str]

    def global_intent(self, text: str) -> str | None:
        """Intent of a message that is nothing but a global word, else None."""
        if len(text) > MAX_GLOBAL_CHARACTERS:
            return None
        tokens = fold(text).split()
        polite = self.global_words.politeness
        while len(tokens) > 1 and tokens[-1] in polite:
            tokens.pop()
        while len(tokens) > 1 and tokens[0] in polite:
            tokens.pop(0)
        return self.global_words.by_phrase.get(" ".join(tokens))
