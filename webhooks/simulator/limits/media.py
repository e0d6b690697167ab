"""Limits of the contents that are not interactive: text, files, places, address cards."""

from typing import Annotated, Literal

from pydantic import Field

from webhooks.simulator.limits.fields import (
    Caption,
    Closed,
    FileName,
    Latitude,
    Longitude,
    Url,
    sized,
)

Required = Annotated[str, sized(1, 1024)]


class TextContent(Closed):
    text: Annotated[str, sized(1, 4096)]
    preview_url: bool = False


class ImageContent(Closed):
    media_url: Url
    caption: Caption = ""


class VideoContent(ImageContent):
    pass


class AudioContent(Closed):
    media_url: Url
    voice: bool = False


class DocumentContent(Closed):
    media_url: Url
    caption: Caption = ""
    filename: FileName = ""


class StickerContent(Closed):
    media_url: Url


class LocationContent(Closed):
    latitude: Latitude
    longitude: Longitude
    name: str = ""
    address: str = ""


class ContactName(Closed):
    first_name: Required
    formatted_name: Required
    last_name: str | None = None
    middle_name: str | None = None
    name_suffix: str | None = None
    name_prefix: str | None = None


class ContactPhone(Closed):
    phone: str | None = None
    wa_id: str | None = None
    type: Literal["CELL", "MAIN", "IPHONE", "HOME", "WORK"] | None = None


class ContactEmail(Closed):
    email: str | None = None
    type: Literal["HOME", "WORK"] | None = None


class ContactUrl(Closed):
    url: str | None = None
    type: Literal["HOME", "WORK"] | None = None


class ContactAddress(Closed):
    street: str | None = None
    city: str | None = None
    state: str | None = None
    zip: str | None = None
    country: str | None = None
    country_code: str | None = None
    type: Literal["HOME", "WORK"] | None = None


class ContactOrganisation(Closed):
    company: str | None = None
    department: str | None = None
    title: str | None = None


class ContactCard(Closed):
    name: ContactName
    phones: list[ContactPhone] = Field(default_factory=list)
    emails: list[ContactEmail] = Field(default_factory=list)
    urls: list[ContactUrl] = Field(default_factory=list)
    addresses: list[ContactAddress] = Field(default_factory=list)
    org: ContactOrganisation | None = None
    birthday: str | None = None


class ContactContent(Closed):
    contacts: Annotated[list[ContactCard], Field(min_length=1)]
