"""Reads what a person sent: a command they chose, or words for the dialogue to understand."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date

from pydantic import BaseModel, ConfigDict

from bot.dialogue.addressee_es import Doubt, read_addressee, read_correction
from bot.dialogue.commands import Command, CommandSigner
from bot.dialogue.dates_es import read_date
from bot.dialogue.digits_es import read_last4
from domain.choice import match_choice
from domain.conversation import Offer
from domain.country import CountryPack
from domain.message import (
    FormReply,
    InboundContent,
    InfectedFile,
    Location,
    Media,
    MediaKind,
    Reaction,
    Tap,
    Text,
)

MAX_TEXT = 1000
# a document comes with its file's name where a photo has its caption
FILE_NAME = re.compile(r"\S\.[A-Za-z0-9]{2,4}$")
INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
STALE_MENU = Command(intent="stale_menu")
MEDIA_INTENTS = {
    MediaKind.IMAGE: "received_image",
    MediaKind.DOCUMENT: "received_image",
    MediaKind.VIDEO: "received_video",
    MediaKind.VOICE: "received_voice",
    MediaKind.AUDIO: "received_voice",
    MediaKind.STICKER: "received_sticker",
}


class Words(BaseModel):
    """Free words, cleaned and cut to what the dialogue can use."""

    model_config = ConfigDict(frozen=True)

    text: str


Reading = Command | Words


class Reader:
    """Reads one unit of a person's messages in the light of what was offered to them."""

    def __init__(self, signer: CommandSigner, pack: CountryPack, today: Callable[[], date]) -> None:
        self._signer = signer
        self._pack = pack
        self._today = today

    def read(
        self,
        content: InboundContent,
        *,
        contact_id: str,
        offer: Offer | None,
        active_form: str | None,
    ) -> Reading | None:
        """What the person means as far as it is certain; None if it needs no answer."""
        if isinstance(content, Text):
            return self.read_text(content.text, offer, active_form)
        if isinstance(content, Tap):
            return self._read_tap(content, contact_id, offer)
        if isinstance(content, Reaction):
            return None
        if isinstance(content, Media) and MEDIA_INTENTS[content.media_kind] == "received_image":
            caption = clean(content.caption or "")
            if caption and not FILE_NAME.search(caption):
                return Words(text=caption[:MAX_TEXT])
        if isinstance(content, Media) and active_form == "letter_form":
            return _doubt(Doubt.NOT_WORDS)
        return read_other(content)

    def is_global_word(self, text: str) -> bool:
        """Whether the whole text is one of the words that mean the same at any point."""
        return self._pack.global_intent(clean(text)) is not None

    def read_text(
        self, text: str, offer: Offer | None = None, active_form: str | None = None
    ) -> Reading:
        """
        What was asked for, a global word, an offered choice in any wording, or free words.

        What the open question asks for comes first: four digits answer "which digits?". Where it
        asks for a name, which may be any words, what means something else comes before it.
        """
        cleaned = clean(text)
        if not cleaned:
            return Command(intent="received_nothing_readable")
        answer = self._read_answer(cleaned, active_form)
        if answer is not None:
            return answer
        intent = self._pack.global_intent(cleaned)
        if intent is not None:
            return Command(intent=intent)
        chosen = self._match(cleaned, offer) or _read_name(cleaned, active_form)
        return chosen or Words(text=cleaned[:MAX_TEXT])

    def _read_answer(self, text: str, active_form: str | None) -> Command | None:
        if active_form == "identity_form":
            last4 = read_last4(text)
            if last4 is not None:
                return Command(intent="inform", entities={"identity_digits": last4})
        if active_form == "payoff_form":
            day = read_date(text, self._today(), self._pack)
            if isinstance(day, date):
                return Command(intent="inform", entities={"payoff_date": day.isoformat()})
        return None

    def _match(self, text: str, offer: Offer | None) -> Command | None:
        if offer is None:
            return None
        index = match_choice(text, offer.options, self._pack.choice)
        if not isinstance(index, int):
            return None
        return Command(intent=offer.options[index].intent, entities=offer.options[index].entities)

    def _read_tap(self, tap: Tap, contact_id: str, offer: Offer | None) -> Reading:
        if tap.reply_id == tap.title:
            # a template's button without a payload of its own says just what it reads
            return self.read_text(tap.title, offer)
        command = self._signer.read(tap.reply_id, contact_id=contact_id)
        if command is None or command.is_stale(offer.nonce if offer else None):
            return STALE_MENU
        return Command(intent=command.intent, entities=command.entities)


def _read_name(text: str, active_form: str | None) -> Command | None:
    """For whom a letter is to be, where that is asked or may still be changed."""
    if active_form == "letter_form":
        found = read_addressee(text)
        if isinstance(found, Doubt):
            return _doubt(found)
        return Command(intent="inform", entities={"letter_addressee": found}) if found else None
    if active_form == "letter_confirmation_form":
        name = read_correction(text)
        if name is not None:
            return Command(intent="change_letter_addressee", entities={"letter_addressee": name})
    return None


def _doubt(doubt: Doubt) -> Command:
    return Command(intent="inform", entities={"addressee_doubt": doubt.value})


def read_other(content: InboundContent) -> Command:
    """The command for something that is neither words nor a tap."""
    if isinstance(content, Media):
        return Command(intent=MEDIA_INTENTS[content.media_kind])
    if isinstance(content, Location):
        return Command(intent="received_location")
    if isinstance(content, InfectedFile):
        return Command(intent="received_infected_file")
    if isinstance(content, FormReply):
        return STALE_MENU
    return Command(intent="received_unsupported")


def clean(text: str) -> str:
    """The text without what nobody can see: control, format and direction characters."""
    kept = "".join(
        char
        for char in unicodedata.normalize("NFC", text)
        if char in "\n\t" or unicodedata.category(char) not in INVISIBLE
    )
    lines = (" ".join(line.split()) for line in kept.splitlines())
    return "\n".join(line for line in lines if line)
