"""WhatsApp's limits as Infobip publishes them, and how we count length."""

import re

TEXT_LENGTH = 4096
CAPTION_LENGTH = 3000
FILE_NAME_LENGTH = 240
URL_LENGTH = 2048
BODY_LENGTH = 1024
FOOTER_LENGTH = 60
BUTTON_TITLE_LENGTH = 20
BUTTON_ID_LENGTH = 256
BUTTONS = 3
ROW_TITLE_LENGTH = 24
ROW_DESCRIPTION_LENGTH = 72
ROW_ID_LENGTH = 200
ROWS = 10
SECTION_TITLE_LENGTH = 24
TEMPLATE_NAME_LENGTH = 512
TEMPLATE_BUTTONS = 10
TEMPLATE_PAYLOAD_LENGTH = 128
BUSINESS_NUMBER_LENGTH = 24
CONTACT_ADDRESS_LENGTH = 150
MESSAGE_ID_LENGTH = 200

EMOJI = re.compile("[\u200d\u2600-\u27bf\u2b00-\u2bff\ufe0f\U0001f000-\U0001faff]")
HALF_CHARACTER = re.compile("[\ud800-\udfff]")
MARKDOWN = re.compile(r"\*[^*]+\*|_[^_]+_|~[^~]+~|`[^`]+`")


def length(text: str) -> int:
    """UTF-16 units. The vendor names no unit: this one never counts fewer than characters."""
    return len(text) + sum(character > "\uffff" for character in text)


def is_plain(title: str) -> bool:
    """Whether a button title is free of emoji and markdown, as the channel demands."""
    return not (EMOJI.search(title) or MARKDOWN.search(title))
