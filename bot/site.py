"""The site: one brand in one country, as told by its TOML file (`SITE_FILE`)."""

import tomllib
from collections.abc import Sequence
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, HttpUrl, ValidationError, model_validator

from domain.country import CountryPack, country_codes, country_pack
from domain.fields import DomainModel, ShortText
from domain.letter_content import Issuer
from domain.merchant import PaymentAccount
from domain.message import Template
from domain.money import Currency
from domain.opening_hours import OpeningHours, WeeklyHours

DEFAULT_SITE_FILE = Path(__file__).with_name("site.default.toml")

SiteFact = Literal["brand_name", "legal_name"]


class InvalidSiteFileError(Exception):
    """The site file cannot be used; the message lists every reason, a line each."""


def _known_country(code: str) -> str:
    if code not in country_codes():
        raise ValueError(f"no country pack, there are {', '.join(country_codes())}")
    return code


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("unknown time zone, write it like America/Panama") from None
    return name


class SiteTemplate(DomainModel):
    """A template message approved for this site."""

    name: str = Field(pattern="^[a-z0-9_]{1,512}$")
    language: str = Field(pattern="^[a-z]{2}(_[A-Z]{2})?$")
    placeholders: tuple[SiteFact, ...] = Field(
        (), description="names of the facts that fill it, in order"
    )
    body: str | None = Field(None, description="its approved text, for the simulator to show")
    buttons: tuple[ShortText, ...] = Field((), description="titles of its quick replies")


class ContactLine(DomainModel):
    """One way to reach the people who collect."""

    label: ShortText
    value: ShortText


class IssuerFacts(DomainModel):
    """The lender as letters name it, and who signs them; what is left out is not printed."""

    tax_id: ShortText | None = None
    address: ShortText | None = None
    city: ShortText | None = None
    contact: ShortText | None = Field(
        None, description="where an institution can ask about a letter"
    )
    signatory_name: ShortText | None = None
    signatory_position: ShortText | None = None
    logo: Path | None = Field(None, description="PNG or JPEG, beside the site file if relative")


class Site(DomainModel):
    """Everything about one site that is not a secret."""

    brand_name: ShortText
    legal_name: ShortText
    country: Annotated[str, AfterValidator(_known_country)]
    currency: Currency
    time_zone: Annotated[str, AfterValidator(_known_zone)]
    privacy_notice_url: HttpUrl
    due_soon_days: int = Field(5, ge=0, le=60, description="days before a due date to say so")
    business_hours: WeeklyHours
    handoff_hours: WeeklyHours | None = Field(
        None, description="when agents answer chats; left out: the business hours"
    )
    observes_national_holidays: bool = True
    closed_on: dict[date, str] = Field({}, description="further closed days and why")
    templates: dict[str, SiteTemplate] = Field({}, description="by purpose")
    collection_contacts: tuple[ContactLine, ...] = ()
    issuer_facts: IssuerFacts = Field(IssuerFacts(), alias="issuer")
    payment_accounts: tuple[PaymentAccount, ...] = Field(
        (), description="the lender's own accounts, for letters"
    )

    @model_validator(mode="after")
    def _money_can_be_written(self) -> Self:
        if self.currency not in self.pack.money.symbols:
            raise ValueError(f"currency: {self.pack.name} has no way to write {self.currency}")
        return self

    @property
    def pack(self) -> CountryPack:
        return country_pack(self.country)

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @cached_property
    def business(self) -> OpeningHours:
        """When the business is open."""
        return self._opening_hours(self.business_hours)

    @cached_property
    def handoff(self) -> OpeningHours:
        """When an agent answers."""
        return self._opening_hours(self.handoff_hours or self.business_hours)

    @cached_property
    def issuer(self) -> Issuer:
        """Who stands behind a letter."""
        facts = self.issuer_facts.model_dump(exclude={"logo"})
        return Issuer(legal_name=self.legal_name, trade_name=self.brand_name, **facts)

    def local_date(self, instant: datetime) -> date:
        """The site's calendar day at `instant`."""
        return instant.astimezone(self.zone).date()

    def template_for(self, purpose: str, reply_ids: Sequence[str] = ()) -> Template | None:
        """
        The approved template for a purpose, filled; None if the site has none.

        Its quick replies bring back `reply_ids`, or their own titles if there are too few.
        """
        template = self.templates.get(purpose)
        if template is None:
            return None
        count = len(template.buttons)
        facts: dict[SiteFact, str] = {
            "brand_name": self.brand_name,
            "legal_name": self.legal_name,
        }
        return Template(
            name=template.name,
            language=template.language,
            placeholders=[facts[name] for name in template.placeholders],
            button_payloads=list(reply_ids[:count]) if len(reply_ids) >= count else [],
        )

    def _opening_hours(self, weekly: WeeklyHours) -> OpeningHours:
        national = self.pack.holidays if self.observes_national_holidays else {}
        return OpeningHours(weekly, self.zone, frozenset(national) | frozenset(self.closed_on))


def load_site(path: Path | None = None) -> Site:
    """The site told by `path`, or the default one; InvalidSiteFileError lists what is wrong."""
    path = path or DEFAULT_SITE_FILE
    try:
        return Site.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        problems = [f"cannot be read: {error.strerror}"]
    except UnicodeDecodeError:
        problems = ["is not UTF-8 text"]
    except tomllib.TOMLDecodeError as error:
        problems = [f"is not TOML: {error}"]
    except ValidationError as error:
        problems = [
            f"{'.'.join(map(str, each['loc']))}: {each['msg'].removeprefix('Value error, ')}"
            for each in error.errors()
        ]
    raise InvalidSiteFileError("\n".join(f"{path}: {each.lstrip(': ')}" for each in problems))
